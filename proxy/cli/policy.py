"""`hushgate policy check|test|schema`: policy files in, what is wrong with them, or how their tests end, out."""

import argparse
import json
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from proxy.cli.voice import complain

if TYPE_CHECKING:
    from policies.model import Policy
    from policies.problem import PolicyError
    from policies.testing import Result, Scan

OK, FAILED, USAGE = 0, 1, 2

_EXAMPLES = """examples:
  hushgate policy check pack:default local.yaml
  hushgate policy test --json policies/
  hushgate policy schema > policy-v1.json

PATH is a file, a folder (every .yaml file in it) or pack:NAME; all of them together are one policy set.
exit codes: 0 fine, 1 problems or failed tests, 2 wrong usage or a file that cannot be read
"""


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the verb `policy` with its own verbs."""
    parser = subparsers.add_parser(
        "policy",
        help="check and test policy files",
        description="Check and test policy files before they go live.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(func=run)
    verbs = parser.add_subparsers(dest="policy_verb", metavar="VERB", required=True)
    check = _add(verbs, "check", "say everything that is wrong with a policy set", "policy check pack:default")
    test = _add(verbs, "test", "run the tests in a policy set", "policy test policies/ local.yaml")
    for verb in (check, test):
        verb.add_argument("paths", nargs="+", metavar="PATH", help="a file, a folder or pack:NAME")
        verb.add_argument("--json", action="store_true", help="print JSON")
    _add(verbs, "schema", "print the JSON Schema for editors", "policy schema > policy-v1.json")


def run(args: argparse.Namespace) -> int:
    """Do what `args.policy_verb` says; return the exit code."""
    from policies import json_schema
    from policies.load import load
    from policies.problem import PolicyError

    if args.policy_verb == "schema":
        sys.stdout.write(json_schema.generate())
        return OK
    try:
        policy = load(args.paths)
    except PolicyError as error:
        _print_problems(error, args.json)
        return USAGE if error.unreadable else FAILED
    return _check(policy, args.json) if args.policy_verb == "check" else _test(policy, args.json)


def _add(
    verbs: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, summary: str, example: str
) -> argparse.ArgumentParser:
    parser = verbs.add_parser(
        name,
        help=summary,
        description=f"{summary[0].upper()}{summary[1:]}.",
        epilog=f"example:\n  hushgate {example}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(func=run)
    return parser


def _check(policy: "Policy", as_json: bool) -> int:
    if as_json:
        _print({"ok": True, "problems": [], "revision": policy.revision, **_numbers(policy)})
    else:
        numbers = ", ".join(f"{count} {_plural(name, count)}" for name, count in _numbers(policy).items())
        print(f"ok: {numbers}; revision {policy.revision}")
    return OK


def _test(policy: "Policy", as_json: bool) -> int:
    from policies import testing

    results = testing.run(policy, _scan() if testing.needs_scan(policy) else None)
    failed = [result for result in results if not result.passed and result.counts]
    if as_json:
        _print({"ok": not failed, "revision": policy.revision, "tests": [_as_json(result) for result in results]})
    else:
        _print_results(results)
    return FAILED if failed else OK


def _scan() -> "Scan":
    """Return the detectors of this installation as one function. They load here, since `check` does without them."""
    from detectors.base import Source
    from detectors.load import Settings
    from detectors.load import load as load_detectors
    from detectors.resolve import resolve
    from detectors.scan import Scanner, Task

    # Names come from the tests themselves (see policies.testing): no language model is loaded.
    families = tuple(family for family in Settings().families if family != "names")
    scanner = Scanner(load_detectors(Settings(families=families)))
    names = tuple(detector.name for detector in scanner.detectors if detector.cost != "names")

    def scan(text: str) -> Sequence[Any]:
        report = scanner.run([Task(Source(text, "content prompt"), names)])[0]
        return resolve(finding for found in report.findings.values() for finding in found)

    return scan


def _print_problems(error: "PolicyError", as_json: bool) -> None:
    if as_json:
        _print({"ok": False, "problems": [problem.as_json() for problem in error.problems]})
        return
    for problem in error.problems:
        print(problem, file=sys.stderr)
    count = len(error.problems)
    hint = "name a file, a folder or pack:NAME" if error.unreadable else "mend what stands above; nothing was loaded"
    complain(f"{count} {_plural('problem', count)} in the policy", hint)


def _print_results(results: Sequence["Result"]) -> None:
    for result in results:
        if result.passed and result.counts:
            continue
        state = "todo, passes now" if result.passed else "todo" if result.case.todo else "failed"
        print(f"{state}: {result.case.where}: {_title(result)}")
        for failure in result.failures:
            print(f"  {failure}")
    failed = sum(1 for result in results if not result.passed and result.counts)
    todo = sum(1 for result in results if result.case.todo)
    print(f"{len(results) - failed - todo} passed, {failed} failed, {todo} todo")


def _title(result: "Result") -> str:
    return f"{result.case.rule}: {result.case.name}" if result.case.rule else result.case.name


def _as_json(result: "Result") -> dict[str, object]:
    return {
        "name": result.case.name,
        "rule": result.case.rule,
        "where": result.case.where,
        "passed": result.passed,
        "todo": result.case.todo,
        "failures": list(result.failures),
    }


def _numbers(policy: "Policy") -> dict[str, int]:
    return {"rule": len(policy.rules), "exception": len(policy.exceptions), "test": len(policy.tests)}


def _plural(word: str, count: int) -> str:
    return word if count == 1 else f"{word}s"


def _print(value: object) -> None:
    print(json.dumps(value, indent=2, ensure_ascii=False))

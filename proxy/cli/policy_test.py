"""`hushgate policy test`: the tests in policy files in, how they end out."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from proxy.cli.policy_output import FAILED, OK, Unloadable, load, paths, show
from proxy.cli.voice import Failure

if TYPE_CHECKING:
    from policies.coverage import Coverage
    from policies.testing import Result, Scan

SUMMARY = "run the tests in a policy set"
EXAMPLES = """examples:
  hushgate policy test policies/ local.yaml
  hushgate policy test --coverage --junit report.xml policies/"""


def add(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    paths(parser)
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--junit", type=Path, metavar="FILE", help="write a JUnit report, - for standard output")
    parser.add_argument("--coverage", action="store_true", help="say which rules no test hits, or no test lets be")


def run(args: argparse.Namespace) -> int:
    """Run the tests; 1 where one failed."""
    from policies import testing
    from policies.coverage import cover

    try:
        policy = load(args.paths, "json" if args.json else "text")
    except Unloadable as unloadable:
        return unloadable.code
    results = testing.run(policy, scan() if testing.needs_scan(policy) else None)
    failed = [result for result in results if not result.passed and result.counts]
    coverage = cover(policy, results) if args.coverage else None
    if args.junit:
        _junit(args.junit, results)
    if args.json:
        value: dict[str, Any] = {"ok": not failed, "revision": policy.revision}
        if coverage:
            value["coverage"] = {"untested": list(coverage.unhit), "without_counter_test": list(coverage.unspared)}
        show({**value, "tests": [_as_json(result) for result in results]})
    elif str(args.junit) != "-":
        _print(results)
        if coverage:
            _print_coverage(coverage)
    return FAILED if failed else OK


def scan() -> "Scan":
    """Return the detectors of this installation as one function. They load here, since `check` does without them."""
    from detectors.base import Source
    from detectors.language.telling import told
    from detectors.load import Settings
    from detectors.load import load as load_detectors
    from detectors.resolve import resolve
    from detectors.scan import Scanner, Task

    # Names come from the tests themselves (see policies.testing): no language model is loaded.
    families = tuple(family for family in Settings().families if family != "names")
    scanner = Scanner(load_detectors(Settings(families=families)))
    names = tuple(detector.name for detector in scanner.detectors if detector.cost not in {"names", "file"})

    def found(text: str) -> Sequence[Any]:
        report = scanner.run([Task(Source(text, "content prompt"), names)])[0]
        every = [finding for each in report.findings.values() for finding in each]
        return [*resolve(f for f in every if not told(f)), *(f for f in every if told(f))]

    return found


def _junit(path: Path, results: Sequence["Result"]) -> None:
    from policies import junit

    text = junit.report(results)
    if str(path) == "-":
        print(text)
        return
    try:
        path.write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise Failure(f"cannot write {path}: {error.strerror}") from None


def _print(results: Sequence["Result"]) -> None:
    for result in results:
        if result.passed and result.counts:
            continue
        state = "todo, passes now" if result.passed else "todo" if result.case.todo else "failed"
        print(f"{state}: {result.case.where}: {result.case.title}")
        for failure in result.failures:
            print(f"  {failure}")
    failed = sum(1 for result in results if not result.passed and result.counts)
    todo = sum(1 for result in results if result.case.todo)
    print(f"{len(results) - failed - todo} passed, {failed} failed, {todo} todo")


def _print_coverage(coverage: "Coverage") -> None:
    for rule in coverage.unhit:
        print(f"no test hits: {rule}")
    for rule in coverage.unspared:
        print(f"no test lets be: {rule}")
    print(f"{coverage.covered} of {coverage.rules} rules have a test that they catch and one that they let be")


def _as_json(result: "Result") -> dict[str, object]:
    return {
        "name": result.case.name,
        "rule": result.case.rule,
        "where": result.case.where,
        "passed": result.passed,
        "todo": result.case.todo,
        "failures": list(result.failures),
    }

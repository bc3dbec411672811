"""`hushgate policy check`: policy files in, what is wrong with them, and what their author would want to know, out."""

import argparse
import sys
from typing import TYPE_CHECKING

from proxy.cli.policy_output import FAILED, OK, Unloadable, load, paths, plural, show
from proxy.cli.voice import paint

if TYPE_CHECKING:
    from collections.abc import Sequence

    from policies.lint import Advice
    from policies.model import Policy

SUMMARY = "say everything that is wrong with a policy set"
EXAMPLES = """examples:
  hushgate policy check pack:default local.yaml
  hushgate policy check --strict -o sarif policies/ > policies.sarif

--strict also fails on rules that can never match or add nothing, that have no test, no counter-test or no message, on
exceptions that ended or end within 30 days, and on redactions that cannot be done; without it they are warnings."""


def add(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    paths(parser)
    parser.add_argument("--strict", action="store_true", help="fail on warnings too")
    parser.add_argument("-o", "--output", choices=("text", "json", "sarif"), default="text", help="form (text)")
    parser.add_argument("--json", dest="output", action="store_const", const="json", help="the same as -o json")


def run(args: argparse.Namespace) -> int:
    """Check; 1 where something is wrong."""
    try:
        policy = load(args.paths, args.output)
    except Unloadable as unloadable:
        return unloadable.code
    from datetime import UTC, datetime

    from policies.lint import lint

    advice = lint(policy, datetime.now(UTC), _fixed_services() if _speaks_of_services(policy) else ())
    failed = bool(advice) and args.strict
    if args.output == "sarif":
        from policies import sarif

        level = "error" if args.strict else "warning"
        show(sarif.report([sarif.Result(level, each.problem, each.code) for each in advice]))
    elif args.output == "json":
        told = [{"code": each.code, **each.problem.as_json()} for each in advice]
        numbers = _numbers(policy)
        show({"ok": not failed, "problems": [], "advice": told, "revision": policy.revision, **numbers})
    else:
        _print(policy, advice, failed)
    return FAILED if failed else OK


def _print(policy: "Policy", advice: "Sequence[Advice]", failed: bool) -> None:
    for each in advice:
        print(f"{paint('warning', 'yellow', sys.stderr)}: {each}", file=sys.stderr)
    numbers = ", ".join(f"{count} {plural(name, count)}" for name, count in _numbers(policy).items())
    warned = f", {len(advice)} {plural('warning', len(advice))}" if advice else ""
    print(f"{'failed' if failed else 'ok'}: {numbers}{warned}; revision {policy.revision}")


def _numbers(policy: "Policy") -> dict[str, int]:
    return {"rule": len(policy.rules), "exception": len(policy.exceptions), "test": len(policy.tests)}


def _speaks_of_services(policy: "Policy") -> bool:
    return any(rule.action.type.cuts and rule.match.app.ids for rule in policy.rules)


def _fixed_services() -> frozenset[str]:
    """Return the services of the catalogue whose every endpoint signs its body."""
    from proxy.catalogue import catalogue

    services = catalogue.load().services()
    return frozenset(
        service.id
        for service in services
        if service.endpoints and all(endpoint.rewrite == "body-signed" for endpoint in service.endpoints)
    )

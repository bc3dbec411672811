"""`hushgate audit verdict`: what an analyst makes of a decision, and how often each rule was right."""

import argparse
import json
from dataclasses import asdict
from pathlib import Path

from proxy.cli.audit_entry import enter, operator
from proxy.cli.audit_verify import audit_folder
from proxy.cli.voice import Failure, note

_EXAMPLES = """examples:
  hushgate audit verdict 01KAR4V3W0QJ8Z7S1C5N2M6XTP fp    # the rule was wrong about it
  hushgate audit verdict                                   # precision by rule, the worst first
"""


def register(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the verb."""
    parser = verbs.add_parser(
        "verdict",
        help="say whether a decision was right; show precision by rule",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("event", nargs="?", default="", metavar="EVENT", help="event id; without one: the table")
    parser.add_argument("verdict", nargs="?", choices=("fp", "tp"), help="tp: the rules were right, fp: they were not")
    parser.add_argument("--state", type=Path, default=Path("var"), metavar="DIR", help="state folder (default: var)")
    parser.add_argument("--json", action="store_true", help="for machines: one list")
    parser.set_defaults(func=run)


def run(args: argparse.Namespace) -> int:
    """Write the verdict down, or print the table. Raises Failure."""
    from proxy.audit.search import Query, search
    from proxy.audit.verdicts import precision

    folder = audit_folder(args.state)
    if args.event:
        rules = _judge(folder, args.event, args.verdict)
    rows = precision(search(folder, Query(type="verdict")))
    shown = [row for row in rows if not args.event or row.rule in rules]
    if not shown:
        note("there are no verdicts yet: hushgate audit verdict EVENT fp|tp")
    if args.json:
        print(json.dumps([{**asdict(row), "precision": round(row.share, 4)} for row in shown]))
        return 0
    for row in shown:
        print(f"{row.rule:<40} right {row.right:>4}  wrong {row.wrong:>4}  precision {row.share:.2f}")
    return 0


def _judge(folder: Path, event: str, verdict: str | None) -> list[str]:
    """Write a verdict into a chain of its own and return the rules that it is about. Raises Failure."""
    from proxy.audit import upkeep
    from proxy.audit.search import Query, search

    if verdict is None:
        raise Failure("a verdict is fp or tp", f"hushgate audit verdict {event} fp")
    found = list(search(folder, Query(type="decision", event=event)))
    if not found:
        raise Failure("there is no decision of this event", "search with hushgate audit search --last 10")
    decided = found[0]["decision"]
    would = decided.get("would") or {}
    rules = [rule["id"] for rule in (*decided.get("rules", ()), *would.get("rules", ()))]
    enter(folder, upkeep.verdict(event, good=verdict == "tp", rules=rules, by=operator()))
    return rules

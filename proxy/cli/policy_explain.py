"""`hushgate policy explain`: one past decision in, rule by rule why it came out so, out."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from proxy.cli.policy_output import OK, Unloadable, load, show, trail
from proxy.cli.voice import Failure, paint

if TYPE_CHECKING:
    from proxy.rehearsal.replay import Replay

SUMMARY = "say rule by rule why a past request was decided so"
EXAMPLES = """examples:
  hushgate policy explain 01KAR4V3W0QJ8Z7S1C5N2M6XTP pack:default --audit var/audit
  hushgate policy explain 01KAR4V3W0QJ8Z7S1C5N2M6XTP pack:strict   # what another policy makes of it

EVENT is the reference number that the user was shown."""


def add(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("event", metavar="EVENT", help="event id")
    parser.add_argument("paths", nargs="*", default=[], metavar="PATH", help="policies (default: pack:default)")
    parser.add_argument("--audit", type=Path, default=Path("var/audit"), metavar="DIR", help="trail (var/audit)")
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(args: argparse.Namespace) -> int:
    """Explain the decision. Raises Failure where there is no such decision."""
    folder, _ = trail(args.audit, "")
    found = _find(folder, args.event)
    try:
        policy = load(args.paths or ["pack:default"], "json" if args.json else "text")
    except Unloadable as unloadable:
        return unloadable.code
    report = explain(found, policy)
    if args.json:
        show(report)
    else:
        _print(report)
    return OK


def _find(folder: Path, event: str) -> "Replay":
    from proxy.audit.search import Query, search
    from proxy.rehearsal.replay import replay

    for record in search(folder, Query(type="decision", event=event)):
        found = replay(record)
        if found is None:
            raise Failure(f"the inspection of {event} failed, no policy decided it", "the log of that time says more")
        return found
    raise Failure(f"there is no decision {event} in {folder}", "name the trail with --audit DIR: STATE/audit")


def explain(found: "Replay", policy: Any) -> dict[str, Any]:
    """Return why the decision comes out as it does under `policy`, as JSON values."""
    from policies.engine import decide
    from policies.sentence import sentence
    from policies.trace import explain as traces

    verdict = decide(found.least, policy, found.at)
    places = {rule.id: rule.where for rule in policy.rules}
    hits = {hit.id: hit for hit in (*verdict.rules, *(verdict.would.rules if verdict.would else ()))}
    return {
        "event": found.event,
        "at": found.at.isoformat(),
        "recorded": {"action": found.decided["action"], "rules": [hit["id"] for hit in found.decided["rules"]]},
        "rules": [
            {
                "id": trace.id,
                "where": places[trace.id],
                "matched": trace.matched,
                "action": str(hits[trace.id].action) if trace.id in hits else "",
                "exception": hits[trace.id].exception if trace.id in hits else "",
                "failed_key": trace.failed_key,
                "observed": trace.observed,
                "required": trace.required,
                "why": sentence(trace),
            }
            for trace in traces(found.least, policy, found.at)
        ],
        "verdict": {
            "action": str(verdict.action),
            "rules": [hit.id for hit in verdict.rules],
            "would": str(verdict.would.action) if verdict.would else None,
            "unknown": list(verdict.unknown),
            "exceptions": list(verdict.exceptions),
            "route": verdict.route.to if verdict.route else "",
            "by_default": verdict.by_default,
        },
        "gaps": list(found.gaps),
    }


def _print(report: dict[str, Any]) -> None:
    recorded = ", ".join(report["recorded"]["rules"]) or "default"
    print(f"recorded  {report['recorded']['action']} by {recorded} at {report['at']}")
    for rule in report["rules"]:
        if rule["matched"] is True:
            lifted = f", lifted by {rule['exception']}" if rule["exception"] else ""
            why = f": {rule['why']}" if rule["why"] else ""
            print(f"  {paint('yes', 'green')} {rule['id']}  {rule['action']}{lifted}{why}  ({rule['where']})")
        else:
            mark = "no " if rule["matched"] is False else paint("?  ", "yellow")
            print(f"  {mark} {rule['id']}  {rule['why']}")
    verdict = report["verdict"]
    print(f"verdict   {verdict['action']} by {', '.join(verdict['rules']) or 'default'}")
    for key in ("would", "unknown", "exceptions", "route"):
        if verdict[key]:
            print(f"{key:<9} {verdict[key] if isinstance(verdict[key], str) else ', '.join(verdict[key])}")
    for gap in report["gaps"]:
        print(f"not known {gap}")

"""`hushgate policy diff`: two policies in, what is tightened, loosened or moved out; with a trail, whom it hits."""

import argparse
import sys
from pathlib import Path
from typing import Any

from proxy.cli.policy_output import FAILED, OK, Unloadable, load, show, table, trail
from proxy.cli.voice import paint

SUMMARY = "compare two policies by meaning"
EXAMPLES = """examples:
  hushgate policy diff pack:default pack:strict
  hushgate policy diff old.yaml,pack:default new.yaml,pack:default --audit var/audit --since 30d

OLD and NEW are PATHs; several of one side are joined by commas. Exit code 1: a floor is loosened, so a second person
should look at it (--exit-zero: not so)."""
_COLOURS = {"loosened": "red", "tightened": "green", "moved": "dim"}


def add(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("old", metavar="OLD", help="PATH[,PATH…] of the policy in force")
    parser.add_argument("new", metavar="NEW", help="PATH[,PATH…] of the proposed policy")
    parser.add_argument("--audit", type=Path, metavar="DIR", help="audit trail: show whom the change would hit")
    parser.add_argument("--since", default="", metavar="TIME", help="90m, 24h, 30d, or a time in ISO 8601")
    parser.add_argument("--exit-zero", action="store_true", help="exit 0 where a floor is loosened too")
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(args: argparse.Namespace) -> int:
    """Compare; 1 where a floor is loosened."""
    from policies.difference import compare, version

    output = "json" if args.json else "text"
    try:
        old, new = (load(side.split(","), output) for side in (args.old, args.new))
    except Unloadable as unloadable:
        return unloadable.code
    changes = compare(old, new)
    loosened = [change for change in changes if change.floor and change.direction == "loosened"]
    hit = _hit(args, old, new) if args.audit else None
    if args.json:
        told = [{"direction": c.direction, "what": c.what, "how": c.how, "floor": c.floor} for c in changes]
        show({"version": version(changes), "floor_loosened": bool(loosened), "changes": told, "audit": hit})
        return FAILED if loosened and not args.exit_zero else OK
    for change in changes:
        floor = " (a floor)" if change.floor else ""
        print(f"{paint(f'{change.direction:<9}', _COLOURS[change.direction])} {change.what}{floor}: {change.how}")
    print(f"{len(changes)} changes, {version(changes) or 'no'} version" if changes else "no difference")
    if hit:
        print(f"{hit['decisions']} decisions, {hit['changed']} would come out otherwise")
        print("\n".join(table([(f"{row['before']} -> {row['after']}", row["count"]) for row in hit["matrix"]])))
    if loosened:
        print(f"{paint('a floor is loosened', 'red', sys.stderr)}: a second person should approve", file=sys.stderr)
    return FAILED if loosened and not args.exit_zero else OK


def _hit(args: argparse.Namespace, old: Any, new: Any) -> dict[str, Any]:
    """Return what the recorded requests come to by the one policy and the other."""
    from collections import Counter

    from proxy.audit.search import Query, search
    from proxy.rehearsal.simulation import rehearse

    folder, since = trail(args.audit, args.since)
    matrix: Counter[tuple[str, str]] = Counter()
    for record in search(folder, Query(type="decision", since=since)):
        a, b = rehearse(record, old), rehearse(record, new)
        if a and b:
            matrix[a.after, b.after] += 1
    rows = [{"before": a, "after": b, "count": n} for (a, b), n in sorted(matrix.items())]
    changed = sum(n for (a, b), n in matrix.items() if a != b)
    return {"decisions": matrix.total(), "changed": changed, "matrix": rows}

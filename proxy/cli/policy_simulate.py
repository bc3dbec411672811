"""`hushgate policy simulate`: an audit trail and a proposed policy in, who and what would change out."""

import argparse
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from proxy.cli.policy_output import OK, Unloadable, load, paths, show, table, trail

if TYPE_CHECKING:
    from proxy.rehearsal.simulation import Rehearsal, Report

SUMMARY = "decide past requests again by a proposed policy"
EXAMPLES = """examples:
  hushgate policy simulate --audit var/audit --since 30d pack:default local.yaml
  hushgate policy simulate --audit var/audit --json pack:strict | jq .matrix

The trail holds facts and no prompts; that is all that a rule asks. What the trail cannot tell (a detector did not run
then) is undecidable, where the action depends on it."""
_SHOWN = 10


def add(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    paths(parser)
    parser.add_argument("--audit", type=Path, required=True, metavar="DIR", help="audit trail: STATE/audit")
    parser.add_argument("--since", default="", metavar="TIME", help="90m, 24h, 30d, or a time in ISO 8601")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument(
        "--as-ran", action="store_true", help="take the detectors that ran then for those of the proposed installation"
    )


def run(args: argparse.Namespace) -> int:
    """Rehearse; the exit code is 0 whatever would change."""
    from proxy.audit.search import Query, search
    from proxy.rehearsal.simulation import simulate

    folder, since = trail(args.audit, args.since)
    try:
        policy = load(args.paths, "json" if args.json else "text")
    except Unloadable as unloadable:
        return unloadable.code
    detectors = None if args.as_ran else installed(folder)
    report = simulate(search(folder, Query(type="decision", since=since)), policy, detectors)
    if args.json:
        show(as_json(report))
    else:
        print("\n".join(lines(report)))
    return OK


def installed(folder: Path) -> Mapping[str, str]:
    """Return the detectors of the installation that wrote the trail: what it last ran with, else those of this one."""
    try:
        kept = json.loads((folder.parent / "policy" / "last-good.json").read_text(encoding="utf-8"))
        return dict(kept["detectors"])
    except (OSError, ValueError, KeyError):
        from detectors.load import Settings
        from detectors.load import load as load_detectors

        return {detector.name: detector.cost for detector in load_detectors(Settings())}


def lines(report: "Report") -> list[str]:
    """Return the report for a person."""
    out = [f"{report.decisions} decisions over {report.days:.0f} days, {len(report.changed)} would change"]
    if report.failed:
        out.append(f"{report.failed} more were refused as their inspection failed: no policy decided")
    out += ["before -> after", *table([(f"{a} -> {b}", n) for (a, b), n in report.matrix.items()])]
    sections = (("users", report.users), ("services", report.apps), ("by rule", report.rules))
    for title, counted in (*sections, ("undecidable", report.undecidable), ("shadow rules would", report.would)):
        if counted:
            out += [title, *table(list(counted.items())[:_SHOWN])]
    if report.coached_a_day:
        out.append(f"{report.coached_a_day:.1f} users a day would be asked")
    if report.changed:
        out += ["examples", *table([_row(r) for r in report.changed[:_SHOWN]])]
    return out


def as_json(report: "Report") -> dict[str, Any]:
    """Return the report for a machine."""
    return {
        "decisions": report.decisions,
        "failed": report.failed,
        "days": round(report.days, 3),
        "matrix": [{"before": a, "after": b, "count": n} for (a, b), n in report.matrix.items()],
        "users": report.users,
        "services": report.apps,
        "rules": report.rules,
        "would": report.would,
        "undecidable": report.undecidable,
        "coached_a_day": round(report.coached_a_day, 3),
        "changed": [
            {"event": r.event, "at": r.at.isoformat(), "user": r.user, "service": r.app, "before": r.before,
             "after": r.after, "rules": list(r.rules)}
            for r in report.changed
        ],
    }  # fmt: skip


def _row(r: "Rehearsal") -> tuple[str, ...]:
    return r.event, r.user or "-", r.app, f"{r.before} -> {r.after}", ", ".join(r.rules)

"""`hushgate policy promote`: a rule's next step, if what the trail shows of it is good enough."""

import argparse
import difflib
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from proxy.cli.policy_output import FAILED, OK, Unloadable, load, trail
from proxy.cli.voice import Failure, paint

if TYPE_CHECKING:
    from policies.model import Policy
    from policies.rule import Rule

SUMMARY = "take a rule one step on: shadow, 5 %%, 25 %%, everyone"
EXAMPLES = """examples:
  hushgate policy promote no-uploads local.yaml --audit var/audit --since 14d
  hushgate policy promote contact-data pack:monitor-only local.yaml --audit var/audit --write

Gates, on what the trail shows since --since: at least --min-matches matches (in shadow or not), of those with a verdict
(`hushgate audit verdict`) at most --max-false false, of those who were coached at most --max-override who sent it all
the same. --force skips them. Without --write it prints the change; a rule of a pack is tuned in the last PATH."""


def add(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("rule", metavar="RULE", help="the id of a rule")
    parser.add_argument("paths", nargs="+", metavar="PATH", help="the policy set: files, folders, pack:NAME")
    parser.add_argument("--audit", type=Path, metavar="DIR", help="audit trail: STATE/audit")
    parser.add_argument("--since", default="14d", metavar="TIME", help="look back so far (14d)")
    parser.add_argument("--min-matches", type=int, default=20, metavar="N", help="at least so many matches (20)")
    parser.add_argument("--max-false", type=float, default=0.15, metavar="X", help="share of false positives (0.15)")
    parser.add_argument("--max-override", type=float, default=0.5, metavar="X", help="share of overrides (0.5)")
    parser.add_argument("--owner", default="security", help="who answers for it, where a pack's rule is tuned")
    parser.add_argument("--force", action="store_true", help="skip the gates")
    parser.add_argument("--write", action="store_true", help="change the file")


def run(args: argparse.Namespace) -> int:
    """Promote; 1 where a gate is shut."""
    from policies.promotion import PromotionError, following

    try:
        policy = load(args.paths)
    except Unloadable as unloadable:
        return unloadable.code
    rule = _rule(policy, args.rule)
    shut = [] if args.force else _gates(args)
    for gate in shut:
        print(f"{paint('shut', 'red', sys.stderr)}: {gate}", file=sys.stderr)
    if shut:
        return FAILED
    try:
        path, before, after = _edited(args, rule, following(rule))
    except PromotionError as error:
        raise Failure(str(error), code=FAILED) from None
    if args.write:
        path.write_text(after, encoding="utf-8")
        print(f"changed {path}")
    else:
        lines = (before.splitlines(True), after.splitlines(True))
        sys.stdout.writelines(difflib.unified_diff(*lines, str(path), f"{path} (promoted)"))
    return OK


def _rule(policy: "Policy", name: str) -> "Rule":
    from policies.problem import suggest

    by_id = {rule.id: rule for rule in policy.rules}
    if name not in by_id:
        raise Failure(f'there is no rule "{name}"', suggest(name, by_id))
    return by_id[name]


def _gates(args: argparse.Namespace) -> list[str]:
    """Return the gates that are shut, in words."""
    from proxy.audit.search import Query, search
    from proxy.rehearsal.record_of_rule import seen

    if args.audit is None:
        raise Failure("there is nothing to judge the rule by", "name the trail with --audit DIR, or --force it")
    folder, since = trail(args.audit, args.since)
    found = seen(search(folder, Query(since=since)), args.rule)
    shut = []
    if found.matches < args.min_matches:
        shut.append(f"{found.matches} matches since {args.since}, {args.min_matches} are wanted")
    if found.false_share > args.max_false:
        shut.append(f"{found.false} of {found.judged} judged matches were false: at most {args.max_false:.0%}")
    if found.override_share > args.max_override:
        shut.append(
            f"{found.overrides} of {found.coached} coached sent it all the same: at most {args.max_override:.0%}"
        )
    return shut


def _edited(args: argparse.Namespace, rule: "Rule", rollout: Any) -> tuple[Path, str, str]:
    """Return the file to change, its text, and its text after the step."""
    from policies.promotion import adjust, promote

    file = rule.where.rsplit(":", 2)[0]
    if not file.startswith("packs/"):
        path = Path(file)
        text = path.read_text(encoding="utf-8")
        return path, text, promote(text, rule.id, rollout)
    path = Path(args.paths[-1])
    if args.paths[-1].startswith("pack:") or path.is_dir():
        raise Failure(f'the rule "{rule.id}" is a pack\'s', "name a file of your own as the last PATH")
    text = path.read_text(encoding="utf-8")
    return path, text, adjust(text, rule.id, rollout, args.owner, "promoted")

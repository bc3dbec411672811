"""Audit records and a proposed policy in, who and what would change out. No prompt is needed: records hold facts.

Rules
1. A decision is decided again by the same `decide`, at its own moment, with its own facts.
2. Undecidable is said where the policy depends on what the log cannot tell: a detector that it needs did not run then,
   something was left out of the record, or two bounds of what was found give two actions. It is not said where it
   cannot change the action: a block stays a block whatever else there was.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from policies.engine import decide
from policies.facts import Facts
from policies.model import Action, Policy, Verdict
from proxy.audit.findings import FLOOR
from proxy.audit.record import outline
from proxy.rehearsal.replay import Replay, replay

Detectors = Mapping[str, str]
"""Detector name to cost, as installed now."""

UNDECIDABLE = "undecidable"
_UNSEEN = "unseen"  # a reason of our own: what a missing detector may have found
_NAMES = "names_timeout"
_LANGUAGE = "language"
_ALWAYS = frozenset({"structured", "file"})
_COMPARED = ("action", "rules", "would", "exceptions", "unknown", "errors", "by_default", "route")


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """One decision, before and after. `after` is an action, or UNDECIDABLE with the reasons in `why`."""

    event: str
    at: datetime
    user: str
    app: str
    status: str
    before: str
    after: str
    rules: tuple[str, ...] = ()
    would: str = ""
    why: tuple[str, ...] = ()
    same: bool = True  # the whole verdict, not the action alone

    @property
    def changed(self) -> bool:
        """Tell whether the action is another, for certain."""
        return self.after not in {self.before, UNDECIDABLE}

    @property
    def stricter(self) -> bool:
        """Tell whether the action went up the ladder."""
        return self.changed and Action(self.after).rank > Action(self.before).rank


@dataclass(frozen=True, slots=True)
class Report:
    """What a rehearsal of many decisions came to. `matrix` counts `(before, after)`."""

    decisions: int
    failed: int  # decisions without a policy: their inspection failed
    days: float
    matrix: Mapping[tuple[str, str], int]
    changed: tuple[Rehearsal, ...] = field(repr=False)
    undecidable: Mapping[str, int]
    users: Mapping[str, int]  # by changed decisions, most first
    apps: Mapping[str, int]
    rules: Mapping[str, int]  # that determine changed decisions
    would: Mapping[str, int]  # what shadow rules would do
    coached_a_day: float


def rehearse(record: Mapping[str, Any], policy: Policy, detectors: Detectors | None = None) -> Rehearsal | None:
    """Return what `policy` makes of one decision, None where no policy decided it. `detectors` None: those that ran."""
    found = replay(record)
    if found is None:
        return None
    verdict = decide(found.least, policy, found.at)
    why = _why(found, verdict, policy, detectors)
    return Rehearsal(
        event=found.event,
        at=found.at,
        user=found.least.user or found.least.address,
        app=found.least.app,
        status=found.least.status,
        before=found.decided["action"],
        after=UNDECIDABLE if why else str(verdict.action),
        rules=tuple(hit.id for hit in verdict.rules if hit.action.step is verdict.action) or ("default",),
        would=str(verdict.would.action) if verdict.would else "",
        why=why,
        same=not why and _same(found.decided, verdict),
    )


def simulate(records: Iterable[Mapping[str, Any]], policy: Policy, detectors: Detectors | None = None) -> Report:
    """Return what `policy` makes of all decisions among `records`."""
    rehearsed: list[Rehearsal] = []
    failed = 0
    for record in records:
        if record["type"] == "decision":
            done = rehearse(record, policy, detectors)
            failed += done is None
            rehearsed += [done] if done else []
    changed = tuple(r for r in rehearsed if r.changed)
    moments = [r.at for r in rehearsed]
    days = max(1.0, (max(moments) - min(moments)).total_seconds() / 86400) if moments else 1.0
    coached = sum(1 for r in rehearsed if r.after == Action.COACH)
    return Report(
        decisions=len(rehearsed),
        failed=failed,
        days=days,
        matrix=_most(Counter((r.before, r.after) for r in rehearsed)),
        changed=changed,
        undecidable=_most(Counter(why for r in rehearsed for why in r.why)),
        users=_most(Counter(r.user for r in changed)),
        apps=_most(Counter(r.app for r in changed)),
        rules=_most(Counter(rule for r in changed for rule in r.rules)),
        would=_most(Counter(r.would for r in rehearsed if r.would)),
        coached_a_day=coached / days,
    )


def _why(found: Replay, verdict: Verdict, policy: Policy, detectors: Detectors | None) -> tuple[str, ...]:
    """Return why the action cannot be told, in words; nothing where it can."""
    why = list(_missing(found.least, verdict, policy, detectors))
    if found.most is not found.least and decide(found.most, policy, found.at).action is not verdict.action:
        why.append("counts and scores are kept too roughly for this rule")
    unseen = [*found.gaps]
    if found.below and _asks_below_the_floor(policy):
        unseen.append(f"findings below {FLOOR} are not kept")
    if unseen and _depends(found.least, _UNSEEN, verdict, policy, found.at):
        why.extend(unseen)
    return tuple(why)


def _missing(facts: Facts, verdict: Verdict, policy: Policy, detectors: Detectors | None) -> Iterator[str]:
    """Say which detectors did not run, that the policy needs and that could change the action."""
    if detectors is None or verdict.at is None:
        return
    needed = _ALWAYS | policy.needs(facts)
    missing = {name: cost for name, cost in detectors.items() if cost in needed and name not in facts.ran}
    if {"timeout", "error"} & set(facts.unknown):
        return  # it was there and did not end: the reason stands among the unknowns
    reasons = {"names": _NAMES, "language": _LANGUAGE}
    for reason in (_NAMES, _LANGUAGE, _UNSEEN):
        names = sorted(name for name, cost in missing.items() if reasons.get(cost, _UNSEEN) == reason)
        if names and reason not in facts.unknown and _depends(facts, reason, verdict, policy, verdict.at):
            yield from (f"{name} did not run" for name in names)


def _depends(facts: Facts, reason: str, verdict: Verdict, policy: Policy, at: datetime) -> bool:
    """Tell whether there is a rule that could make the action stricter if more had been found."""
    unseen = decide(replace(facts, unknown=(*facts.unknown, reason)), policy, at)
    return reason in unseen.unknown and verdict.action is not Action.BLOCK


def _asks_below_the_floor(policy: Policy) -> bool:
    return any(
        clause.selects and clause.min_confidence < FLOOR
        for rule in policy.rules
        for clause in (*rule.match.content.any, *rule.match.content.all, *rule.match.content.none)
    )


def _same(decided: Mapping[str, Any], verdict: Verdict) -> bool:
    """Tell whether a verdict is the recorded one in everything that a record says."""
    now = outline(verdict)
    return all(decided.get(key) == now[key] for key in _COMPARED)


def _most[Key](counted: Counter[Key]) -> dict[Key, int]:
    return dict(sorted(counted.items(), key=lambda pair: (-pair[1], str(pair[0]))))

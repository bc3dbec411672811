"""Facts, a policy and the time in, a verdict out: pure, and the same whatever order the rules stand in.

Rules
1. All rules that could match are evaluated; the strictest wins: block, coach, redact, tokenise, monitor, allow.
   All redactions apply together. Equal actions are ordered by severity, then by id.
2. The default for the service's status counts like a rule that always matches, and only a matching `allow` rule takes
   it away: a prompt never passes because something was found in it.
3. Unknown is neither true nor false. It matters where a rule that is stricter than what is known depends on it; then
   `on_unknown` decides by reason: `block`, or `flag` (let pass, and say so). A redaction that could not see everything
   cannot be carried out, so it counts as a block here, unless the rule says `unwritable: monitor`.
   Rules that allow or monitor, and rules in shadow mode, never turn unknown into a block.
4. A finding that cannot be cut out turns redact into block, unless the rule says `unwritable: monitor` or the vendor
   produced the text itself (`decided`): the vendor has it already.
5. An exception caps the action of the rules it names, until the second it expires; a floor is lifted by nothing.
6. A rule whose evaluation raises counts as matched with what `on_unknown.error` says.
7. A rule in shadow mode, or not rolled out to this user, is evaluated all the same; the result goes to `would`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256

from policies import message
from policies.condition import holds
from policies.facts import Facts, FindingFact
from policies.index import Prepared
from policies.model import Policy, RuleHit, Verdict, Would
from policies.rule import SEVERITIES, Action, Rollout, Rule
from policies.scene import Scene, prepare

_WATCHED = Action.MONITOR.rank


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What one rule came to. `reasons`: what is unknown that could make it stricter, `strictest` then."""

    prepared: Prepared
    enforced: bool
    action: Action | None  # None: it did not match, as far as is known
    because: str = "matched"
    exception: str = ""
    selected: tuple[FindingFact, ...] = field(default=(), repr=False)
    reasons: frozenset[str] = frozenset()
    strictest: Action = Action.ALLOW
    error: str = ""

    @property
    def rule(self) -> Rule:
        return self.prepared.rule


def decide(facts: Facts, policy: Policy, now: datetime) -> Verdict:
    """Return the verdict on `facts` at `now`. Raises ValueError where `now` has no time zone, nothing else."""
    scene = prepare(facts, now)
    outcomes = [outcome for rule in policy.index.candidates(scene) if (outcome := _evaluate(rule, scene, policy))]
    known = [o for o in outcomes if o.enforced and o.action]
    allowed = any(o.rule.action.type is Action.ALLOW and o.because == "matched" for o in known)
    default = policy.defaults.app_status.get(facts.status, Action.BLOCK)
    floor = Action.ALLOW if allowed else default
    matched = _strictest([floor, *(o.action for o in known if o.action)])
    pending = [o for o in outcomes if o.enforced and _matters(o, matched)]
    hits = _merged([*(_hit(o) for o in known), *(_resolved(o, policy, facts) for o in pending)])
    mattered = sorted({reason for o in pending for reason in o.reasons} | {"error" for o in known if _broke(o)})
    action = _strictest([floor, *(hit.action for hit in hits)])
    determining = hits[0] if hits and hits[0].action is action else None
    data_class, because = policy.classifier.classify(facts.findings)
    return Verdict(
        action=action,
        rules=tuple(hits),
        would=_would(outcomes, policy, facts),
        redactions=_redactions(known, facts),
        message=_message(determining, outcomes, scene, data_class, mattered) if action.rank > _WATCHED else "",
        severity=determining.severity if determining else "low",
        errors=tuple(sorted(f"{o.rule.id}: {o.error}" for o in outcomes if o.error)),
        unknown=tuple(mattered),
        exceptions=tuple(sorted({o.exception for o in known if o.exception})),
        data_class=data_class,
        data_class_because=because,
        notify=tuple(sorted({name for o in known for name in o.rule.notify})),
        by_default=determining is None,
        policy=policy.revision,
    )


def _evaluate(prepared: Prepared, scene: Scene, policy: Policy) -> _Outcome | None:
    """Return what the rule comes to, None where it does not match for certain."""
    rule = prepared.rule
    enforced = rule.mode == "enforce" and (rule.rollout is None or _rolled_out(rule.id, rule.rollout, scene.facts))
    try:
        return _weigh(prepared, scene, enforced)
    except Exception as error:  # noqa: BLE001 - the boundary: a rule fails alone, and closed; its text stays here
        action = rule.action.type
        if action.rank > _WATCHED:
            action = _resolve("error", policy, scene.facts)
        return _Outcome(prepared, enforced, action, "error", error=type(error).__name__)


def _weigh(prepared: Prepared, scene: Scene, enforced: bool) -> _Outcome | None:
    rule = prepared.rule
    truth = holds(prepared.checks, scene)
    if truth is False:
        return None
    capped, exception = _capped(prepared, scene)
    strictest = Action.BLOCK if capped is Action.REDACT and _blocks_unwritable(rule) else capped
    if truth is not True:
        return _Outcome(prepared, enforced, None, exception=exception, reasons=truth, strictest=strictest)
    if capped is not Action.REDACT:
        return _Outcome(prepared, enforced, capped, exception=exception)
    selected = tuple(prepared.question.selected(scene))
    action = _redacting(rule, selected, scene.facts)
    reasons = prepared.question.unread(scene)
    return _Outcome(
        prepared, enforced, action, exception=exception, selected=selected, reasons=reasons, strictest=strictest
    )


def _capped(prepared: Prepared, scene: Scene) -> tuple[Action, str]:
    """Return the rule's action after exceptions, and the exception that lowered it."""
    action, used = prepared.rule.action.type, ""
    for lifting in prepared.liftings:
        exception = lifting.exception
        lower = exception.max_action.rank < action.rank
        same = used != "" and exception.max_action is action and exception.id < used
        if (lower or same) and scene.now < exception.expires and holds(lifting.checks, scene) is True:
            action, used = exception.max_action, exception.id
    return action, used


def _matters(outcome: _Outcome, known: Action) -> bool:
    """Tell whether what was not read could make the outcome stricter than what is known, and more than watched."""
    return bool(outcome.reasons) and outcome.strictest.rank > max(known.rank, _WATCHED)


def _broke(outcome: _Outcome) -> bool:
    return outcome.because == "error" and outcome.rule.action.type.rank > _WATCHED


def _blocks_unwritable(rule: Rule) -> bool:
    return rule.action.unwritable is Action.BLOCK


def _redacting(rule: Rule, selected: Sequence[FindingFact], facts: Facts) -> Action:
    """Return what a redaction of `selected` comes to."""
    if any(not _writable(f, facts) and not f.decided for f in selected) and _blocks_unwritable(rule):
        return Action.BLOCK
    return Action.REDACT if any(_writable(f, facts) for f in selected) else Action.MONITOR


def _writable(finding: FindingFact, facts: Facts) -> bool:
    return finding.writable and facts.rewritable


def _resolve(reason: str, policy: Policy, facts: Facts) -> Action:
    """Return what `on_unknown` makes of a reason: block, or monitor for a flag."""
    resolution = policy.defaults.on_unknown.get(reason, "block")
    lenient = resolution == "flag" or (resolution == "by_status" and facts.status in {"sanctioned", "tolerated"})
    return Action.MONITOR if lenient else Action.BLOCK


def _resolved(outcome: _Outcome, policy: Policy, facts: Facts) -> RuleHit:
    action = _strictest(_resolve(reason, policy, facts) for reason in outcome.reasons)
    return RuleHit(outcome.rule.id, action, outcome.rule.severity, outcome.rule.mode, "unknown", outcome.exception)


def _hit(outcome: _Outcome) -> RuleHit:
    action = outcome.action or Action.MONITOR
    return RuleHit(
        outcome.rule.id, action, outcome.rule.severity, outcome.rule.mode, outcome.because, outcome.exception
    )


def _merged(hits: Iterable[RuleHit]) -> list[RuleHit]:
    """Return one hit a rule, its strictest, in the order of rule 1."""
    found: dict[str, RuleHit] = {}
    for hit in sorted(hits, key=_order):
        found.setdefault(hit.id, hit)
    return list(found.values())


def _order(hit: RuleHit) -> tuple[int, int, str, str]:
    return -hit.action.rank, -SEVERITIES.index(hit.severity), hit.id, hit.because


def _would(outcomes: Sequence[_Outcome], policy: Policy, facts: Facts) -> Would | None:
    shadow = [o for o in outcomes if not o.enforced]
    hits = [_hit(o) for o in shadow if o.action]
    known = _strictest(hit.action for hit in hits)
    pending = [_resolved(o, policy, facts) for o in shadow if _matters(o, known)]
    hits = _merged([*hits, *(hit for hit in pending if hit.action is Action.BLOCK)])
    return Would(hits[0].action, tuple(hits)) if hits else None


def _redactions(known: Sequence[_Outcome], facts: Facts) -> dict[int, str]:
    """Return for each finding that is to be cut out the first rule, in the order of rule 1, that asks for it."""
    wanted: dict[int, str] = {}
    for outcome in sorted(known, key=lambda o: _order(_hit(o))):
        for finding in outcome.selected:
            if finding.ref >= 0 and _writable(finding, facts):
                wanted.setdefault(finding.ref, outcome.rule.id)
    return wanted


def _message(
    hit: RuleHit | None, outcomes: Sequence[_Outcome], scene: Scene, data_class: str, mattered: Sequence[str]
) -> str:
    """Return what the user is told of a request that is changed or stopped."""
    if hit is None:
        return message.render(message.BY_DEFAULT, scene.facts, data_class, ())
    if hit.because != "matched":
        return message.unread(mattered)
    outcome = next(o for o in outcomes if o.rule.id == hit.id)
    entities = [finding.entity for finding in outcome.selected or outcome.prepared.question.selected(scene)]
    effect = outcome.rule.action
    words = effect.message or message.standard(effect.type, entities)
    text = message.render(words, scene.facts, data_class, entities, effect.alternative)
    turned = effect.type is Action.REDACT and hit.action is Action.BLOCK
    return f"{text} {message.UNWRITABLE}" if turned else text


def _strictest(actions: Iterable[Action]) -> Action:
    return max(actions, key=lambda action: action.rank, default=Action.ALLOW)


def _rolled_out(rule: str, rollout: Rollout, facts: Facts) -> bool:
    """Tell whether this user is in: always the same answer, and still yes when the share grows."""
    who = facts.user or facts.address
    bucket = int.from_bytes(sha256(f"{rule}\0{who}".encode()).digest()[:8]) % 10_000
    return bucket < rollout.percent * 100

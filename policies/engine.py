"""Facts, a policy and the time in, a verdict out: pure, and the same whatever order the rules stand in.

Rules
1. All rules that could match are evaluated (`policies.outcome`); the strictest wins: block, coach, redact, tokenise,
   monitor, allow. All redactions and tokenisations apply together; a finding that both want is redacted. Equal actions
   are ordered by severity, then by id.
2. The default for the service's status counts like a rule that always matches, and only a matching `allow` rule takes
   it away: a prompt never passes because something was found in it.
3. Unknown is neither true nor false. It matters where a rule that is stricter than what is known depends on it; then
   `on_unknown` decides by reason: `block`, or `flag` (let pass, and say so). A redaction that could not see everything
   cannot be carried out, so it counts as a block here, unless the rule says `unwritable: monitor`; so does a route.
   Rules that allow or monitor, and rules in shadow mode, never turn unknown into a block.
4. A route joins whatever else is done. Two rules that want different targets are an error, and errors block.
5. A rule in shadow mode, or not rolled out to this user, is evaluated all the same; the result goes to `would`.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from policies import message
from policies.facts import Facts
from policies.model import CoachAsk, Policy, RouteTo, RuleHit, Verdict, Would
from policies.outcome import WATCHED, Outcome, can_cut, evaluate, resolve, strictest, writable
from policies.rule import SEVERITIES, Action
from policies.scene import Scene, prepare

BY_STATUS = "app_status"
"""What a coached user answers to where the default for the service's status asked, and not a rule."""
TWO_TARGETS = "TwoTargets"


def decide(facts: Facts, policy: Policy, now: datetime) -> Verdict:
    """Return the verdict on `facts` at `now`. Raises ValueError where `now` has no time zone, nothing else."""
    scene = prepare(facts, now)
    outcomes = [outcome for rule in policy.index.candidates(scene) if (outcome := evaluate(rule, scene, policy))]
    if not outcomes:
        return _quiet(scene, policy)
    known = _one_target([o for o in outcomes if o.enforced and o.action])
    floor = _default(known, policy, facts)
    matched = strictest([floor, *[o.action for o in known if o.action]])
    targets = {o.rule.action.to for o in known if o.action is Action.ROUTE}
    pending = [
        o for o in outcomes if o.reasons and o.enforced and _matters(o, matched) and o.rule.action.to not in targets
    ]
    hits = _merged([*[_hit(o) for o in known], *[_resolved(o, policy, facts) for o in pending]])
    mattered = sorted({reason for o in pending for reason in o.reasons} | {"error" for o in known if _broke(o)})
    action = strictest([floor, *[hit.action for hit in hits]])
    determining = next((hit for hit in hits if hit.action.step is action), None)
    data_class, because = policy.classifier.classify(facts.findings)
    tell = _Teller(scene, data_class, {o.rule.id: o for o in outcomes}, mattered)
    redactions, tokenisations, restorable = _taken_out([o for o in known if o.cut], facts)
    worded = {o.rule.id: o.rule.action.replacement for o in known if o.rule.action.replacement}
    return Verdict(
        action=action,
        rules=tuple(hits),
        would=_would([o for o in outcomes if not o.enforced], policy, facts),
        redactions=redactions,
        tokenisations=tokenisations,
        restorable=restorable,
        labels={ref: worded[rule] for ref, rule in redactions.items() if rule in worded},
        coach=_coach(hits, tell, floor),
        route=_route(hits, tell, action) if targets else None,
        message=tell.determining(determining) if action.rank > WATCHED else "",
        severity=determining.severity if determining else "low",
        errors=_unique([f"{o.rule.id}: {o.error}" for o in (*outcomes, *known) if o.error]),
        unknown=tuple(mattered),
        exceptions=_unique([o.exception for o in known if o.exception]),
        data_class=data_class,
        data_class_because=because,
        notify=_unique([name for o in known for name in o.rule.notify]),
        by_default=determining is None,
        policy=policy.revision,
        at=now,
    )


def _unique(words: Sequence[str]) -> tuple[str, ...]:
    return tuple(sorted(set(words))) if words else ()


def _quiet(scene: Scene, policy: Policy) -> Verdict:
    """Return the verdict where no rule matches, nor could: most requests."""
    floor = _default((), policy, scene.facts)
    data_class, because = policy.classifier.classify(scene.facts.findings)
    tell = _Teller(scene, data_class, {}, ())
    return Verdict(
        action=floor,
        coach=_coach((), tell, floor),
        message=tell.by_default() if floor.rank > WATCHED else "",
        data_class=data_class,
        data_class_because=because,
        by_default=True,
        policy=policy.revision,
        at=scene.now,
    )


def _default(known: Sequence[Outcome], policy: Policy, facts: Facts) -> Action:
    """Return what the service's status comes to, unless a rule allows."""
    if any(o.rule.action.type is Action.ALLOW and o.because == "matched" for o in known):
        return Action.ALLOW
    default = policy.defaults.app_status.get(facts.status, Action.BLOCK)
    answered = default is Action.COACH and dict(facts.answers).get(BY_STATUS) == "justify"
    return Action.MONITOR if answered else default


def _one_target(known: list[Outcome]) -> list[Outcome]:
    """Return the outcomes; where routes want different targets, each of them as a block."""
    routes = [o for o in known if o.action is Action.ROUTE]
    if len({o.rule.action.to for o in routes}) < 2:
        return known
    return [replace(o, action=Action.BLOCK, because="error", error=TWO_TARGETS) if o in routes else o for o in known]


def _matters(outcome: Outcome, known: Action) -> bool:
    """Tell whether what was not read could make the outcome stricter than what is known, and more than watched."""
    return bool(outcome.reasons) and outcome.strictest.rank > max(known.rank, WATCHED)


def _broke(outcome: Outcome) -> bool:
    return outcome.because == "error" and outcome.rule.action.type.rank > WATCHED


def _resolved(outcome: Outcome, policy: Policy, facts: Facts) -> RuleHit:
    action = strictest(resolve(reason, policy, facts) for reason in outcome.reasons)
    return RuleHit(outcome.rule.id, action, outcome.rule.severity, outcome.rule.mode, "unknown", outcome.exception)


def _hit(outcome: Outcome) -> RuleHit:
    action = outcome.action or Action.MONITOR
    return RuleHit(
        outcome.rule.id, action, outcome.rule.severity, outcome.rule.mode, outcome.because, outcome.exception
    )


def _merged(hits: Sequence[RuleHit]) -> list[RuleHit]:
    """Return one hit a rule, its strictest, in the order of rule 1."""
    if len(hits) < 2:
        return list(hits)
    found: dict[str, RuleHit] = {}
    for hit in sorted(hits, key=_order):
        found.setdefault(hit.id, hit)
    return list(found.values())


def _order(hit: RuleHit) -> tuple[int, int, str, str]:
    return -hit.action.rank, -SEVERITIES.index(hit.severity), hit.id, hit.because


def _would(shadow: Sequence[Outcome], policy: Policy, facts: Facts) -> Would | None:
    if not shadow:
        return None
    hits = [_hit(o) for o in shadow if o.action]
    known = strictest(hit.action for hit in hits)
    pending = [_resolved(o, policy, facts) for o in shadow if _matters(o, known)]
    hits = _merged([*hits, *(hit for hit in pending if hit.action is Action.BLOCK)])
    return Would(hits[0].action, tuple(hits)) if hits else None


def _taken_out(cutting: Sequence[Outcome], facts: Facts) -> tuple[dict[int, str], dict[int, str], frozenset[int]]:
    """Return what is redacted, what is tokenised (reference of the finding to rule), and which of that is restored."""
    if not cutting:
        return {}, {}, frozenset()
    redactions = {ref: o.rule.id for ref, o in _cuts(cutting, facts, Action.REDACT).items()}
    swapped = {ref: o for ref, o in _cuts(cutting, facts, Action.TOKENISE).items() if ref not in redactions}
    restorable = frozenset(ref for ref, o in swapped.items() if o.rule.action.restore)
    return redactions, {ref: o.rule.id for ref, o in swapped.items()}, restorable


def _cuts(cutting: Sequence[Outcome], facts: Facts, how: Action) -> dict[int, Outcome]:
    """Return for each finding that is to be taken out the first rule, in the order of rule 1, that asks for it."""
    wanted: dict[int, Outcome] = {}
    for outcome in sorted((o for o in cutting if o.cut is how), key=lambda o: _order(_hit(o))):
        for finding in outcome.selected:
            if finding.ref >= 0 and writable(finding, facts):
                wanted.setdefault(finding.ref, outcome)
    return wanted


class _Teller:
    """Words to the user about one exchange."""

    def __init__(self, scene: Scene, data_class: str, outcomes: dict[str, Outcome], mattered: Sequence[str]) -> None:
        self.scene = scene
        self.outcomes = outcomes
        self._class = data_class
        self._mattered = mattered

    def determining(self, hit: RuleHit | None) -> str:
        """Return what the user is told of a request that is changed or stopped."""
        if hit is None:
            return self.by_default()
        if hit.because in {"unknown", "error"}:
            return message.unread(self._mattered, self.scene.facts.direction)
        effect = self.outcomes[hit.id].rule.action
        text = self.rule(hit.id)
        turned = effect.type.cuts and hit.action is Action.BLOCK
        return f"{text} {message.unwritable(self.scene.facts.direction)}" if turned else text

    def by_default(self) -> str:
        """Return what is said of the service as a whole."""
        return message.render(message.BY_DEFAULT, self.scene.facts, self._class, ())

    def rule(self, rule: str) -> str:
        """Return the words of a rule that matched."""
        outcome = self.outcomes[rule]
        entities = [finding.entity for finding in outcome.selected or outcome.prepared.question.selected(self.scene)]
        effect = outcome.rule.action
        words = effect.message or message.standard(effect.type, entities, self.scene.facts.direction)
        return message.render(words, self.scene.facts, self._class, entities, effect.alternative)


def _coach(hits: Sequence[RuleHit], tell: _Teller, floor: Action) -> tuple[CoachAsk, ...]:
    """Return what the user is asked, the determining rule first."""
    asks = []
    for hit in hits:
        if hit.action is Action.COACH:
            outcome = tell.outcomes[hit.id]
            effect, question = outcome.rule.action, outcome.prepared.question
            cuttable = can_cut(tuple(question.selected(tell.scene)), tell.scene.facts)
            asks.append(
                CoachAsk(
                    hit.id,
                    tell.rule(hit.id),
                    effect.alternative,
                    effect.justification,
                    effect.remember,
                    cuttable and not question.unread(tell.scene),
                )
            )
    if floor is Action.COACH:
        asks.append(CoachAsk(BY_STATUS, tell.by_default()))
    return tuple(asks)


def _route(hits: Sequence[RuleHit], tell: _Teller, action: Action) -> RouteTo | None:
    first = next((hit for hit in hits if hit.action is Action.ROUTE), None)
    if first is None or action.stops:
        return None
    return RouteTo(tell.outcomes[first.id].rule.action.to, first.id, tell.rule(first.id))

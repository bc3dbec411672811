"""One rule and a scene in, what it comes to out: after exceptions, the user's answers, and what cannot be cut out.

Rules
1. A finding that cannot be cut out turns redact and tokenise into block, unless the rule says `unwritable: monitor` or
   the vendor produced the text itself (`decided`): the vendor has it already.
2. An exception caps the action of the rules it names, until the second it expires; a floor is lifted by nothing.
3. A coach rule that the user has answered lets pass (`justify`) or cuts out (`redact`); the latter only where all that
   the rule found can be cut out, else the user is asked again.
4. A rule whose evaluation raises counts as matched with what `on_unknown.error` says.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from policies.condition import holds
from policies.facts import Facts, FindingFact
from policies.index import Prepared
from policies.model import Policy
from policies.rule import Action, Rollout, Rule
from policies.scene import Scene

WATCHED = Action.MONITOR.rank
_STATEMENTS = frozenset({"label", "fingerprint"})  # said of a whole text: nothing to cut out


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one rule came to. `reasons`: what is unknown that could make it stricter, `strictest` then.

    `cut` is how the `selected` findings are taken out: redact or tokenise; None where they are not.
    """

    prepared: Prepared
    enforced: bool
    action: Action | None  # None: it did not match, as far as is known
    because: str = "matched"
    exception: str = ""
    cut: Action | None = None
    selected: tuple[FindingFact, ...] = field(default=(), repr=False)
    reasons: frozenset[str] = frozenset()
    strictest: Action = Action.ALLOW
    error: str = ""

    @property
    def rule(self) -> Rule:
        """Return the rule."""
        return self.prepared.rule


def evaluate(prepared: Prepared, scene: Scene, policy: Policy) -> Outcome | None:
    """Return what the rule comes to, None where it does not match for certain."""
    rule = prepared.rule
    enforced = rule.mode == "enforce" and (rule.rollout is None or rolled_out(rule.id, rule.rollout, scene.facts))
    try:
        return _weigh(prepared, scene, enforced)
    except Exception as error:  # noqa: BLE001 - the boundary: a rule fails alone, and closed; its text stays here
        action = rule.action.type
        if action.rank > WATCHED:
            action = resolve("error", policy, scene.facts)
        return Outcome(prepared, enforced, action, "error", error=type(error).__name__)


def resolve(reason: str, policy: Policy, facts: Facts) -> Action:
    """Return what `on_unknown` makes of a reason: block, or monitor for a flag."""
    resolution = policy.defaults.on_unknown.get(reason, "block")
    lenient = resolution == "flag" or (resolution == "by_status" and facts.status in {"sanctioned", "tolerated"})
    return Action.MONITOR if lenient else Action.BLOCK


def rolled_out(rule: str, rollout: Rollout, facts: Facts) -> bool:
    """Tell whether this user is in: always the same answer, and still yes when the share grows."""
    who = facts.user or facts.address
    bucket = int.from_bytes(sha256(f"{rule}\0{who}".encode()).digest()[:8]) % 10_000
    return bucket < rollout.percent * 100


def writable(finding: FindingFact, facts: Facts) -> bool:
    """Tell whether the text of a finding can be rewritten."""
    return finding.writable and facts.rewritable


def can_cut(found: Sequence[FindingFact], facts: Facts) -> bool:
    """Tell whether all of `found` can be cut out, and there is something to cut."""
    return bool(found) and all(writable(f, facts) and f.category not in _STATEMENTS for f in found)


def strictest(actions: Iterable[Action]) -> Action:
    """Return the highest step of the ladder, `allow` for none."""
    highest = Action.ALLOW
    for action in actions:
        if action.step.rank > highest.rank:
            highest = action.step
    return highest


def _weigh(prepared: Prepared, scene: Scene, enforced: bool) -> Outcome | None:
    truth = holds(prepared.rest, scene)
    if truth is False:
        return None
    action, exception = _capped(prepared, scene)
    because = "matched"
    if action is Action.COACH and (answered := _answered(prepared, scene)):
        action, because = answered, "answered"
    if truth is not True:
        worst = _worst(prepared.rule, action)
        return Outcome(prepared, enforced, None, exception=exception, reasons=truth, strictest=worst)
    if not action.cuts:
        return Outcome(prepared, enforced, action, because, exception)
    selected = tuple(prepared.question.selected(scene))
    return Outcome(
        prepared,
        enforced,
        _cutting(prepared.rule, action, selected, scene.facts),
        because,
        exception,
        cut=action,
        selected=selected,
        reasons=prepared.question.unread(scene),
        strictest=_worst(prepared.rule, action),
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


def _answered(prepared: Prepared, scene: Scene) -> Action | None:
    """Return what the user's answer makes of a coach rule, None where there is no answer that holds."""
    answer = dict(scene.facts.answers).get(prepared.rule.id)
    if answer == "justify":
        return Action.MONITOR
    selected = tuple(prepared.question.selected(scene))
    if answer == "redact" and can_cut(selected, scene.facts) and not prepared.question.unread(scene):
        return Action.REDACT
    return None


def _worst(rule: Rule, action: Action) -> Action:
    """Return what an unknown could make of the rule: what was not read cannot be cut out, nor sent elsewhere."""
    if action is Action.ROUTE or (action.cuts and _blocks_unwritable(rule)):
        return Action.BLOCK
    return action


def _cutting(rule: Rule, action: Action, selected: Sequence[FindingFact], facts: Facts) -> Action:
    """Return what cutting out `selected` comes to."""
    if any(not writable(f, facts) and not f.decided for f in selected) and _blocks_unwritable(rule):
        return Action.BLOCK
    return action if any(writable(f, facts) for f in selected) else Action.MONITOR


def _blocks_unwritable(rule: Rule) -> bool:
    return rule.action.unwritable is Action.BLOCK

"""Facts, a policy and the time in, one line a rule out: did it match, and if not, the key that failed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from policies.facts import Facts
from policies.index import Prepared
from policies.model import Policy
from policies.scene import Scene, prepare


@dataclass(frozen=True, slots=True)
class RuleTrace:
    """Why a rule did or did not match: `observed` against `required` at `failed_key`.

    Where it matched, `observed` is what was found of what it looks for, the others are empty.
    `matched` is `unknown` where the key could not be told; `observed` then names the reasons.
    """

    id: str
    matched: bool | Literal["unknown"]
    failed_key: str = ""
    observed: str = ""
    required: str = ""


def explain(facts: Facts, policy: Policy, now: datetime) -> list[RuleTrace]:
    """Return one trace a rule, by id. The same checks as in `decide`, none of them skipped."""
    scene = prepare(facts, now)
    return sorted((_trace(prepared, scene) for prepared in policy.index.rules), key=lambda trace: trace.id)


_SOUGHT = frozenset({"content.any", "content.all"})


def _trace(prepared: Prepared, scene: Scene) -> RuleTrace:
    unknown: RuleTrace | None = None
    for check in prepared.checks:
        try:
            truth = check.test(scene)
        except Exception as error:  # noqa: BLE001 - as in the engine: a rule fails alone, its text stays here
            return RuleTrace(prepared.rule.id, "unknown", check.key, type(error).__name__, check.required)
        if truth is False:
            return RuleTrace(prepared.rule.id, False, check.key, check.observe(scene), check.required)
        if truth is not True and unknown is None:
            observed = f"{check.observe(scene)}; not known: {', '.join(sorted(truth))}"
            unknown = RuleTrace(prepared.rule.id, "unknown", check.key, observed, check.required)
    if unknown is not None:
        return unknown
    found = [check.observe(scene) for check in prepared.checks if check.key in _SOUGHT]
    return RuleTrace(prepared.rule.id, True, observed=" and ".join(dict.fromkeys(found)))

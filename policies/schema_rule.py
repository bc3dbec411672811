"""A rule as plain data in, its value out; and its local tuning (`adjust`), which another file brings."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from policies.case import Case
from policies.problem import Path, suggest
from policies.reader import Document
from policies.rule import Action, Clause, Content, Defaults, Effect, Match, Mode, Rollout, Rule
from policies.schema_case import build_case
from policies.schema_match import build_effect, build_match, check_redactable
from policies.vocabulary import Vocabulary

_THRESHOLDS = ("min_confidence", "min_count", "min_distinct", "min_lines")


def build_rule(
    document: Document, data: dict[str, Any], path: Path, vocabulary: Vocabulary, defaults: Defaults
) -> Rule:
    """Return the rule at `path`."""
    match = build_match(document, data.get("match") or {}, (*path, "match"), vocabulary)
    action = build_effect(document, data.get("action") or {}, (*path, "action"))
    mode: Mode = data.get("mode", defaults.mode)
    rollout = data.get("rollout")
    _check_action(document, match, action, (*path, "action", "type"), vocabulary)
    if data.get("floor") and rollout:
        document.report((*path, "rollout"), "a floor holds for everyone", "leave out `rollout` or `floor`")
    if data.get("floor") and action.type.rank < Action.TOKENISE.rank:
        document.report((*path, "floor"), f"{action.type} is no floor", "a floor redacts or blocks")
    return Rule(
        id=data.get("id", ""),
        action=action,
        match=match,
        description=data.get("description", ""),
        mode=mode,
        severity=data.get("severity", "medium"),
        floor=data.get("floor", False),
        rollout=_rollout(rollout),
        notify=tuple(filter(None, data.get("notify") or ())),
        tags=tuple(filter(None, data.get("tags") or ())),
        where=document.where(path),
    )


def rule_cases(
    document: Document, data: dict[str, Any], path: Path, rule: str, vocabulary: Vocabulary
) -> Iterator[Case]:
    """Yield the tests that stand under the rule at `path`."""
    for n, test in enumerate(data.get("tests") or ()):
        if test is not None:
            yield build_case(document, test, (*path, "tests", n), rule, vocabulary)


def adjust(document: Document, data: dict[str, Any], path: Path, vocabulary: Vocabulary, rules: list[Rule]) -> None:
    """Put the tuning at `path` in the place of the rule in `rules` that it names."""
    by_id = {rule.id: n for n, rule in enumerate(rules)}
    name = data.get("rule", "")
    if name not in by_id:
        if name:
            document.report((*path, "rule"), f'unknown rule "{name}"', suggest(name, by_id))
        return
    rule = rules[by_id[name]]
    if rule.adjusted:
        document.report((*path, "rule"), f'the rule "{name}" is tuned twice', f"first at {rule.adjusted}")
        return
    if rule.where.rpartition(":")[0].rpartition(":")[0] == document.name:
        document.report((*path, "rule"), f'the rule "{name}" stands in this file', "change the rule itself")
        return
    tuned = _tuned(document, data, path, vocabulary, rule)
    if rule.floor and (fault := _loosens(rule, tuned)):
        document.report((*path, fault), f'the rule "{name}" is a floor', "tuning may make it stricter only")
    rules[by_id[name]] = tuned


def _tuned(document: Document, data: dict[str, Any], path: Path, vocabulary: Vocabulary, rule: Rule) -> Rule:
    effect = build_effect(document, data["action"], (*path, "action")) if data.get("action") else rule.action
    if "message" in data:
        effect = build_effect(document, {"message": data["message"], "alternative": effect.alternative}, path, effect)
    thresholds = {key: data[key] for key in _THRESHOLDS if key in data}
    content = rule.match.content
    if thresholds and not (content.any or content.all):
        document.report((*path, next(iter(thresholds))), "the rule has no clauses", "tune another key")
    match = replace(
        rule.match, content=Content(_all(content.any, thresholds), _all(content.all, thresholds), content.none)
    )
    _check_action(document, match, effect, (*path, "action", "type"), vocabulary)
    return replace(
        rule,
        action=effect,
        match=match,
        mode=data.get("mode", rule.mode),
        rollout=_rollout(data.get("rollout")) or rule.rollout,
        severity=data.get("severity", rule.severity),
        notify=tuple(dict.fromkeys((*rule.notify, *filter(None, data.get("notify") or ())))),
        tags=tuple(dict.fromkeys((*rule.tags, *filter(None, data.get("tags") or ())))),
        adjusted=document.where(path),
    )


def _all(clauses: tuple[Clause, ...], thresholds: dict[str, Any]) -> tuple[Clause, ...]:
    def tuned(clause: Clause) -> Clause:
        # Lines are asked of code only: a clause without them would lose all its other findings.
        return replace(clause, **{k: v for k, v in thresholds.items() if k != "min_lines" or clause.min_lines})

    return tuple(map(tuned, clauses))


def _loosens(old: Rule, new: Rule) -> str:
    """Return the key of a tuning that makes a floor weaker, or nothing."""
    if new.mode == "shadow" and old.mode == "enforce":
        return "mode"
    if new.rollout is not None:
        return "rollout"
    weaker_action = new.action.type.rank < old.action.type.rank or new.action.type is Action.COACH
    lifted = new.action.unwritable is Action.MONITOR and old.action.unwritable is Action.BLOCK
    if (weaker_action and new.action.type is not old.action.type) or lifted:
        return "action"
    clauses = [
        (before, after)
        for kind in ("any", "all")
        for before, after in zip(getattr(old.match.content, kind), getattr(new.match.content, kind), strict=True)
    ]
    return next((key for key in _THRESHOLDS for a, b in clauses if getattr(b, key) > getattr(a, key)), "")


def _check_action(document: Document, match: Match, effect: Effect, path: Path, vocabulary: Vocabulary) -> None:
    """Report where the action cannot be done to what the rule matches."""
    if effect.type.cuts:
        check_redactable(document, match, path, vocabulary)
    if "response" in match.direction and effect.type in {Action.COACH, Action.ROUTE}:
        document.report(path, f"{effect.type} means nothing for an answer", "use redact or block, or direction request")


def _rollout(data: dict[str, Any] | None) -> Rollout | None:
    return Rollout(data.get("percent", 0), data.get("by", "user")) if data else None

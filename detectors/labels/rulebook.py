"""YAML files in, label rules out; every mistake is a ValueError with file, line and column."""

import re
from collections.abc import Iterable
from pathlib import Path

from detectors.labels.rule import Rule
from detectors.patterns.engine import check_expression
from detectors.patterns.table import Record, read, refuse_near_misses

SHIPPED = Path(__file__).with_name("rules")
_KEYS = ("id", "entity", "title", "words", "pattern", "anywhere", "common", "score", "source", "ids", "match", "pass")
_ENTITY = re.compile(r"LABEL(?:_[A-Z0-9]+)+")


def shipped() -> tuple[Rule, ...]:
    """Return the rules that come with the product."""
    return load(sorted(SHIPPED.glob("*.yaml")))


def load(files: Iterable[Path]) -> tuple[Rule, ...]:
    """Return the rules in `files`. Raises ValueError, `file:line:column: what is wrong`."""
    rules: dict[str, Rule] = {}
    for file in files:
        record = read(file)
        refuse_near_misses(record, ("labels",))
        for entry in record.records("labels"):
            rule = _rule(entry, record)
            if rule.id in rules:
                raise entry.error(f"label '{rule.id}' is given twice", "id")
            rules[rule.id] = rule
    return tuple(rules.values())


def _rule(entry: Record, file: Record) -> Rule:
    entry.only(_KEYS)
    if entry.has("words") == entry.has("pattern"):
        raise entry.error("give either 'words' or 'pattern'")
    if any(not any(map(str.isalnum, words)) for words in entry.texts("words")):
        raise entry.error("a phrase needs a letter or a digit", "words")
    rule = Rule(
        id=entry.text("id"),
        entity=entry.text("entity"),
        title=entry.text("title"),
        words=entry.texts("words"),
        pattern=entry.text("pattern", ""),
        anywhere=_flag(entry, "anywhere"),
        common=_flag(entry, "common"),
        score=entry.number("score", 0.95, 0.0, 1.0),
        source=entry.text("source", file.text("source", "")),
        match=entry.texts("match"),
        passed=entry.texts("pass"),
        ids=tuple(label_id.strip("{}").lower() for label_id in entry.texts("ids")),
    )
    if _ENTITY.fullmatch(rule.entity) is None:
        raise entry.error("'entity' must be LABEL_ and capitals, as in LABEL_ACME_SECRET", "entity")
    if not rule.match:
        raise entry.error("'match' needs at least one example")
    problem = check_expression(rule.expression)
    if problem:
        raise entry.error(f"pattern is not RE2: {problem}", "pattern")
    return rule


def _flag(entry: Record, key: str) -> bool:
    value = entry.text(key, "false")
    if value not in {"true", "false"}:
        raise entry.error(f"'{key}' must be true or false", key)
    return value == "true"

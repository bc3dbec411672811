"""YAML files in, secret rules out; every mistake is a ValueError with file, line and column."""

import re
from collections.abc import Iterable
from pathlib import Path

from detectors.patterns.engine import check_expression
from detectors.patterns.table import Record, read, refuse_near_misses, suggest
from detectors.secrets import checks
from detectors.secrets.rule import Rule

SHIPPED = Path(__file__).with_name("rules")
_RULE_KEYS = (
    "id", "entity", "title", "pattern", "gate", "keywords", "min_entropy", "checks", "score", "source", "match", "pass",
)  # fmt: skip
_FRAGMENT = re.compile(r"<<([a-z_]+)>>")
_ENTITY = re.compile(r"SECRET(?:_[A-Z0-9]+)+")
_ID = re.compile(r"[a-z0-9]+(?:[-_.][a-z0-9]+)*")


def shipped() -> tuple[Rule, ...]:
    """Return the rules that come with the product."""
    return load(sorted(SHIPPED.glob("*.yaml")))


def load(files: Iterable[Path]) -> tuple[Rule, ...]:
    """Return the rules in `files`. Raises ValueError, `file:line:column: what is wrong`."""
    rules: dict[str, Rule] = {}
    for file in files:
        record = read(file)
        refuse_near_misses(record, ("secrets", "fragments"))
        for entry in record.records("secrets"):
            rule = _rule(entry, record, file.stem)
            if rule.id in rules:
                raise entry.error(f"rule '{rule.id}' is given twice", "id")
            rules[rule.id] = rule
    return tuple(rules.values())


def _rule(entry: Record, file: Record, stem: str) -> Rule:
    entry.only(_RULE_KEYS)
    pattern = _pattern(entry, file)
    names = entry.texts("checks")
    for name in names:
        if checks.find(name) is None:
            raise entry.error(f"unknown check '{name}'{suggest(name, checks.CHECKS)}", "checks")
        kind, colon, argument = name.partition(":")
        if (colon or kind == "base64_bytes") and not (kind in {"base64_bytes", "random"} and argument.isdigit()):
            raise entry.error("only base64_bytes:LENGTH and random:PREFIX_LENGTH take an argument, a number", "checks")
    if not entry.texts("match"):
        raise entry.error("'match' needs at least one example")
    return Rule(
        id=_formed(entry, "id", _ID, "lower-case words joined by '-'"),
        entity=_formed(entry, "entity", _ENTITY, "SECRET_ and capitals, as in SECRET_ACME_API_KEY"),
        title=entry.text("title"),
        pattern=pattern,
        keywords=entry.texts("keywords"),
        gate=_pattern(entry, file, "gate") if entry.has("gate") else "",
        min_entropy=entry.number("min_entropy", 0.0, 0.0, 8.0),
        checks=names,
        score=entry.number("score", 0.95, 0.0, 1.0),
        source=entry.text("source", file.text("source", "")),
        family=file.text("family", stem),
        match=entry.texts("match"),
        passed=entry.texts("pass"),
    )


def _pattern(entry: Record, file: Record, key: str = "pattern") -> str:
    fragments = file.mapping("fragments")
    text = entry.text(key)
    for _depth in range(4):
        for name in _FRAGMENT.findall(text):
            if name not in fragments:
                raise entry.error(f"unknown fragment '{name}'{suggest(name, fragments)}", key)
        text = _FRAGMENT.sub(lambda match: fragments[match.group(1)], text)
    problem = check_expression(text)
    if problem:
        raise entry.error(f"{key} is not RE2: {problem}", key)
    return text


def _formed(entry: Record, key: str, form: re.Pattern[str], meaning: str) -> str:
    value = entry.text(key)
    if form.fullmatch(value) is None:
        raise entry.error(f"'{key}' must be {meaning}", key)
    return value

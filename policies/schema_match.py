"""The `match` and `action` of a rule as plain data in, their values out."""

import re
from typing import Any
from zoneinfo import ZoneInfo

from policies.grammar import DAYS
from policies.message import FIELDS
from policies.problem import Path, suggest
from policies.reader import Document
from policies.rule import Action, App, Clause, Content, Effect, Match, When, Who, Window
from policies.vocabulary import Vocabulary

_SELECTORS = ("entities", "groups", "categories", "labels", "class_at_least")
_STATEMENTS = frozenset({"label", "fingerprint"})  # what is said of a whole text cannot be cut out of it


def build_match(document: Document, data: dict[str, Any], path: Path, vocabulary: Vocabulary) -> Match:
    """Return the match at `path`."""
    who, app, when = (data.get(key) or {} for key in ("who", "app", "when"))
    content = data.get("content") or {}

    def words(section: dict[str, Any], name: str, key: str) -> tuple[str, ...]:
        return vocabulary.words(document, section.get(key), (*path, name, key))

    def networks(key: str) -> tuple[str, ...]:
        return vocabulary.networks(document, who.get(key), (*path, "who", key))

    def clauses(key: str) -> tuple[Clause, ...]:
        at = (*path, "content", key)
        return tuple(
            build_clause(document, clause, (*at, n), vocabulary)
            for n, clause in enumerate(content.get(key) or ())
            if clause is not None
        )

    for name, section in (("who", who), ("app", app), ("when", when), ("content", content)):
        if name in data and not section:
            document.report_lack((*path, name), f"`{name}` asks nothing", "fill it in, or leave it out")
    return Match(
        who=Who(
            users=words(who, "who", "users"),
            groups=words(who, "who", "groups"),
            not_groups=words(who, "who", "not_groups"),
            networks=networks("networks"),
            not_networks=networks("not_networks"),
            devices=words(who, "who", "devices"),
        ),
        app=App(
            ids=words(app, "app", "ids"),
            categories=_plain(app.get("categories")),
            status=_plain(app.get("status")),
            models=words(app, "app", "models"),
            trust_zone=words(app, "app", "trust_zone"),
        ),
        activity=_plain(data.get("activity")),
        direction=_plain(data.get("direction")) or ("request",),
        tools=data.get("tools"),
        when=When(
            _window(document, when.get("inside"), (*path, "when", "inside")),
            _window(document, when.get("outside"), (*path, "when", "outside")),
        ),
        content=Content(clauses("any"), clauses("all"), clauses("none")),
    )


def build_clause(document: Document, data: dict[str, Any], path: Path, vocabulary: Vocabulary) -> Clause:
    """Return the clause at `path`."""
    if not any(data.get(key) for key in _SELECTORS):
        document.report_lack(path, "the clause says not what to find", f"add one of {', '.join(_SELECTORS)}")
    kinds = [key for key in ("entities", "groups", "labels", "class_at_least") if data.get(key)]
    if "labels" in kinds and len(kinds) > 1:
        document.report(path, f"no finding is both in `labels` and in `{kinds[0]}`", "write two clauses")
    return Clause(
        entities=vocabulary.entities(document, data.get("entities"), (*path, "entities")),
        groups=vocabulary.entities(document, data.get("groups"), (*path, "groups")),
        categories=_plain(data.get("categories")),
        labels=vocabulary.labels(document, data.get("labels"), (*path, "labels")),
        class_at_least=vocabulary.class_name(document, data.get("class_at_least", ""), (*path, "class_at_least")),
        places=_plain(data.get("in")),
        decided=data.get("decided"),
        min_confidence=data.get("min_confidence", 0.0),
        min_count=data.get("min_count", 1),
        min_distinct=data.get("min_distinct", 0),
        min_lines=data.get("min_lines", 0),
        code_languages=tuple(
            word.lower() for word in vocabulary.words(document, data.get("code_languages"), (*path, "code_languages"))
        ),
    )


def build_effect(document: Document, data: dict[str, Any], path: Path) -> Effect:
    """Return the action at `path`."""
    effect = Effect(
        type=Action(data.get("type", "monitor")),
        message=data.get("message", "").strip(),
        alternative=data.get("alternative", ""),
        unwritable=Action(data.get("unwritable", "block")),
    )
    if "unwritable" in data and data.get("type", "redact") != "redact":
        document.report((*path, "unwritable"), f"`unwritable` means nothing for {effect.type}", "it belongs to redact")
    for name in re.findall(r"\{([^{}]*)\}", effect.message):
        if name not in FIELDS:
            help_ = suggest(name, FIELDS) or f"use {', '.join('{' + field + '}' for field in FIELDS)}"
            document.report((*path, "message"), f'a message cannot hold "{{{name}}}"', help_)
    if "{alternative}" in effect.message and not effect.alternative:
        document.report((*path, "message"), "the message names an alternative, but there is none", "add `alternative`")
    return effect


def check_redactable(document: Document, match: Match, path: Path, vocabulary: Vocabulary) -> None:
    """Report where a redaction has nothing that it could cut out."""
    clauses = (*match.content.any, *match.content.all)
    if not clauses and (*path[:-2], "match") not in document.spoilt:
        document.report(path, "redact says not what to take out", "add `content` with `any` or `all`, or use block")
    catalogue = vocabulary.catalogue
    for clause in clauses:
        words = [*clause.entities, *clause.groups, *clause.labels]
        whole = [w for w in words if w.startswith(("LABEL", "FINGERPRINT", "DOCUMENT"))]
        whole += [c for c in clause.categories if c in _STATEMENTS]
        whole += [w for w in words if catalogue.get(w).category in _STATEMENTS and w not in whole]
        if clause.class_at_least:
            whole.append(f"class_at_least {clause.class_at_least}")
        if whole:
            document.report(
                path, f"redact cannot take out {whole[0]}: it says something of the whole text", "use block"
            )


def _window(document: Document, data: dict[str, Any] | None, path: Path) -> Window | None:
    if data is None:
        return None
    zone = data.get("tz", "UTC")
    try:
        ZoneInfo(zone)
    except (ValueError, OSError, LookupError):
        document.report((*path, "tz"), f'unknown time zone "{zone}"', "write an IANA name such as Europe/Berlin")
        zone = "UTC"
    days = frozenset(DAYS.index(day) for day in data.get("days") or DAYS if day is not None)
    first, _, last = data.get("hours", "00:00-24:00").partition("-")
    start, end = _minutes(first), _minutes(last)
    if start >= 1440 or end > 1440 or start == end:
        document.report((*path, "hours"), "not a stretch of the day", 'write hours such as "07:00-20:00"')
    return Window(days, start, end, zone)


def _minutes(text: str) -> int:
    hours, minutes = int(text[:2]), int(text[3:])
    return hours * 60 + minutes if minutes < 60 else 9999


def _plain(value: list[str | None] | None) -> tuple[str, ...]:
    return tuple(word for word in value or () if word is not None)

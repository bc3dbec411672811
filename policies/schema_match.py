"""The `match` and `action` of a rule as plain data in, their values out."""

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from policies import cel
from policies.message import FIELDS
from policies.problem import Path, suggest
from policies.reader import Document
from policies.rule import (
    Action,
    App,
    Clause,
    Content,
    Effect,
    Justification,
    Match,
    Remember,
    When,
    Who,
    Window,
)
from policies.vocabulary import Vocabulary
from policies.words import DAYS

_SELECTORS = ("entities", "groups", "categories", "documents", "labels", "class_at_least", "languages")
_COUNTED = ("min_confidence", "min_count", "min_distinct", "min_overlap", "min_lines", "code_languages")
_BELONGS = {
    "unwritable": ("redact", "tokenise"),
    "with": ("redact",),
    "restore": ("tokenise",),
    "justification": ("coach",),
    "remember": ("coach",),
    "to": ("route",),
}
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_STATEMENTS = frozenset({"label", "fingerprint"})  # what is said of a whole text cannot be cut out of it
_VALUES = frozenset({"EXACT_DATA"})  # but a value of an indexed record can


def build_match(document: Document, data: dict[str, Any], path: Path, vocabulary: Vocabulary) -> Match:
    """Return the match at `path`."""
    who, app, when = (data.get(key) or {} for key in ("who", "app", "when"))
    content = data.get("content") or {}

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
    asked = Content(clauses("any"), clauses("all"), clauses("none"))
    if "response" in _plain(data.get("direction")) and any(c.languages for c in (*asked.any, *asked.all, *asked.none)):
        document.report((*path, "direction"), "the language of answers is not told", "leave `languages` out")
    return Match(
        who=_who(document, who, (*path, "who"), vocabulary),
        app=_app(document, app, (*path, "app"), vocabulary),
        activity=_plain(data.get("activity")),
        direction=_plain(data.get("direction")) or ("request",),
        tools=data.get("tools"),
        when=When(
            _window(document, when.get("inside"), (*path, "when", "inside")),
            _window(document, when.get("outside"), (*path, "when", "outside")),
        ),
        content=asked,
        condition=_condition(document, data.get("condition", ""), (*path, "condition")),
    )


def _who(document: Document, data: dict[str, Any], path: Path, vocabulary: Vocabulary) -> Who:
    def words(key: str) -> tuple[str, ...]:
        return vocabulary.words(document, data.get(key), (*path, key))

    def networks(key: str) -> tuple[str, ...]:
        return vocabulary.networks(document, data.get(key), (*path, key))

    return Who(
        users=words("users"),
        groups=words("groups"),
        not_groups=words("not_groups"),
        networks=networks("networks"),
        not_networks=networks("not_networks"),
        devices=words("devices"),
    )


def _app(document: Document, data: dict[str, Any], path: Path, vocabulary: Vocabulary) -> App:
    def words(key: str) -> tuple[str, ...]:
        return vocabulary.words(document, data.get(key), (*path, key))

    return App(
        ids=words("ids"),
        categories=_plain(data.get("categories")),
        status=_plain(data.get("status")),
        accounts=_plain(data.get("accounts")),
        tenants=words("tenants"),
        residency_not=words("residency_not"),
        models=words("models"),
        trust_zone=words("trust_zone"),
        trust_zone_not=words("trust_zone_not"),
    )


def build_clause(document: Document, data: dict[str, Any], path: Path, vocabulary: Vocabulary) -> Clause:
    """Return the clause at `path`."""
    if not any(data.get(key) for key in _SELECTORS):
        document.report_lack(path, "the clause says not what to find", f"add one of {', '.join(_SELECTORS)}")
    _check_languages(document, data, path)
    kinds = [key for key in ("entities", "groups", "documents", "labels", "class_at_least") if data.get(key)]
    if "labels" in kinds and len(kinds) > 1:
        document.report(path, f"no finding is both in `labels` and in `{kinds[0]}`", "write two clauses")
    return Clause(
        entities=vocabulary.entities(document, data.get("entities"), (*path, "entities")),
        groups=vocabulary.entities(document, data.get("groups"), (*path, "groups")),
        categories=_plain(data.get("categories")),
        documents=vocabulary.words(document, data.get("documents"), (*path, "documents")),
        labels=vocabulary.labels(document, data.get("labels"), (*path, "labels")),
        class_at_least=vocabulary.class_name(document, data.get("class_at_least", ""), (*path, "class_at_least")),
        places=_plain(data.get("in")),
        decided=data.get("decided"),
        min_confidence=data.get("min_confidence", 0.0),
        min_count=data.get("min_count", 1),
        min_distinct=data.get("min_distinct", 0),
        min_overlap=data.get("min_overlap", 0.0),
        min_lines=data.get("min_lines", 0),
        languages=vocabulary.languages(document, data.get("languages"), (*path, "languages")),
        code_languages=tuple(
            word.lower() for word in vocabulary.words(document, data.get("code_languages"), (*path, "code_languages"))
        ),
    )


def _check_languages(document: Document, data: dict[str, Any], path: Path) -> None:
    """Report keys that mean nothing beside `languages`."""
    if not data.get("languages"):
        return
    if data.get("decided"):
        document.report((*path, "decided"), "the language of the service's own words is not asked for", "leave it out")
    if not any(data.get(key) for key in _SELECTORS[:-1]):
        for key in _COUNTED:
            if key in data:
                document.report((*path, key), f"`{key}` counts findings, and `languages` alone asks for none",
                                "say what to find as well, or leave it out")  # fmt: skip


def build_effect(document: Document, data: dict[str, Any], path: Path, base: Effect | None = None) -> Effect:
    """Return the action at `path`; with `base`, that action with the message of `data`."""
    kind = Action(data.get("type", "monitor"))
    justification, remember = data.get("justification"), data.get("remember")
    effect = Effect(
        type=kind,
        message=data.get("message", "").strip(),
        alternative=data.get("alternative", ""),
        unwritable=Action(data.get("unwritable", "block")),
        replacement=data.get("with", ""),
        restore=data.get("restore", True),
        justification=_justification(document, justification, (*path, "justification")) if justification else None,
        remember=_remember(remember) if remember is not None else None,
        to=data.get("to", ""),
    )
    for key, kinds in _BELONGS.items():
        if key in data and "type" in data and kind not in kinds:
            document.report((*path, key), f"`{key}` means nothing for {kind}", f"it belongs to {' and '.join(kinds)}")
    if kind is Action.ROUTE and not effect.to:
        document.report_lack(path, "route says not where to", "add `to`: a name under `routes` in services.yaml")
    if base is not None:
        effect = replace(base, message=effect.message)
    for name in re.findall(r"\{([^{}]*)\}", effect.message):
        if name not in FIELDS:
            help_ = suggest(name, FIELDS) or f"use {', '.join('{' + field + '}' for field in FIELDS)}"
            document.report((*path, "message"), f'a message cannot hold "{{{name}}}"', help_)
    if "{alternative}" in effect.message and not effect.alternative:
        document.report((*path, "message"), "the message names an alternative, but there is none", "add `alternative`")
    return effect


def _justification(document: Document, data: dict[str, Any], path: Path) -> Justification:
    if not data.get("required") and (data.get("min_chars") or data.get("choices")):
        document.report_lack(path, "nobody has to fill the justification in", "add `required: true`")
    return Justification(data.get("required", False), data.get("min_chars", 0), _plain(data.get("choices")))


def _remember(data: dict[str, Any]) -> Remember:
    written = data.get("for", "8h")
    scope = _plain(data.get("scope")) or Remember().scope
    return Remember(timedelta(**{_UNITS[written[-1]]: int(written[:-1])}), scope)


def _condition(document: Document, text: str, path: Path) -> str:
    if not text:
        return ""
    found = cel.faults(text)
    for problem in found:
        document.report(path, f"not a condition: {problem}", cel.HELP)
    return "" if found else text


def check_redactable(document: Document, match: Match, path: Path, vocabulary: Vocabulary) -> None:
    """Report where a redaction has nothing that it could cut out. `path` ends in the key that says so."""
    clauses = (*match.content.any, *match.content.all)
    if not clauses and (*path[:-2], "match") not in document.spoilt:
        document.report(path, "redact says not what to take out", "add `content` with `any` or `all`, or use block")
    catalogue = vocabulary.catalogue
    for clause in clauses:
        if not clause.selects:
            document.report(path, "redact cannot take out a language: it says something of the whole text", "use block")
        words = [*clause.entities, *clause.groups, *clause.labels, *(f"DOCUMENT {name}" for name in clause.documents)]
        whole = [w for w in words if w.startswith(("LABEL", "FINGERPRINT", "DOCUMENT"))]
        whole += [c for c in clause.categories if c in _STATEMENTS]
        stated = [w for w in words if catalogue.canonical(w) not in _VALUES and w not in whole]
        whole += [w for w in stated if catalogue.get(w).category in _STATEMENTS]
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

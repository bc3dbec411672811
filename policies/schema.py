"""Documents that fit the grammar in, the parts of a policy out; what contradicts itself is a problem.

What is checked here and not by the grammar: ids that are taken twice, words that mean nothing (entities, lists,
classes, networks), rules that could not do what they say, exceptions that lift what may not be lifted.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import PurePosixPath
from typing import Any

from detectors.entities import Catalogue
from policies.case import Case
from policies.problem import Path, suggest
from policies.reader import Document
from policies.rule import (
    APP_STATUS,
    ON_UNKNOWN,
    Action,
    DataClass,
    Defaults,
    Exception_,
    Inspection,
    Match,
    Resolution,
    Rule,
)
from policies.schema_case import build_case
from policies.schema_match import build_match, check_redactable
from policies.schema_rule import adjust, build_rule, rule_cases
from policies.vocabulary import Vocabulary, moment


@dataclass(slots=True)
class Draft:
    """A policy set in the making."""

    rules: list[Rule] = field(default_factory=list)
    exceptions: list[Exception_] = field(default_factory=list)
    classes: tuple[DataClass, ...] = ()
    defaults: Defaults = field(default_factory=Defaults)
    inspection: list[Inspection] = field(default_factory=list)
    tests: list[Case] = field(default_factory=list)


def build(documents: Sequence[Document], files: Mapping[str, str], catalogue: Catalogue) -> Draft:
    """Return the draft. `files` holds the texts of word lists, by name. Problems stand in the documents."""
    _check_once(documents)
    bare = Vocabulary(catalogue, _lists(documents, files))
    draft = Draft(defaults=_defaults(documents), classes=_classes(documents, bare))
    vocabulary = Vocabulary(catalogue, bare.lists, tuple(c.name for c in draft.classes))
    for document in documents:
        for n, data in _each(document, "rules"):
            path: Path = ("rules", n)
            rule = build_rule(document, data, path, vocabulary, draft.defaults)
            draft.rules.append(rule)
            draft.tests.extend(rule_cases(document, data, path, rule.id, vocabulary))
        for n, data in _each(document, "inspection"):
            draft.inspection.append(_inspection(document, data, ("inspection", n), vocabulary))
        for n, data in _each(document, "tests"):
            draft.tests.append(build_case(document, data, ("tests", n), "", vocabulary))
    for document in documents:
        for n, data in _each(document, "adjust"):
            adjust(document, data, ("adjust", n), vocabulary, draft.rules)
    for document in documents:
        for n, data in _each(document, "exceptions"):
            draft.exceptions.append(_exception(document, data, ("exceptions", n), vocabulary, draft.rules))
    return draft


def _each(document: Document, key: str) -> list[tuple[int, dict[str, Any]]]:
    return [(n, data) for n, data in enumerate(document.data.get(key) or ()) if data is not None]


def _check_once(documents: Sequence[Document]) -> None:
    """Report what may stand once in a policy set and stands twice."""
    for key in ("defaults", "classes"):
        holders = [document for document in documents if key in document.data]
        for document in holders[1:]:
            message = f"`{key}` stands in two files of this policy set"
            document.report((key,), message, f"the first is {holders[0].where((key,))}")
    for key in ("rules", "exceptions"):
        first: dict[str, str] = {}
        for document in documents:
            for n, data in _each(document, key):
                name, path = data.get("id", ""), (key, n, "id")
                if name in first:
                    document.report(path, f'the id "{name}" is taken', f"it stands first at {first[name]}")
                elif name:
                    first[name] = document.where(path)


def _lists(documents: Sequence[Document], files: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    lists: dict[str, tuple[str, ...]] = {}
    for document in documents:
        for name, data in (document.data.get("lists") or {}).items():
            path: Path = ("lists", name)
            if name in lists:
                document.report(path, f'the list "{name}" stands twice in this policy set')
            if ("items" in data) == ("file" in data):
                document.report_lack(path, "a list needs either `items` or `file`")
            words = tuple(word for word in data.get("items") or () if word is not None)
            lists[name] = _file(document, data, path, files) if "file" in data else words
    return lists


def _file(document: Document, data: dict[str, Any], path: Path, files: Mapping[str, str]) -> tuple[str, ...]:
    name = list_file(document.name, data["file"])
    text = files.get(name)
    if text is None:
        document.report((*path, "file"), f'cannot read the list "{name}"', "name a file beside the policy file")
        return ()
    found = sha256(text.encode()).hexdigest()
    if "sha256" not in data:
        document.report(path, "a list in a file needs its checksum", f"sha256: {found}")
    elif data["sha256"] != found:
        document.report((*path, "sha256"), "the checksum of the list is another", f"if its change is right: {found}")
    lines = (line.partition("#")[0].strip() for line in text.splitlines())
    return tuple(line for line in lines if line)


def list_file(document_name: str, file: str) -> str:
    """Return the name of a word list that the policy file `document_name` speaks of."""
    return str(PurePosixPath(document_name).parent / file)


def _classes(documents: Sequence[Document], vocabulary: Vocabulary) -> tuple[DataClass, ...]:
    found: list[DataClass] = []
    for document in documents:
        for n, data in _each(document, "classes"):
            path: Path = ("classes", n)
            if data.get("name") in {data_class.name for data_class in found}:
                document.report((*path, "name"), f'the class "{data["name"]}" stands twice')
            found.append(
                DataClass(
                    name=data.get("name", ""),
                    labels=vocabulary.labels(document, data.get("labels"), (*path, "labels")),
                    entities=vocabulary.entities(document, data.get("entities"), (*path, "entities")),
                    groups=vocabulary.entities(document, data.get("groups"), (*path, "groups")),
                    documents=vocabulary.words(document, data.get("documents"), (*path, "documents")),
                )
            )
    return tuple(found)


def _defaults(documents: Sequence[Document]) -> Defaults:
    data: dict[str, Any] = next((d.data["defaults"] for d in documents if "defaults" in d.data), {})
    unknown: Resolution | dict[str, Resolution] = data.get("on_unknown", {})
    given = dict.fromkeys(ON_UNKNOWN, unknown) if isinstance(unknown, str) else unknown
    status = {name: Action(action) for name, action in (data.get("app_status") or {}).items()}
    return Defaults(
        mode=data.get("mode", "shadow"),
        on_unknown={**ON_UNKNOWN, **given},
        app_status={**APP_STATUS, **status},
    )


def _exception(
    document: Document, data: dict[str, Any], path: Path, vocabulary: Vocabulary, rules: Sequence[Rule]
) -> Exception_:
    by_id = {rule.id: rule for rule in rules}
    lifted = tuple(name for name in data.get("rules") or () if name is not None)
    max_action = Action(data.get("max_action", "monitor"))
    for n, name in enumerate(data.get("rules") or ()):
        rule = by_id.get(name or "")
        if name and rule is None:
            document.report((*path, "rules", n), f'unknown rule "{name}"', suggest(name, by_id))
        elif rule and rule.floor:
            document.report((*path, "rules", n), f'the rule "{name}" is a floor', "no exception may lift it")
        elif rule and max_action.cuts:
            check_redactable(document, rule.match, (*path, "max_action"), vocabulary)
    match = build_match(document, data.get("match") or {}, (*path, "match"), vocabulary)
    return Exception_(
        id=data.get("id", ""),
        rules=lifted,
        expires=moment(document, data.get("expires", "2000-01-01"), (*path, "expires")),
        match=match if "match" in data else Match(),
        reason=data.get("reason", ""),
        owner=data.get("owner", ""),
        approved_by=data.get("approved_by", ""),
        ticket=data.get("ticket", ""),
        max_action=max_action,
        where=document.where(path),
    )


def _inspection(document: Document, data: dict[str, Any], path: Path, vocabulary: Vocabulary) -> Inspection:
    if data.get("do") == "pass_through":
        for key in ("reason", "owner", "expires"):
            if not data.get(key):
                document.report_lack(
                    path, f"pass_through needs `{key}`", "what is not inspected is an exception: date it"
                )
    if not any(data.get(key) for key in ("hosts", "groups", "networks")):
        document.report_lack(path, "the entry holds for every connection", "add hosts, groups or networks")
    return Inspection(
        do=data.get("do", "inspect"),
        hosts=vocabulary.words(document, data.get("hosts"), (*path, "hosts")),
        groups=vocabulary.words(document, data.get("groups"), (*path, "groups")),
        networks=vocabulary.networks(document, data.get("networks"), (*path, "networks")),
        reason=data.get("reason", ""),
        owner=data.get("owner", ""),
        expires=moment(document, data["expires"], (*path, "expires")) if "expires" in data else None,
    )

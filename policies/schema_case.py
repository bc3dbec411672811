"""An inline test as plain data in, its value out."""

from collections.abc import Iterator
from ipaddress import ip_address
from typing import Any

from policies.case import NOON, Case
from policies.facts import Facts, FindingFact
from policies.fakes import FAKES, holes
from policies.problem import Path, suggest
from policies.reader import Document
from policies.vocabulary import Vocabulary, label_entity, moment
from policies.words import PLACES


def build_case(document: Document, data: dict[str, Any], path: Path, rule: str, vocabulary: Vocabulary) -> Case:
    """Return the test at `path`, which stands under `rule` ("": under the file)."""
    given, expect = data.get("given") or {}, data.get("expect") or {}
    sources = [key for key in ("prompt", "body", "findings") if key in data]
    if len(sources) > 1:
        document.report(path, f"a test holds either `{sources[0]}` or `{sources[1]}`", "write two tests")
    if "expect" in data and not expect:
        document.report_lack((*path, "expect"), "the test expects nothing", "add `action`, `would` or `rules`")
    excludes = tuple(text for text in expect.get("forwarded_excludes") or () if text is not None)
    for key in ("forwarded_excludes", "restored_includes"):
        if expect.get(key) and "findings" in data:
            document.report((*path, "expect", key), "a test with `findings` forwards no text", "use `prompt` or `body`")
    for text, at in _texts(data, path):
        for name in holes(text):
            if name not in FAKES:
                help_ = suggest(name, FAKES) or f"use one of {', '.join(FAKES)}"
                document.report(at, f'unknown value "fake.{name}"', help_)
    return Case(
        name=data.get("name", ""),
        where=document.where(path),
        facts=_facts(document, data, given, path, vocabulary),
        rule=rule,
        at=moment(document, given["at"], (*path, "given", "at")) if "at" in given else NOON,
        rolled_out=given.get("rollout", "in") == "in",
        prompt=data.get("prompt"),
        body=data.get("body"),
        action=expect.get("action"),
        would=expect.get("would"),
        rules=tuple(filter(None, expect["rules"])) if "rules" in expect else None,
        excludes=excludes,
        restores=tuple(text for text in expect.get("restored_includes") or () if text is not None),
        route=expect.get("route"),
        todo=data.get("todo", False),
    )


def _texts(data: dict[str, Any], path: Path) -> Iterator[tuple[str, Path]]:
    for key in ("prompt", "body"):
        if key in data:
            yield data[key], (*path, key)
    for key in ("forwarded_excludes", "restored_includes"):
        for n, text in enumerate((data.get("expect") or {}).get(key) or ()):
            if text is not None:
                yield text, (*path, "expect", key, n)


def _facts(
    document: Document, data: dict[str, Any], given: dict[str, Any], path: Path, vocabulary: Vocabulary
) -> Facts:
    address = given.get("ip", "")
    try:
        ip_address(address or "127.0.0.1")
    except ValueError:
        document.report((*path, "given", "ip"), f'"{address}" is not an address', "write one such as 10.20.4.4")
    found = [
        _finding(document, item, (*path, "findings", n), n, vocabulary)
        for n, item in enumerate(data.get("findings") or ())
        if item is not None
    ]
    codes = vocabulary.languages(document, given.get("languages"), (*path, "given", "languages"))
    return Facts(
        user=given.get("user", ""),
        groups=tuple(filter(None, given.get("groups") or ())),
        address=address,
        device=given.get("device", ""),
        direction=given.get("direction", "request"),
        account="" if given.get("account") == "unknown" else given.get("account", ""),
        tenant=given.get("tenant", ""),
        residency=tuple(filter(None, given.get("residency") or ())),
        languages=tuple((place, code) for code in codes for place in PLACES),
        answers=tuple((given.get("answers") or {}).items()),
        app=given.get("app", "openai-api"),
        category=given.get("category", "genai.api"),
        status=given.get("status", "tolerated"),
        trust_zone=given.get("trust_zone", ""),
        model=given.get("model", ""),
        activity=given.get("activity", "chat"),
        bytes=given.get("bytes", 0),
        tools=given.get("tools", False),
        rewritable=given.get("rewritable", True),
        findings=tuple(found),
        unknown=tuple(filter(None, data.get("unknown") or ())),
    )


def _finding(document: Document, data: dict[str, Any], path: Path, ref: int, vocabulary: Vocabulary) -> FindingFact:
    catalogue = vocabulary.catalogue
    if len({"entity", "label", "document"} & set(data)) != 1:
        document.report_lack(path, "a finding is either an `entity`, a `label` or a `document`")
    word = data.get("entity") or ("DOCUMENT" if "document" in data else label_entity(data.get("label", "X")))
    entity = catalogue.canonical(word)
    if not catalogue.known(word) or word in catalogue.groups or "*" in word:
        document.report((*path, "entity"), f'unknown entity "{word}"', suggest(word, catalogue.entities))
    count = data.get("count", 1)
    return FindingFact(
        entity=entity,
        category=catalogue.get(entity).category,
        score=data.get("confidence", 0.9),
        place=data.get("in", "prompt"),
        writable=data.get("writable", True),
        decided=data.get("decided", False),
        count=count,
        distinct=data.get("distinct", count),
        language=data.get("language", ""),
        lines=data.get("lines", 0),
        source=data.get("document", ""),
        overlap=data.get("overlap", 1.0 if "document" in data else 0.0),
        ref=ref,
    )

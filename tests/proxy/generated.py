"""Exchanges made by chance from a seed, for every part of the policy language: what replays and rehearsals are shown on.

A detector of our own reads marks such as `<US_SSN 0.73 a1>`: entity, score, value. So scores, counts and values are
what the seed says, and no language model is needed.
"""

import json
import random
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from detectors.base import Cost, Source
from detectors.entities import catalogue
from detectors.finding import Digester, Finding
from detectors.language.telling import telling
from detectors.scan import Scanner
from policies.abilities import EVERYTHING
from policies.facts import Facts
from policies.load import from_texts
from proxy.audit.record import decision
from proxy.audit.writer import AuditWriter
from proxy.exchange import Client, Exchange
from proxy.judging.drive import drive
from proxy.judging.inspection import Record
from proxy.judging.snapshot import Snapshot, Texts, compile_texts, describe
from proxy.judging.standing import Standing

SERVICES = """schema: services/v1
services:
  openai-api: {status: sanctioned, trust_zone: enterprise_contract}
  anthropic-api: {status: tolerated}
  groq: {status: unsanctioned}
  together: {status: prohibited}
"""

POLICY = """schema: policy/v1
policy: generated
defaults:
  mode: enforce
  on_unknown: {language: by_status}
  app_status: {sanctioned: allow, tolerated: monitor, unsanctioned: monitor, prohibited: block}
classes:
  - {name: Public}
  - {name: Internal, groups: [PII.CONTACT]}
  - {name: Confidential, labels: [CONFIDENTIAL], entities: [SOURCE_CODE]}
rules:
  - id: secrets
    severity: critical
    floor: true
    match: {content: {any: [{entities: [SECRET.*], min_confidence: 0.5}]}}
    action: {type: redact, message: "secret {kinds}"}
  - id: labels
    severity: high
    match: {app: {status: [tolerated, unsanctioned]}, content: {any: [{class_at_least: Confidential, decided: false, min_confidence: 0.4}]}}
    action: {type: block}
  - id: bulk
    match: {content: {all: [{entities: [EMAIL_ADDRESS], min_confidence: 0.6, min_distinct: 4}]}}
    action: {type: block}
  - id: ssn
    match: {content: {any: [{entities: [US_SSN], min_confidence: 0.55, min_count: 2}]}}
    action: {type: tokenise}
  - id: names
    rollout: {percent: 50}
    match: {who: {groups: [hr]}, content: {any: [{groups: [PII.NAME], min_confidence: 0.4}]}}
    action: {type: redact, unwritable: monitor}
  - id: code
    match: {who: {groups: [eng]}, content: {any: [{entities: [SOURCE_CODE], min_confidence: 0.3, min_lines: 12, code_languages: [python]}]}}
    action: {type: coach}
  - id: home
    match: {app: {ids: [groq]}, content: {any: [{entities: [IBAN_CODE], min_confidence: 0.5}]}}
    action: {type: route, to: own}
  - id: elsewhere
    match: {app: {ids: [groq]}, content: {all: [{entities: [IBAN_CODE], min_confidence: 0.5, min_count: 2}]}}
    action: {type: route, to: other}
  - id: rehearsed
    mode: shadow
    match: {content: {any: [{entities: [PHONE_NUMBER], min_confidence: 0.5}], none: [{labels: [PUBLIC], min_confidence: 0.3}]}}
    action: {type: redact}
  - id: night
    match: {who: {not_networks: [10.1.0.0/16]}, when: {outside: {hours: "07:00-20:00", tz: Europe/Berlin}},
            content: {any: [{entities: [CREDIT_CARD], min_confidence: 0.5}]}}
    action: {type: block}
  - id: german
    match: {who: {groups: [it]}, content: {any: [{languages: [de], in: [prompt]}, {entities: [PHONE_NUMBER], languages: [de], min_confidence: 0.4}]}}
    action: {type: coach, message: In English please.}
  - id: open
    match: {who: {users: ["ann*"]}, app: {status: [prohibited]}}
    action: {type: allow}
exceptions:
  - id: E1
    rules: [labels, bulk]
    match: {who: {groups: [hr]}}
    reason: r
    owner: o
    expires: "2026-03-10T12:00:00+00:00"
    max_action: monitor
  - id: E2
    rules: [night]
    match: {who: {groups: [eng]}}
    reason: r
    owner: o
    expires: 2030-01-01
    max_action: redact
"""

_MARK = re.compile(r"<([A-Z_]+) ([0-9.]+) (\w+)>")
HOSTS = ("api.openai.com", "api.anthropic.com", "api.groq.com", "api.together.xyz")
ENTITIES = (
    *("US_SSN", "EMAIL_ADDRESS", "PHONE_NUMBER", "IBAN_CODE", "CREDIT_CARD", "SECRET_GENERIC", "SECRET_JWT"),
    *("LABEL_CONFIDENTIAL", "LABEL_PUBLIC", "SOURCE_CODE", "PERSON"),
)
START = datetime(2026, 3, 10, 11, 59, 0, tzinfo=UTC)


class Marks:
    """Reads the marks of one cost: names, or everything else."""

    entities = frozenset(ENTITIES)

    def __init__(self, cost: Cost = "structured", version: int = 1) -> None:
        self.cost: Cost = cost
        self.name = f"test.{cost}@{version}"

    def detect(self, source: Source, digest: Digester) -> Iterable[Finding]:
        for found in _MARK.finditer(source.text):
            entity, score, value = found.groups()
            if (entity == "PERSON") is (self.cost == "names"):
                category = catalogue().get(entity).category
                code = {"language": "python", "kind": "code", "lines": len(value)} if category == "code" else {}
                yield Finding(
                    entity, category, found.start(), found.end(), float(score), self.name,
                    digest(entity, value) if category in {"pii", "secret"} else "", **code,  # type: ignore[arg-type]
                )  # fmt: skip


class Tongue:
    """Tells the language of a greeting, and nothing of a text without one."""

    cost: Cost = "language"
    entities: frozenset[str] = frozenset()

    def __init__(self, version: int = 1) -> None:
        self.name = f"test.tongue@{version}"

    def detect(self, source: Source, digest: Digester) -> Iterable[Finding]:
        code = {"hello": "en", "hallo": "de"}.get(source.text.partition(" ")[0])
        if code:
            yield telling(code, 0, len(source.text), 0.9, self.name)


DETECTORS = (Marks(), Marks("names"), Tongue())


def answered(facts: Facts) -> tuple[tuple[str, str], ...]:
    """Return what some users answered to coaching before."""
    told = {"ann": (("code", "justify"), ("german", "redact")), "bob": (("german", "justify"),)}
    return told.get(facts.user, ())


def snapshot(policy: str = POLICY) -> Snapshot:
    """Return the policy with the whole grammar carried out."""
    bare = compile_texts(
        Texts({"p.yaml": "schema: policy/v1\npolicy: p\n"}, {"services": SERVICES}, describe(DETECTORS))
    )
    return replace(bare, policy=from_texts({"p.yaml": policy}, abilities=EVERYTHING))


def exchanges(count: int, seed: int = 1) -> Iterator[tuple[Exchange, Client, datetime]]:
    """Yield requests, who sends them, and when."""
    chance = random.Random(seed)
    for n in range(count):
        user = chance.choice(("", "ann", "bob", "cid", "dee", "eve"))
        groups = tuple(chance.sample(("hr", "eng", "it"), chance.randint(0, 2)))
        client = Client(chance.choice(("10.1.0.7", "10.2.0.7", "192.0.2.9")), user, groups)
        at = START + timedelta(seconds=n % 120, hours=chance.choice((0, 0, 6, 12)))
        yield _exchange(chance), client, at


def _exchange(chance: random.Random) -> Exchange:
    messages: list[dict[str, Any]] = [
        {"role": chance.choice(("user", "user", "system", "assistant")), "content": _text(chance)}
        for _ in range(chance.randint(1, 3))
    ]
    if chance.random() < 0.1:
        messages.append({"role": "user", "content": [
            {"type": "image_url", "image_url": {"url": "data:image/png;base64," + "iVBORw0KGgo" * 8}}]})  # fmt: skip
    body = json.dumps({"model": chance.choice(("gpt-4o", "m")), "messages": messages}).encode()
    encoding: tuple[tuple[str, str], ...] = ()
    if chance.random() < 0.08:
        encoding = (("content-encoding", "gzip"),)  # and it is none: cannot be decoded
    host = chance.choice(HOSTS)
    path = "/openai/v1/chat/completions" if host == "api.groq.com" else "/v1/chat/completions"
    headers = (("content-type", "application/json"), *encoding)
    return Exchange("POST", "https", host, 443, path, headers, body)


def _text(chance: random.Random) -> str:
    marks = []
    kinds = ENTITIES if chance.random() < 0.7 else (chance.choice(("EMAIL_ADDRESS", "IBAN_CODE")),)
    for _ in range(chance.choice((0, 1, 1, 2, 3, 6))):
        score = chance.choice((0.2, 0.45, 0.5, 0.6, 0.75, 0.85, 0.95, round(chance.random(), 3)))
        entity = chance.choice(kinds)
        value = "x" * chance.choice((5, 12, 30)) if entity == "SOURCE_CODE" else chance.choice("abcdefgh")
        marks.append(f"<{entity} {score} {value}>")
    return chance.choice(("hello ", "hello ", "hallo ", "")) + " and ".join(marks)


def write(folder: Path, count: int, snap: Snapshot, seed: int = 1) -> int:
    """Drive exchanges through the inspection and write what came of them to a real trail; return how many."""
    writer = AuditWriter.open(folder, slot="0")
    scanner = Scanner(DETECTORS)
    written = []

    def record(step: Record) -> None:
        written.append(writer.append(decision(step.judged, event=f"01EVENT{len(written):019}", replaced=step.replaced,
                                              revision=snap.revision)))  # fmt: skip

    for exchange, client, at in exchanges(count, seed):
        drive(exchange, client, snap, scanner, now=at, record=record, standing=Standing(client, answers=answered))
    writer.end()
    for future in written:
        future.result()
    return len(written)

"""A snapshot and cheap detectors in this process, for tests of the core."""

import json
import re
from collections.abc import Callable, Iterable
from typing import Any

from detectors.base import Cost, File, Opened, Source
from detectors.finding import Digester, Finding
from detectors.scan import Scanner
from proxy.exchange import Client, Exchange
from proxy.judging.snapshot import Snapshot, Texts, compile_texts, describe

POLICY = """
schema: policy/v1
policy: inside
owner: t@example.com
rules:
  - id: cards-out
    mode: enforce
    match: {content: {any: [{entities: [CREDIT_CARD]}]}}
    action: {type: redact}
  - id: marked-stays
    mode: enforce
    match: {content: {any: [{labels: [LABEL_CONFIDENTIAL]}]}}
    action: {type: block, message: Please leave it out.}
"""


class Words:
    """Finds `CARD` as a card, `MARKED` as a marking; knows nothing else."""

    name = "test.words@1"
    cost: Cost = "structured"
    entities = frozenset({"CREDIT_CARD", "LABEL_CONFIDENTIAL"})

    def __init__(self) -> None:
        self.seen: list[str] = []

    def detect(self, source: Source, digest: Digester) -> Iterable[Finding]:
        self.seen.append(source.text)
        for match in re.finditer("CARD|MARKED", source.text):
            card = match.group() == "CARD"
            yield Finding(
                "CREDIT_CARD" if card else "LABEL_CONFIDENTIAL", "pii" if card else "label", match.start(), match.end(),
                0.9, self.name, digest("E", match.group()),
            )  # fmt: skip


def snapshot(detectors: Iterable[Any], policy: str = POLICY) -> Snapshot:
    return compile_texts(Texts({"p.yaml": policy}, {}, describe(list(detectors))))


def scanner() -> tuple[Scanner, Words]:
    words = Words()
    return Scanner((words,)), words


def exchange(text: str, **more: Any) -> Exchange:
    body = json.dumps({"model": "m", "messages": [{"role": "user", "content": text}]}).encode()
    return Exchange("POST", "https", "api.openai.com", 443, "/v1/chat/completions",
                    (("content-type", "application/json"),), more.pop("body", body), **more)  # fmt: skip


CLIENT = Client("10.0.0.1")


class Files:
    """Reads files that begin with `text:`; to it, everything else is a picture."""

    name = "test.files@1"
    cost: Cost = "file"
    entities: frozenset[str] = frozenset()

    def __init__(self) -> None:
        self.opened = 0

    def detect(self, source: Source, digest: Digester) -> Iterable[Finding]:
        return ()

    def open(self, file: File, deadline: float, clock: Callable[[], float]) -> Opened:
        self.opened += 1
        text = file.data.decode("latin-1")
        return Opened(text[5:]) if text.startswith("text:") else Opened("", unread=("media",))

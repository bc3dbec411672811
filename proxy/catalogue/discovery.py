"""A request in, how much it looks like one to an AI service out: by the shape of what is sent, not by the host.

The signs and their weights are data (discovery.yaml). Nothing of the request's text is kept.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from proxy.exchange import Exchange, Prompt

_FILE = Path(__file__).with_name("discovery.yaml")
_MOST_PARTS = 4000
_NUMBER = re.compile(r"\[\d+\]")


@dataclass(frozen=True, slots=True)
class Recognition:
    """What was seen of one request: the ids of its signs, their weight together, whether that is enough."""

    score: int
    signs: tuple[str, ...]
    known: bool


@dataclass(frozen=True, slots=True)
class _Sign:
    id: str
    weight: int
    most: int = 1
    any: frozenset[str] = frozenset()
    all: tuple[frozenset[str], ...] = ()
    each: frozenset[str] = frozenset()
    text: re.Pattern[str] | None = None
    path: re.Pattern[str] | None = None
    header: re.Pattern[str] | None = field(default=None)
    value: re.Pattern[str] | None = None

    def weighs(self, exchange: Exchange, shapes: Mapping[str, str]) -> int:
        """Return what this sign adds for a request."""
        if self.each:
            return min(self.most, sum(shape in shapes for shape in self.each)) * self.weight
        return self.weight if self._there(exchange, shapes) else 0

    def _there(self, exchange: Exchange, shapes: Mapping[str, str]) -> bool:
        if self.path is not None:
            return self.path.search(exchange.path.partition("?")[0]) is not None
        if self.header is not None:
            return self._headed(exchange.headers)
        if self.all:
            return all(any(shape in shapes for shape in group) for group in self.all)
        found = [shapes[shape] for shape in self.any if shape in shapes]
        return bool(found) and (self.text is None or any(self.text.fullmatch(text) for text in found))

    def _headed(self, headers: Iterable[tuple[str, str]]) -> bool:
        return any(
            self.header is not None
            and self.header.fullmatch(name) is not None
            and (self.value is None or self.value.match(value) is not None)
            for name, value in headers
        )


def recognise(exchange: Exchange, prompt: Prompt) -> Recognition:
    """Return how much `exchange`, which was read as `prompt`, looks like a request to an AI service."""
    shapes: dict[str, str] = {}
    for part in prompt.parts[:_MOST_PARTS]:
        shape = _NUMBER.sub("[*]", part.path.rpartition("|")[2].removesuffix("~"))
        shapes.setdefault(shape, "" if part.path.endswith("~") else part.text[:64])
        if not part.path.endswith("~") and not shapes[shape]:
            shapes[shape] = part.text[:64]
    threshold, signs = _table()
    weights = [(sign.id, sign.weighs(exchange, shapes)) for sign in signs]
    score = sum(weight for _, weight in weights)
    return Recognition(score, tuple(id for id, weight in weights if weight), score >= threshold)


@cache
def _table() -> tuple[int, Sequence[_Sign]]:
    raw: dict[str, Any] = yaml.load(_FILE.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    return raw["threshold"], tuple(_sign(entry) for entry in raw["signs"])


def _sign(entry: Mapping[str, Any]) -> _Sign:
    compiled = {name: re.compile(entry[name]) for name in ("text", "path", "header", "value") if name in entry}
    return _Sign(
        id=entry["id"],
        weight=entry["weight"],
        most=entry.get("most", 1),
        any=frozenset(entry.get("paths", ())),
        all=tuple(frozenset(group) for group in entry.get("all", ())),
        each=frozenset(entry.get("each", ())),
        **compiled,
    )

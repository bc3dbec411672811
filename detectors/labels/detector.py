"""A text in, the classification markings in it out."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from detectors.base import Cost, Detector, Source
from detectors.finding import Digester, Finding
from detectors.labels import rulebook
from detectors.labels.marking import certainty, place
from detectors.labels.rule import Rule
from detectors.load import Settings
from detectors.patterns.engine import Engine
from detectors.patterns.pattern import Hit, Pattern
from detectors.patterns.table import expand

NAME = "labels.markings@1"


class LabelDetector:
    """Finds markings; of several that share characters the longest stands, then the most certain."""

    def __init__(self, rules: Sequence[Rule], cache: Path | None = None, gated: bool = True) -> None:
        """Compile `rules`. `cache` and `gated` as in `Engine`."""
        self._rules = tuple(rules)
        self._engine = Engine([Pattern(rule.id, rule.expression, rule.keywords) for rule in self._rules], cache, gated)

    @property
    def name(self) -> str:
        """Return `labels.markings@1`."""
        return NAME

    @property
    def cost(self) -> Cost:
        """Return `structured`."""
        return "structured"

    @property
    def entities(self) -> frozenset[str]:
        """Return the labels of all rules."""
        return frozenset(rule.entity for rule in self._rules)

    def detect(self, source: Source, digest: Digester) -> Iterable[Finding]:
        """Report the markings in `source.text` by position."""
        found = [
            f for hit in self._engine.find(source.text) if (f := self._judge(source.text, hit, digest)) is not None
        ]
        found.sort(key=lambda f: (f.start, -f.end, -f.score, f.entity))
        kept: list[Finding] = []
        for finding in found:
            if not kept or finding.start >= kept[-1].end:
                kept.append(finding)
        return kept

    def _judge(self, text: str, hit: Hit, digest: Digester) -> Finding | None:
        rule = self._rules[hit.pattern]
        if _inside_word(text, hit.start, hit.end):
            return None
        share = 1.0 if rule.pattern else certainty(place(text, hit.start, hit.end), rule.anywhere, rule.common)
        if not share:
            return None
        return Finding(
            entity=rule.entity,
            category="label",
            start=hit.start,
            end=hit.end,
            score=round(rule.score * share, 3),
            detector=NAME,
            digest=digest(rule.entity, text[hit.start : hit.end].casefold()),
            evidence=(f"rule:{rule.id}",),
        )


def build(settings: Settings) -> tuple[Detector, ...]:
    """Return the label detector with the shipped markings and those of `settings.rules`.

    Raises ValueError, `file:line:column: what is wrong`, for a bad file.
    """
    own = rulebook.load(expand(settings.rules))
    replaced = {rule.id for rule in own}
    rules = (*(rule for rule in rulebook.shipped() if rule.id not in replaced), *own)
    return (LabelDetector(rules, settings.cache),)


def _inside_word(text: str, start: int, end: int) -> bool:
    """Tell whether `text[start:end]` is part of a longer word, hyphens and underscores included."""
    before, after = text[max(0, start - 2) : start], text[end : end + 2]
    return _joins(before[-1:], before[:1]) or _joins(after[:1], after[1:])


def _joins(nearest: str, next_one: str) -> bool:
    return nearest.isalnum() or nearest == "_" or (nearest == "-" and next_one.isalnum())

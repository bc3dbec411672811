"""A text in, the secrets in it out."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from detectors.base import Cost, Detector, Source
from detectors.finding import Digester, Finding
from detectors.load import Settings
from detectors.patterns.engine import Engine
from detectors.patterns.pattern import Pattern
from detectors.patterns.table import expand
from detectors.resolve import resolve
from detectors.secrets import columns, hint, rulebook
from detectors.secrets.candidate import Candidate
from detectors.secrets.rule import Rule

NAME = "secrets.rules@1"


class SecretDetector:
    """Runs secret rules over a text; of several that see one secret, the most certain stands."""

    def __init__(self, rules: Sequence[Rule], cache: Path | None = None, gated: bool = True) -> None:
        """Compile `rules`. `cache` and `gated` as in `Engine`."""
        self._rules = tuple(rules)
        patterns = [Pattern(rule.id, rule.pattern, rule.keywords, rule.gate) for rule in self._rules]
        self._engine = Engine(patterns, cache, gated)
        self._entities = frozenset(rule.entity for rule in self._rules) | hint.ENTITIES

    @property
    def name(self) -> str:
        """Return `secrets.rules@1`."""
        return NAME

    @property
    def cost(self) -> Cost:
        """Return `structured`."""
        return "structured"

    @property
    def entities(self) -> frozenset[str]:
        """Return the entities of all rules."""
        return self._entities

    def detect(self, source: Source, digest: Digester) -> Iterable[Finding]:
        """Report the secrets in `source.text`, none overlapping another, by position."""
        found = [
            self._finding(rule.entity, rule.certainty(stands), stands, f"rule:{rule.id}", digest)
            for rule, stands in self._standing(source.text)
        ]
        found += [
            self._finding(columns.ENTITY, columns.SCORE, stands, "cue:column", digest)
            for stands in columns.judge(source.text)
        ]
        hinted = hint.judge(source)
        if hinted is not None:
            entity, stands = hinted
            found.append(self._finding(entity, hint.SCORE, stands, "cue:key", digest))
        return resolve(found)

    def _standing(self, text: str) -> Iterable[tuple[Rule, Candidate]]:
        for hit in self._engine.find(text):
            rule = self._rules[hit.pattern]
            stands = rule.judge(Candidate(text, hit.start, hit.end, hit.left, hit.right))
            if stands is not None:
                yield rule, stands

    def _finding(self, entity: str, score: float, stands: Candidate, code: str, digest: Digester) -> Finding:
        return Finding(
            entity=entity,
            category="secret",
            start=stands.start,
            end=stands.end,
            score=score,
            detector=NAME,
            digest=digest(entity, stands.value),
            evidence=(code, *stands.evidence),
        )


def build(settings: Settings) -> tuple[Detector, ...]:
    """Return the secret detector with the shipped rules and those of `settings.rules`.

    Raises ValueError, `file:line:column: what is wrong`, for a bad rule file.
    """
    own = rulebook.load(expand(settings.rules))
    replaced = {rule.id for rule in own}
    rules = (*(rule for rule in rulebook.shipped() if rule.id not in replaced), *own)
    return (SecretDetector(rules, settings.cache),)

"""A text in, Presidio results out: the table of kinds as one recogniser of presidio-analyzer.

One recogniser for all kinds, not one a kind: they share the passes over the text and the labels of its values.
"""

from typing import Any

from presidio_analyzer import EntityRecognizer, RecognizerResult

from detectors.pii.reader import Reader
from detectors.pii.table import Table

NAME = "hushgate.structured"
EVIDENCE = "hushgate_evidence"
"""Key in a result's `recognition_metadata`: codes that say why."""


class TableRecognizer(EntityRecognizer):
    """Every kind of a table, each with its own check digit and cue words.

    Works with any NlpEngine: it reads no tokens. Where the artifacts carry a `hint` (the name under which the text
    stood), it counts as a cue.
    """

    def __init__(self, table: Table, language: str = "en") -> None:
        self._reader = Reader(table)
        entities = sorted({kind.entity for kind in table.kinds})
        super().__init__(entities, name=NAME, supported_language=language, version="1")

    def load(self) -> None:
        """Do nothing: all was compiled when it was made."""

    def analyze(self, text: str, entities: list[str], nlp_artifacts: Any = None) -> list[RecognizerResult]:
        """Return the results for the kinds in `entities`, overlaps among them."""
        wanted = frozenset(entities)
        return [
            RecognizerResult(
                match.entity,
                match.start,
                match.end,
                match.score,
                recognition_metadata={
                    RecognizerResult.RECOGNIZER_NAME_KEY: NAME,
                    RecognizerResult.RECOGNIZER_IDENTIFIER_KEY: self.id,
                    EVIDENCE: match.evidence,
                },
            )
            for match in self._reader.read(text, getattr(nlp_artifacts, "hint", ""))
            if match.entity in wanted
        ]

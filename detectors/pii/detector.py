"""Settings in, the detectors of structured personal data out.

`pii.structured` is our table of kinds, `pii.custom` the deployment's own Presidio recognisers. Both go through a
presidio-analyzer engine; the first is handed empty NLP artifacts, since its recogniser reads no tokens and spaCy's
tokenizer alone would cost fifteen times what the rest does.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from detectors.base import Cost, Detector, Source
from detectors.finding import Digester, Finding
from detectors.load import Settings
from detectors.pii.canonical import canonical
from detectors.pii.folding import whole

if TYPE_CHECKING:
    from presidio_analyzer import AnalyzerEngine, RecognizerResult

STRUCTURED = "pii.structured@1"
CUSTOM = "pii.custom@1"

_MAY_HOLD = re.compile(r"[\d@]|:[A-Fa-f]{2}:")
"""Occurs in every text that holds any kind of the table."""


def build(settings: Settings) -> tuple[Detector, ...]:
    """Return `pii.structured`, and `pii.custom` where the deployment has recognisers of its own.

    Raises ValueError where a rule file is wrong, with `file:line:column`.
    """
    from detectors.pii.custom import installed_recognizers, read_recognizers  # noqa: PLC0415 - loads spaCy: 2 s
    from detectors.pii.engine import build_engine  # noqa: PLC0415
    from detectors.pii.recognizer import TableRecognizer  # noqa: PLC0415
    from detectors.pii.table import table  # noqa: PLC0415

    structured: Detector = Structured(build_engine([TableRecognizer(table())]))
    own = read_recognizers(settings.rules) + installed_recognizers()
    return (structured, Custom(build_engine(own))) if own else (structured,)


@dataclass(frozen=True, slots=True, repr=False)
class Structured:
    """The kinds of kinds.yaml."""

    engine: "AnalyzerEngine"

    @property
    def name(self) -> str:
        """Return its name and version."""
        return STRUCTURED

    @property
    def cost(self) -> Cost:
        """Return when it runs: always."""
        return "structured"

    @property
    def entities(self) -> frozenset[str]:
        """Return every entity that it can report."""
        return frozenset(self.engine.get_supported_entities())

    def detect(self, source: Source, digest: Digester) -> Iterable[Finding]:
        """Report the findings in `source.text`; `source.hint` counts as a label of its values."""
        from detectors.pii.engine import LANGUAGE, HintedArtifacts  # noqa: PLC0415 - see build

        if not _MAY_HOLD.search(source.text):
            return ()
        results = self.engine.analyze(source.text, LANGUAGE, nlp_artifacts=HintedArtifacts(source.hint))
        return [_finding(result, source.text, STRUCTURED, digest) for result in results]


@dataclass(frozen=True, slots=True, repr=False)
class Custom:
    """The deployment's own recognisers."""

    engine: "AnalyzerEngine"

    @property
    def name(self) -> str:
        """Return its name and version."""
        return CUSTOM

    @property
    def cost(self) -> Cost:
        """Return when it runs: always."""
        return "structured"

    @property
    def entities(self) -> frozenset[str]:
        """Return every entity that it can report."""
        return frozenset(self.engine.get_supported_entities())

    def detect(self, source: Source, digest: Digester) -> Iterable[Finding]:
        """Report the findings in `source.text`; words of `source.hint` count as context words."""
        from detectors.pii.engine import LANGUAGE  # noqa: PLC0415 - see build

        context = re.findall(r"\w+", source.hint.lower())
        results = self.engine.analyze(whole(source.text), LANGUAGE, context=context)
        return [_finding(result, source.text, CUSTOM, digest) for result in results]


def _finding(result: "RecognizerResult", text: str, detector: str, digest: Digester) -> Finding:
    from detectors.pii.recognizer import EVIDENCE  # noqa: PLC0415 - see build

    entity, start, end = result.entity_type, result.start, result.end
    hashed = digest(entity, canonical(entity, text[start:end]))
    evidence = (result.recognition_metadata or {}).get(EVIDENCE, ())
    return Finding(entity, "pii", start, end, result.score, detector, hashed, evidence)

"""The detector of cost `file`: reads files for all the others, and reports the labels that files say of themselves."""

import re
from collections.abc import Callable, Iterable, Mapping

from detectors.base import Cost, Detector, File, Opened, Source
from detectors.documents.harvest import Label
from detectors.documents.picture import installed
from detectors.documents.reader import read
from detectors.finding import Digester, Finding, no_digest
from detectors.labels import rulebook
from detectors.labels.detector import LabelDetector
from detectors.load import Settings
from detectors.patterns.table import expand

NAME = "documents.reader@1"
_SHARE = 0.6  # of the time that is left, for reading; the rest is for looking at what was read
_WORD = re.compile(r"[A-Z0-9]+")


class DocumentReader:
    """Reads files. `ids` maps ids of labels (GUIDs, lower case) to entities, `naming` finds entities for names."""

    def __init__(self, naming: LabelDetector, ids: Mapping[str, str]) -> None:
        self._naming = naming
        self._ids = dict(ids)

    @property
    def name(self) -> str:
        """Return `documents.reader@1`."""
        return NAME

    @property
    def cost(self) -> Cost:
        """Return `file`."""
        return "file"

    @property
    def entities(self) -> frozenset[str]:
        """Return the labels of all rules; a label with a name that no rule knows is `LABEL_` and that name."""
        return self._naming.entities | frozenset(self._ids.values())

    def detect(self, source: Source, digest: Digester) -> Iterable[Finding]:  # noqa: ARG002 - it reads files only
        """Report nothing: a text is no file."""
        return ()

    def open(self, file: File, deadline: float, clock: Callable[[], float]) -> Opened:
        """Return the text of a file and the labels that it says of itself."""
        now = clock()
        result = read(file, now + _SHARE * (deadline - now), clock)
        found = {entity: None for label in result.labels for entity in self._entities(label)}
        labels = tuple(Finding(entity, "label", 0, 0, 1.0, NAME, evidence=("metadata",)) for entity in found)
        return Opened(result.text, labels, result.unread, result.late, result.gleaned)

    def _entities(self, label: Label) -> Iterable[str]:
        """Return what a label means here: by its id, else by the words of its name, else the name itself."""
        if label.id in self._ids:
            return (self._ids[label.id],)
        if label.name:
            # A sub-label's name follows its parent's (`Confidential\\Board`): the words of both count.
            lines = "\n".join(f"Classification: {part.strip()}" for part in re.split(r"[\\/|]", label.name))
            known = {f.entity for f in self._naming.detect(Source(lines), no_digest)}
            words = _WORD.findall(label.name.upper())
            return known or {"LABEL_" + "_".join(words)[:60].strip("_")} if words or known else ()
        return (f"LABEL_MIP_{label.id[:8].upper()}",) if _WORD.fullmatch(label.id[:8].upper()) else ()


def build(settings: Settings) -> tuple[Detector, ...]:
    """Return the reader, with the shipped markings and those of `settings.rules`.

    Raises ValueError, `file:line:column: what is wrong`, for a bad file.
    """
    installed()
    own = rulebook.load(expand(settings.rules))
    replaced = {rule.id for rule in own}
    rules = (*(rule for rule in rulebook.shipped() if rule.id not in replaced), *own)
    ids = {label_id: rule.entity for rule in rules for label_id in rule.ids}
    return (DocumentReader(LabelDetector(rules, settings.cache), ids),)

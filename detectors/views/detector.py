"""Settings in, the reader of views out: a detector of opaque payloads that also gives all others their views."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from detectors.base import Cost, Detector, File, Opened, Source, Views
from detectors.finding import Digester, Finding
from detectors.load import Settings
from detectors.views.canonical import ARCHIVE, HIDDEN, LIMIT, NAME, PAYLOAD, Canonical
from detectors.views.characters import prepare
from detectors.views.triggers import Triggers


@dataclass(frozen=True, slots=True, repr=False)
class CanonicalViews:
    """Reads a text otherwise. A scanner that is given it runs the other detectors on what it reads, too."""

    canonical: Canonical

    @property
    def name(self) -> str:
        """Return `views.canonical@1`."""
        return NAME

    @property
    def cost(self) -> Cost:
        """Return `structured`."""
        return "structured"

    @property
    def entities(self) -> frozenset[str]:
        """Return the entities of opaque stretches."""
        return frozenset({PAYLOAD, ARCHIVE, LIMIT, HIDDEN})

    def views(self, source: Source, open_file: Callable[[File], Opened | None], late: Callable[[], bool]) -> Views:
        """Return the other readings of a text, and what of it is opaque. Raises TimeoutError once it is late."""
        return self.canonical.read(source.text, open_file, late)

    def detect(self, source: Source, digest: Digester) -> Iterable[Finding]:
        """Report what of a text is opaque."""
        del digest
        return self.canonical.read(source.text).opaque


def build(settings: Settings) -> tuple[Detector, ...]:
    """Return the reader of views. Compiles all its tables, so that children share them."""
    prepare()
    return (CanonicalViews(Canonical(Triggers(settings.cache))),)

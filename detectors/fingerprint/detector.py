"""A text in, the indexed documents that it comes from and the indexed records in it out."""

from collections.abc import Iterable, Iterator, Sequence
from hashlib import blake2b

import numpy as np

from detectors.base import Cost, Detector, Source
from detectors.finding import Digester, Finding
from detectors.fingerprint.documents import origins
from detectors.fingerprint.location import files
from detectors.fingerprint.store import Index, load
from detectors.fingerprint.table import Table
from detectors.fingerprint.winnowing import SCHEMES, prints
from detectors.load import Settings


class FingerprintDetector:
    """Reports DOCUMENT and EXACT_DATA. Its name changes with the indexes, so that nothing stale is remembered."""

    def __init__(self, indexes: Sequence[Index], key: bytes) -> None:
        self._documents = [index for index in indexes if index.kind == "documents"]
        self._tables = [Table(index, key) for index in indexes if index.kind == "table"]
        self._schemes = [name for name in SCHEMES if any(len(i.arrays[f"{name}.keys"]) for i in self._documents)]
        self._key = key
        revision = blake2b("".join(sorted(index.name + index.revision for index in indexes)).encode(), digest_size=4)
        self._name = f"fingerprint.index@2.{revision.hexdigest()}"

    @property
    def name(self) -> str:
        """Return `fingerprint.index@2.` and a digest of the indexes."""
        return self._name

    @property
    def cost(self) -> Cost:
        """Return `fingerprint`."""
        return "fingerprint"

    @property
    def entities(self) -> frozenset[str]:
        """Return both."""
        return frozenset({"DOCUMENT", "EXACT_DATA"})

    def detect(self, source: Source, digest: Digester) -> Iterable[Finding]:
        """Report where the text comes from."""
        return [*self._origins(source.text, digest), *self._records(source.text, digest)]

    def _origins(self, text: str, digest: Digester) -> Iterator[Finding]:
        if not self._schemes:
            return
        data = text.encode("utf-8", "replace")
        cuts = prints(data, self._key, self._schemes)
        place = _places(data, len(text))
        for index in self._documents:
            for origin in origins(data, index, self._key, cuts):
                name = f"{index.name}/{origin.document}"
                yield Finding(
                    "DOCUMENT", "fingerprint", place(origin.start), place(origin.end),
                    round(min(0.99, 0.6 + 0.05 * origin.hits), 2), self._name, digest("DOCUMENT", name),
                    (origin.scheme,), source=name, overlap=origin.overlap,
                )  # fmt: skip

    def _records(self, text: str, digest: Digester) -> Iterator[Finding]:
        for table in self._tables:
            for hit in table.find(text):
                yield Finding(
                    "EXACT_DATA", "fingerprint", hit.start, hit.end, 0.95, self._name,
                    digest("EXACT_DATA", f"{table.name}/{hit.row}"), (f"columns:{hit.columns}",),
                    source=table.name, overlap=round(hit.columns / table.width, 4),
                )  # fmt: skip


class _places:  # noqa: N801 - used as a function
    """Bytes of UTF-8 to characters."""

    def __init__(self, data: bytes, characters: int) -> None:
        self._table = None
        if len(data) != characters:
            starts = (np.frombuffer(data, np.uint8) & 0xC0) != 0x80
            self._table = np.concatenate(([0], np.cumsum(starts)))

    def __call__(self, position: int) -> int:
        return position if self._table is None else int(self._table[position])


def build(settings: Settings) -> tuple[Detector, ...]:
    """Return the detector of `settings.indexes`; none where there are none. Raises ValueError for a bad index."""
    known = files(settings.indexes)
    if not known:
        return ()
    key = bytes.fromhex(settings.index_key)
    return (FingerprintDetector([load(path, key) for path in known], key),)

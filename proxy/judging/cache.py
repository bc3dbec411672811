"""Findings of texts seen before, by keyed hash: a chat that resends its history costs its new text only."""

import hashlib
import hmac
from collections import OrderedDict
from collections.abc import Callable, Mapping

from detectors.base import Source
from detectors.finding import Finding

_ENTRY = 200  # bytes of bookkeeping an entry, measured with tracemalloc and rounded up
_FINDING = 250


class FindingsCache:
    """Least recently used findings, bounded by bytes. Holds no text: keys are BLAKE2b(key, hint NUL text) of 32 bytes.

    BLAKE2b is keyed as RFC 7693 (2.5) has it, and takes a third of the time of an HMAC. A file's key is made with
    another key, over its type, suffix and bytes.

    An entry maps detector names (`id@version`) to findings, so that a detector that is missing is run and added.
    Only what a detector finished is stored: a time-out never is. Rules of a detector can change and its name not: with
    new inspectors comes `renew`.
    """

    def __init__(
        self, key: bytes, limit: int = 64 * 1024 * 1024, observe: Callable[[str, int], None] = lambda *_: None
    ) -> None:
        """`limit` is in bytes; `observe` hears how many look-ups were `hit`, `miss`, or `partial`: detectors lack."""
        self.observe = observe
        self._key = hmac.digest(key, b"texts", hashlib.sha256)
        self._file_key = hmac.digest(key, b"files", hashlib.sha256)
        self._limit = limit
        self._size = 0
        self._entries: OrderedDict[bytes, dict[str, tuple[Finding, ...]]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._entries)

    def renew(self) -> None:
        """Forget everything, also what comes in under addresses given out before: other detectors found it."""
        self._key, self._file_key = (hmac.digest(key, b"next", hashlib.sha256) for key in (self._key, self._file_key))
        self._entries.clear()
        self._size = 0

    def address(self, source: Source) -> bytes:
        """Return the key under which `source` is kept."""
        if source.file is not None:
            head = f"{source.hint}\0{source.file.type}\0{source.file.suffix}\0".encode("utf-8", "surrogatepass")
            keyed = hashlib.blake2b(head, key=self._file_key, digest_size=32)
            keyed.update(source.file.data)
            return keyed.digest()
        message = source.hint.encode("utf-8", "surrogatepass") + b"\x00" + source.text.encode("utf-8", "surrogatepass")
        return hashlib.blake2b(message, key=self._key, digest_size=32).digest()

    def get(self, address: bytes) -> Mapping[str, tuple[Finding, ...]]:
        """Return what is known, by detector; empty where nothing is."""
        entry = self._entries.get(address)
        if entry is None:
            return {}
        self._entries.move_to_end(address)
        return entry

    def add(self, address: bytes, findings: Mapping[str, tuple[Finding, ...]]) -> None:
        """Add what detectors finished; the oldest entries make room."""
        if not findings:
            return
        entry = self._entries.get(address)
        if entry is None:
            entry = self._entries[address] = {}
            self._size += _ENTRY
        self._entries.move_to_end(address)
        for name, found in findings.items():
            self._size += _cost(found) - (_cost(entry[name]) if name in entry else 0)
            entry[name] = found
        while self._size > self._limit and self._entries:
            _, oldest = self._entries.popitem(last=False)
            self._size -= _ENTRY + sum(map(_cost, oldest.values()))


def _cost(findings: tuple[Finding, ...]) -> int:
    return 100 + _FINDING * len(findings)

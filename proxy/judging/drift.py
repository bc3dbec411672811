"""How much of each dialect's words stood where its table says, watched over time: a fall means a vendor's new form.

Rules
1. What counts is the share of characters of words on mapped paths, over the latest requests of a dialect together.
2. Normal is learned slowly from what is usual here and starts at everything; a dialect that has fallen does not learn.
3. A fall is told once, until the share has come back. While it lasts, `fallen` names the dialect: its requests are to
   be read by the generic reader too, which takes nobody's role on trust.
"""

from collections import deque
from dataclasses import dataclass, field

WINDOW = 16  # requests
_LEAST_WORDS = 24  # characters: fewer say nothing about a form
_FALLS, _RECOVERS = 0.7, 0.85  # of normal
_LEARNS = 0.01  # of each window's difference, a request


@dataclass(frozen=True, slots=True)
class Drift:
    """One fall: the share now and the one that was normal, from 0 to 1."""

    dialect: str
    share: float
    normal: float


@dataclass(slots=True)
class _Watch:
    latest: deque[tuple[int, int]] = field(default_factory=lambda: deque(maxlen=WINDOW))
    normal: float = 1.0

    def share(self) -> float:
        """Return the share over the latest requests."""
        return sum(mapped for mapped, _ in self.latest) / sum(words for _, words in self.latest)


class Sentinel:
    """The watch of one worker over all dialects."""

    def __init__(self) -> None:
        self._watches: dict[str, _Watch] = {}
        self._fallen: set[str] = set()

    @property
    def fallen(self) -> frozenset[str]:
        """Return the dialects whose table does not fit at present."""
        return frozenset(self._fallen)

    def observe(self, dialect: str, mapped: int, words: int) -> Drift | None:
        """Take in one request: characters of words, and those on mapped paths. Return a fall when it begins."""
        if dialect == "generic" or words < _LEAST_WORDS:
            return None
        watch = self._watches.setdefault(dialect, _Watch())
        watch.latest.append((min(mapped, words), words))
        if len(watch.latest) < WINDOW:
            return None
        share = watch.share()
        if dialect in self._fallen:
            if share >= _RECOVERS * watch.normal:
                self._fallen.discard(dialect)
            return None
        if share < _FALLS * watch.normal:
            self._fallen.add(dialect)
            return Drift(dialect, share, watch.normal)
        watch.normal += _LEARNS * (share - watch.normal)
        return None

    def share(self, dialect: str) -> float | None:
        """Return the share of a dialect's words of late; None where none were seen."""
        watch = self._watches.get(dialect)
        return watch.share() if watch else None

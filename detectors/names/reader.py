"""What reads names: stretches of prose in, names with places in their stretch out."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Name:
    """`stretch[start:end]` is an `entity`, with a `score` from 0 to 1 that others are measured by."""

    start: int
    end: int
    entity: str
    score: float


class Reader(Protocol):
    """A model of names. `read` raises nothing for any text and takes time linear in its length."""

    @property
    def name(self) -> str:
        """`model@version`; a change of behaviour changes the version."""

    @property
    def entities(self) -> frozenset[str]:
        """Return every entity that it can find."""

    def read(self, stretches: Sequence[str]) -> list[tuple[Name, ...]]:
        """Return the names of each stretch, in the order of the stretches."""

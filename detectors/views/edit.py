"""One stretch of a text and what is read instead of it."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, repr=False)
class Edit:
    """Characters `start` to `end` are read as `text`; `name` says why (`percent`, `base64`, `wrap`).

    `moved` says which characters of the text make up `text` where they stand elsewhere, as `(start, end)` pairs in
    the order they are read; their lengths add up to that of `text`.
    """

    start: int
    end: int
    text: str
    name: str
    moved: tuple[tuple[int, int], ...] = ()

    def moved_by(self, offset: int) -> "Edit":
        """Return the same edit `offset` characters further on."""
        moved = tuple((start + offset, end + offset) for start, end in self.moved)
        return Edit(self.start + offset, self.end + offset, self.text, self.name, moved)

    def __repr__(self) -> str:
        return f"Edit({self.start}..{self.end} {self.name})"


def merged(edits: Iterable[Edit]) -> list[Edit]:
    """Return the edits by position, without those that share a character with an earlier or longer one."""
    kept: list[Edit] = []
    reached = -1
    for edit in sorted(edits, key=lambda edit: (edit.start, -edit.end)):
        if edit.start >= reached:
            kept.append(edit)
            reached = edit.end
    return kept

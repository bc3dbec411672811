"""What a rule's expression matched, before and while checks judge it."""

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True, repr=False)
class Candidate:
    """A possible secret: `text[start:end]`, within a match `text[left:right]`.

    `proved` means that a checksum or the value's own structure confirms it; `evidence` holds codes.
    """

    text: str
    start: int
    end: int
    left: int
    right: int
    proved: bool = False
    evidence: tuple[str, ...] = ()

    @property
    def value(self) -> str:
        """Return the possible secret."""
        return self.text[self.start : self.end]

    @property
    def lead(self) -> str:
        """Return what the match holds before the possible secret."""
        return self.text[self.left : self.start]

    def spanning(self, start: int, end: int) -> "Candidate":
        """Return the same candidate with another span."""
        return Candidate(self.text, start, end, self.left, self.right, self.proved, self.evidence)

    def confirmed(self, code: str) -> "Candidate":
        """Return the candidate as proved, with `code` as evidence."""
        return replace(self, proved=True, evidence=(*self.evidence, code))

    def __repr__(self) -> str:
        return f"Candidate({self.start}..{self.end})"


def whole(text: str, start: int, end: int) -> Candidate:
    """Return a candidate that is its own match."""
    return Candidate(text, start, end, start, end)


def bounded(candidate: Candidate) -> bool:
    """Tell whether the match stands alone: no word character touches the secret where it begins or ends the match.

    An escape before it (`\\n` in pasted source, `%3D` in a URL) is no part of a word.
    """
    text, start, end = candidate.text, candidate.start, candidate.end
    if (
        start == candidate.left
        and start
        and _word(text[start])
        and _word(text[start - 1])
        and not _escaped(text, start)
    ):
        return False
    return not (end == candidate.right and end < len(text) and _word(text[end - 1]) and _word(text[end]))


def _word(character: str) -> bool:
    return character.isascii() and (character.isalnum() or character == "_")


def _escaped(text: str, start: int) -> bool:
    if text[start - 1] in "nrt" and text[max(0, start - 2) : start - 1] == "\\":
        return True
    code = text[max(0, start - 3) : start]
    return len(code) == 3 and code[0] == "%" and all(digit in "0123456789abcdefABCDEF" for digit in code[1:])

"""Neighbouring parts in, the texts across their seams out: a value split over several parts is found all the same.

The parts of one group are read as one text without separators, of which only the stretches around the places where one
part ends and the next begins are kept. Stretches that touch are one: the work is linear in the text.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from detectors.base import REST, Source
from detectors.finding import Finding
from proxy.exchange import Part

REACH = 256  # characters taken from each side of a seam
_CATEGORIES = frozenset({"pii", "secret"})


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of one part inside a seam's text: `length` characters from `start` of part number `part`."""

    part: int
    start: int
    length: int


@dataclass(frozen=True, slots=True)
class Seam:
    """One stretch around one or more places where a part ends; `pieces` make up its text, in order."""

    pieces: tuple[Piece, ...]
    source: Source = field(repr=False)


def seams(parts: Sequence[Part]) -> list[Seam]:
    """Return the seams between neighbouring parts of one group, in order; empty and object-key parts do not count."""
    found: list[Seam] = []
    for run in _runs(parts):
        open_pieces: list[Piece] = []
        for number in run:
            size = len(parts[number].text)
            first, last = number == run[0], number == run[-1]
            if not first and not last and size <= 2 * REACH:
                open_pieces.append(Piece(number, 0, size))
                continue
            if not first:
                open_pieces.append(Piece(number, 0, min(size, REACH)))
                found.append(_seam(parts, open_pieces))
            if not last:
                start = max(size - REACH, 0)
                open_pieces = [Piece(number, start, size - start)]
    return found


def _runs(parts: Sequence[Part]) -> Iterator[list[int]]:
    """Yield the numbers of neighbouring parts that are read as one text, two or more of them."""
    run: list[int] = []
    for number, part in enumerate(parts):
        if not part.group or not part.text or part.path.endswith("~"):
            continue
        if run and parts[run[-1]].group != part.group:
            if len(run) > 1:
                yield run
            run = []
        run.append(number)
    if len(run) > 1:
        yield run


def _seam(parts: Sequence[Part], pieces: Sequence[Piece]) -> Seam:
    text = "".join(parts[p.part].text[p.start : p.start + p.length] for p in pieces)
    return Seam(tuple(pieces), Source(text))


def split(seam: Seam, finding: Finding) -> tuple[tuple[int, Finding], ...]:
    """Return a finding's pieces as (part number, finding); none where it lies within one part."""
    if finding.category not in _CATEGORIES:
        return ()
    found: list[tuple[int, Finding]] = []
    position = 0
    for piece in seam.pieces:
        start, end = max(finding.start - position, 0), min(finding.end - position, piece.length)
        if start < end:
            evidence = (*finding.evidence, "seam", *((REST,) if found else ()))
            moved = replace(finding, start=piece.start + start, end=piece.start + end, evidence=evidence)
            found.append((piece.part, moved))
        position += piece.length
    return tuple(found) if len(found) > 1 else ()

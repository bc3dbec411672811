"""Neighbouring parts in, the texts across their seams out: a value split over several parts is found all the same.

Rules
1. The parts of one group are read as one text without separators. So are a user's messages that follow one another,
   whatever was answered in between, where the end of one and the beginning of the next look like pieces of one value:
   a conversation is no text, and joining all of it would make values that nobody wrote.
2. Only the stretches around the places where one part ends and the next begins are kept, and encoded runs there
   whole. Stretches that touch are one: the work is linear in the text.
3. A piece of part number `LEFT` was sent earlier (`proxy.earlier`): it makes the value whole, and is no finding.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from detectors.base import REST, Source
from detectors.finding import Finding
from detectors.views.layout import continued
from proxy.exchange import Part

REACH = 256  # characters taken from each side of a seam
LEFT = -1
_FAR = 65_536  # characters of an encoded run that are taken beyond that
_ENCODED = re.compile(r"[A-Za-z0-9+/_%=-]++")
_OTHER = re.compile(r"[^A-Za-z0-9+/_%=-]")
_ABOVE = 4  # steps of a path above a part where its role may stand
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
    """Return the seams between parts that are read as one, in order; empty and object-key parts do not count."""
    runs = [run for run in (*_grouped(parts), *_turns(parts)) if len(run) > 1]
    return [seam for run in sorted(runs) for seam in _of_run(parts, run)]


def _of_run(parts: Sequence[Part], run: Sequence[int]) -> Iterator[Seam]:
    open_pieces: list[Piece] = []
    for number in run:
        text = parts[number].text
        first, last = number == run[0], number == run[-1]
        if not first and not last and len(text) <= 2 * REACH:
            open_pieces.append(Piece(number, 0, len(text)))
            continue
        if not first:
            open_pieces.append(Piece(number, 0, head(text)))
            yield _seam(parts, open_pieces)
        if not last:
            start = _tail(text)
            open_pieces = [Piece(number, start, len(text) - start)]


def head(text: str) -> int:
    """Return how many characters from the beginning are taken."""
    run = _ENCODED.match(text, min(REACH, len(text)), REACH + _FAR)
    return run.end() if run else min(REACH, len(text))


def _tail(text: str) -> int:
    """Return where the characters begin that are taken from the end."""
    start = max(len(text) - REACH, 0)
    least = max(start - _FAR, 0)
    if start > least and _ENCODED.match(text, start - 1):
        broken = _OTHER.search(text[least:start][::-1])
        start = start - broken.start() if broken else least
    return start


def _readable(part: Part) -> bool:
    return bool(part.text) and not part.path.endswith("~")


def _grouped(parts: Sequence[Part]) -> Iterator[list[int]]:
    """Yield the numbers of neighbouring parts of one group."""
    run: list[int] = []
    for number, part in enumerate(parts):
        if not part.group or not _readable(part):
            continue
        if run and parts[run[-1]].group != part.group:
            yield run
            run = []
        run.append(number)
    yield run


def _turns(parts: Sequence[Part]) -> Iterator[list[int]]:
    """Yield the numbers of a user's messages that may hold one value together: the last part of each, the first."""
    roles = {part.path.removesuffix(".role"): part.text for part in parts if part.path.endswith(".role")}
    run: list[int] = []
    last = -1
    for number, part in enumerate(parts):
        if part.kind != "prompt" or not _readable(part) or (part.role or _role(part.path, roles)) != "user":
            continue
        if last >= 0:
            same = parts[last].group and parts[last].group == part.group
            if same or not continued(parts[last].text[-REACH:], part.text[:REACH]):
                yield run
                run = []
            else:
                run = [*run, number] if run else [last, number]
        last = number
    yield run


def _role(path: str, roles: Mapping[str, str]) -> str:
    """Return the role that stands beside a part or above it, where the dialect does not tell."""
    for _ in range(_ABOVE):
        cut = max(path.rfind("."), path.rfind("["))
        if cut <= 0:
            break
        path = path[:cut]
        if path in roles:
            return roles[path]
    return ""


def _seam(parts: Sequence[Part], pieces: Sequence[Piece]) -> Seam:
    text = "".join(parts[p.part].text[p.start : p.start + p.length] for p in pieces)
    return Seam(tuple(pieces), Source(text))


def split(seam: Seam, finding: Finding) -> tuple[tuple[int, Finding], ...]:
    """Return a finding's pieces as (part number, finding).

    None where it lies within one part, whose own reading finds it, but for a secret: what tells it, such as the scheme
    of an address, may stand on the other side.
    """
    if finding.category not in _CATEGORIES:
        return ()
    found: list[tuple[int, Finding]] = []
    position = spread = 0
    for piece in seam.pieces:
        start, end = max(finding.start - position, 0), min(finding.end - position, piece.length)
        spread += start < end
        if start < end and piece.part != LEFT:
            evidence = (*finding.evidence, "seam", *((REST,) if found else ()))
            moved = replace(finding, start=piece.start + start, end=piece.start + end, evidence=evidence)
            found.append((piece.part, moved))
        position += piece.length
    return tuple(found) if spread > 1 or (finding.category == "secret" and not _cut(seam, finding)) else ()


def _cut(seam: Seam, finding: Finding) -> bool:
    """Tell whether a finding ends where a stretch was cut off: the value goes on there, or begins before."""
    first, last = seam.pieces[0].length, seam.pieces[-1].length
    return (not finding.start and first >= REACH) or (finding.end == len(seam.source.text) and last >= REACH)

"""What is known of the pieces in, the order in which they make the file out, or why they make none to be read."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from proxy.uploads.pieces import Commit, Piece
from proxy.uploads.store import Known

GAP = "undecodable"  # a piece is not known, or two say that they are the same one
TOO_LARGE = "too_large"


@dataclass(frozen=True, slots=True)
class Plan:
    """The pieces of a file, in order. `reason` (of `on_unknown`) says why they cannot be joined; empty: they can.

    `covered`: every piece was read as text together with the one before it, so that nothing went unseen.
    """

    pieces: tuple[Known, ...]
    reason: str = ""
    covered: bool = False


def plan(end: Commit | Piece, known: Sequence[Known], limit: int) -> Plan:
    """Return how the pieces `known` of an upload make a file of at most `limit` bytes when `end` is sent."""
    names = {one.alias: one.place for one in known if one.alias}
    stored = [one for one in known if not one.alias and not one.done and one.total < 0]
    pieces = {one.place: one for one in stored}
    if isinstance(end, Commit) and end.names is not None:
        places = [names.get(name, name) for name in end.names]
        ordered = tuple(pieces[place] for place in places if place in pieces)
        gap = len(ordered) < len(places) or not places
    else:
        by_offset = isinstance(end, Piece) and end.by == "offset"
        ordered = tuple(sorted(pieces.values(), key=lambda one: (one.order, one.arrived)))
        gap = not ordered or ordered[0].order < 0 or (by_offset and _has_hole(ordered))
    gap = gap or len(pieces) < len(stored)
    covered = not gap and all(one.text for one in ordered) and all(_joined(*pair) for pair in pairwise(ordered))
    if gap:
        return Plan(ordered, GAP)
    return Plan(ordered, TOO_LARGE if sum(one.size for one in ordered) > limit else "", covered)


def joined(plan: Plan, end: Commit | Piece, data: Sequence[bytes | None]) -> bytes | None:
    """Return the file; None where bytes of a piece are gone, or where two pieces say different things of one place."""
    whole = bytearray()
    for piece, bytes_ in zip(plan.pieces, data, strict=True):
        if bytes_ is None:
            return None
        again = len(whole) - piece.order if isinstance(end, Piece) and end.by == "offset" else 0
        if again > 0 and whole[piece.order : piece.order + len(bytes_)] != bytes_[:again]:
            return None
        whole += bytes_[max(again, 0) :]
    return bytes(whole)


def _joined(before: Known, after: Known) -> bool:
    return after.left == before.place or before.right == after.place


def _has_hole(ordered: Sequence[Known]) -> bool:
    reached = 0
    for piece in ordered:
        if piece.order > reached:
            return True
        reached = max(reached, piece.order + piece.size)
    return False

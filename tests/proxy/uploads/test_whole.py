"""The order of pieces, the holes between them, and what was read already."""

from proxy.uploads.pieces import Commit, Piece
from proxy.uploads.store import Known
from proxy.uploads.whole import joined, plan

LAST = Piece("s", "offset", 4, last=True)


def known(place: str, order: int, size: int = 4, *, text: bool = True, left: str = "", digest: str = "d") -> Known:
    return Known(place, order, size, digest, text, arrived=order, left=left)


def test_offsets_put_pieces_in_order_whatever_came_first() -> None:
    made = plan(LAST, [known("4", 4, left="0"), known("0", 0)], 100)
    assert [piece.place for piece in made.pieces] == ["0", "4"]
    assert (made.reason, made.covered) == ("", True)
    assert joined(made, LAST, [b"abcd", b"efgh"]) == b"abcdefgh"


def test_a_hole_an_unknown_offset_and_two_that_are_one_are_undecodable() -> None:
    assert plan(LAST, [known("4", 4)], 100).reason == "undecodable"
    assert plan(LAST, [known("0", 0), known("5", 5)], 100).reason == "undecodable"
    assert plan(LAST, [known("-1", -1)], 100).reason == "undecodable"
    assert plan(LAST, [known("0", 0), known("0", 0, digest="e"), known("4", 4)], 100).reason == "undecodable"
    assert plan(LAST, [], 100).reason == "undecodable"


def test_a_stretch_that_is_sent_again_must_say_the_same() -> None:
    made = plan(LAST, [known("0", 0), known("2", 2)], 100)
    assert joined(made, LAST, [b"abcd", b"cdef"]) == b"abcdef"
    assert joined(made, LAST, [b"abcd", b"xdef"]) is None


def test_more_than_the_limit_is_too_large_unless_all_was_read() -> None:
    assert plan(LAST, [known("0", 0), known("4", 4, left="0")], 7).reason == "too_large"
    assert plan(LAST, [known("0", 0), known("4", 4, left="0")], 7).covered
    assert not plan(LAST, [known("0", 0), known("4", 4)], 7).covered
    assert not plan(LAST, [known("0", 0, text=False), known("4", 4, left="0")], 7).covered


def test_the_end_names_the_pieces_by_the_vendors_names() -> None:
    pieces = [known("x", 0), known("y", 0, left="x"), Known("x", alias="part_1"), Known("y", alias="part_2")]
    assert [piece.place for piece in plan(Commit("s", ("part_2", "part_1")), pieces, 100).pieces] == ["y", "x"]
    assert plan(Commit("s", ("part_2", "part_1")), pieces, 100).covered is False  # read in the other order
    assert plan(Commit("s", ("part_1", "part_2")), pieces, 100).covered
    assert plan(Commit("s", ("part_1", "part_9")), pieces, 100).reason == "undecodable"
    assert plan(Commit("s", ()), pieces, 100).reason == "undecodable"


def test_numbers_put_pieces_in_order_where_the_end_names_none() -> None:
    made = plan(Commit("s"), [known("2", 2), known("1", 1), Known("total", total=7)], 100)
    assert [piece.place for piece in made.pieces] == ["1", "2"]
    assert joined(made, Commit("s"), [b"a", None]) is None

import pytest

from detectors.documents.harvest import Bounds, Exhausted
from tests.detectors.documents.gathering import harvest


def test_pieces_are_lines_and_blank_ones_do_not_count():
    got = harvest()
    for piece in ("\none\n", "", "two"):
        got.add(piece)
    assert got.text == "one\ntwo"


@pytest.mark.parametrize(
    ("bounds", "step"),
    [
        (Bounds(unpacked=5), lambda got: got.unpack(6)),
        (Bounds(text=5), lambda got: got.add("123456")),
        (Bounds(members=0), lambda got: got.inner(b"")),
        (Bounds(depth=0), lambda got: got.inner(b"")),
    ],
    ids=["unpacked", "text", "members", "depth"],
)
def test_a_bound_ends_the_reading(bounds, step):
    with pytest.raises(Exhausted) as caught:
        step(harvest(bounds))
    assert caught.value.reason == "too_large"


def test_time_ends_the_reading():
    with pytest.raises(Exhausted) as caught:
        harvest(clock=lambda: 1.0).tick()
    assert caught.value.reason == "timeout"


def test_a_file_inside_is_dispatched_with_its_suffix_and_depth_is_given_back():
    seen = []
    got = harvest(Bounds(depth=1), dispatch=lambda _, data, kind, suffix: seen.append((data, kind, suffix)))
    got.inner(b"a", "text/plain", "x/A.TXT")
    got.inner(b"b", name="README")
    assert seen == [(b"a", "text/plain", "txt"), (b"b", "", "")]

import pytest

from proxy.audit import merkle, tombstone
from proxy.audit.chain import link

LINE = b'{"seq":7,"who":"CANARY"}'.ljust(300)


def test_a_tombstone_holds_the_hashes_and_the_length_and_nothing_else():
    stone = tombstone.bury(LINE, 7)
    assert len(stone) == len(LINE)
    assert b"CANARY" not in stone
    assert tombstone.parse(stone) == tombstone.Tombstone(7, merkle.leaf(LINE), link(LINE))


def test_a_line_that_is_too_short_has_none():
    with pytest.raises(ValueError, match="shorter"):
        tombstone.bury(b'{"seq":7}', 7)


@pytest.mark.parametrize(
    "line",
    [b"", b"{}", b'{"erased":', b'{"erased":1,"seq":1}', b'{"erased":{"leaf":"00","line":"00"},"seq":1}',
     tombstone.bury(LINE, 7).replace(b'"seq":7', b'"seq":"7"'), tombstone.bury(LINE, 7).replace(b'"seq":7', b'"x":1,"seq":7')],
)  # fmt: skip
def test_what_is_none_is_none(line):
    assert tombstone.parse(line) is None

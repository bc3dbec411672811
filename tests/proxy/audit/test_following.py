import pytest

from proxy.audit import record as records
from proxy.audit.chain import segments
from proxy.audit.erasure import bury
from proxy.audit.following import since
from proxy.audit.reading import pack
from proxy.exchange import Client

ALICE = Client("10.0.0.1", "alice@example.com")


def numbers(found):
    return [record["records"] for record in found if record["type"] == "heartbeat"]


def test_each_record_comes_once_over_files_and_looks(trail):
    trail.write(*range(6), segment_bytes=500)
    found, at = since(trail.folder, {})
    assert numbers(found) == list(range(6))
    assert since(trail.folder, at) == ([], at)
    trail.write(6, 7, slot="1")
    more, _ = since(trail.folder, at)
    assert numbers(more) == [6, 7]


@pytest.mark.parametrize("most", [1, 2, 4])
def test_little_at_a_time_it_is_all(trail, most):
    trail.write(*range(6), segment_bytes=500)
    trail.write(*range(6, 9), slot="1")
    at, found = {}, []
    while True:
        new, at = since(trail.folder, at, most)
        if not new:
            break
        assert len(new) <= most
        found += new
    assert sorted(numbers(found)) == list(range(9))


def test_a_line_that_is_being_written_is_left_for_later(trail):
    chain = trail.write(1, 2)
    path = trail.file(chain)
    whole = path.read_bytes()
    path.write_bytes(whole[:-5])
    found, at = since(trail.folder, {})
    assert numbers(found) == [1]
    path.write_bytes(whole)
    assert numbers(since(trail.folder, at)[0]) == [2]


def test_what_was_packed_or_erased_meanwhile_changes_nothing(trail):
    chain = trail.write(1, records.refused(client=ALICE, reason="private", host="a.example", port=1), 2, 3,
                        segment_bytes=1 << 20)  # fmt: skip
    found, at = since(trail.folder, {}, 3)
    assert len(found) == 3
    assert bury(trail.folder, {chain: [2]}) == 1
    pack(segments(trail.folder)[chain][0].path)
    assert numbers(since(trail.folder, at)[0]) == [3]
    assert numbers(since(trail.folder, {})[0]) == [1, 2, 3]


def test_chains_that_are_gone_are_forgotten(trail):
    chain = trail.write(1)
    _, at = since(trail.folder, {})
    for segment in segments(trail.folder)[chain]:
        segment.path.unlink()
    assert since(trail.folder, at) == ([], {})

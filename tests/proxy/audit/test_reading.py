import pytest

from proxy.audit.chain import segments
from proxy.audit.reading import lines, pack


def test_a_packed_file_reads_as_before_and_keeps_its_time(trail):
    chain = trail.write(1, 2, 3)
    [segment] = segments(trail.folder)[chain]
    before, when = list(lines(segment)), segment.path.stat().st_mtime_ns
    made = pack(segment.path)
    assert (made.name, made.stat().st_mode & 0o777, made.stat().st_mtime_ns) == (f"{chain}.jsonl.zst", 0o600, when)
    [packed] = segments(trail.folder)[chain]
    assert packed.packed
    assert list(lines(packed)) == before
    assert not segment.path.exists()


def test_a_last_line_without_an_end_is_given_as_it_is(trail):
    chain = trail.write(1)
    [segment] = segments(trail.folder)[chain]
    segment.path.write_bytes(segment.path.read_bytes() + b'{"a')
    assert list(lines(segment))[-1] == b'{"a'


def test_a_broken_packed_file_is_an_error_that_names_it(trail):
    chain = trail.write(1, 2, 3)
    [segment] = segments(trail.folder)[chain]
    made = pack(segment.path)
    data = bytearray(made.read_bytes())
    data[-1] ^= 0xFF  # of the checksum
    made.write_bytes(data)
    [packed] = segments(trail.folder).values()
    with pytest.raises(OSError, match="is broken and cannot be unpacked"):
        list(lines(packed[0]))

import errno
import os

import pytest

from proxy.audit.chain import Chain
from proxy.audit.journal import Journal

CHAIN = Chain("n", "0", "6923a1f29c4e")


def test_lines_are_appended_and_kept(tmp_path):
    journal = Journal(tmp_path, CHAIN)
    journal.append(b"one\n")
    journal.sync()
    journal.keep()
    journal.append(b"two\n")
    journal.cut()
    journal.append(b"three\n")
    journal.close()
    assert (tmp_path / CHAIN.file()).read_bytes() == b"one\nthree\n"


def test_a_write_that_fails_half_way_leaves_nothing_of_itself(tmp_path, monkeypatch):
    journal = Journal(tmp_path, CHAIN)
    real, left = os.write, [2]

    def short(descriptor, data):
        if not left:
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(descriptor, data[: left.pop()])

    monkeypatch.setattr("proxy.audit.journal.os.write", short)
    with pytest.raises(OSError, match="No space"):
        journal.append(b"one\n")
    assert journal.path.read_bytes() == b""


def test_a_full_or_old_segment_is_followed_by_the_next(tmp_path):
    journal = Journal(tmp_path, CHAIN, segment_bytes=4)
    journal.turn()
    assert journal.path.name == CHAIN.file(0)  # an empty one is not
    for number in range(3):
        journal.append(b"one\n")
        journal.keep()
        journal.turn()
        assert journal.path.name == CHAIN.file(number + 1)
    old = Journal(tmp_path, Chain("n", "1", "6923a1f29c4e"), segment_seconds=0)
    old.append(b"one\n")
    old.keep()
    old.turn()
    assert old.path.name.endswith(".1.jsonl")


def test_where_no_next_can_be_begun_it_goes_on_with_this_one(tmp_path):
    journal = Journal(tmp_path, CHAIN, segment_bytes=1)
    (tmp_path / CHAIN.file(1)).touch()
    for _ in range(2):
        journal.append(b"one\n")
        journal.keep()
        journal.turn()
    assert (tmp_path / CHAIN.file()).read_bytes() == b"one\none\n"


def test_it_never_writes_into_what_is_there(tmp_path):
    (tmp_path / CHAIN.file()).touch()
    with pytest.raises(FileExistsError):
        Journal(tmp_path, CHAIN)

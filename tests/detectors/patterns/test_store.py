import os
import stat
from pathlib import Path

import pytest

from detectors.patterns.store import Store


def test_what_was_written_is_read(tmp_path: Path) -> None:
    store = Store(tmp_path / "cache", "patterns")
    assert store.read("ab") is None
    store.write("ab", b"content")
    assert store.read("ab") == b"content"


def test_files_are_for_us_alone(tmp_path: Path) -> None:
    store = Store(tmp_path / "cache", "patterns")
    store.write("ab", b"content")
    assert stat.S_IMODE(store.path("ab").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "cache").stat().st_mode) == 0o700
    assert [entry.name for entry in (tmp_path / "cache").iterdir()] == [store.path("ab").name]


@pytest.mark.parametrize("damage", [b"", b"short", b"\x00" * 100])
def test_a_damaged_file_is_not_read(tmp_path: Path, damage: bytes) -> None:
    store = Store(tmp_path, "patterns")
    store.write("ab", b"content")
    store.path("ab").write_bytes(damage)
    assert store.read("ab") is None


def test_one_flipped_bit_is_noticed(tmp_path: Path) -> None:
    store = Store(tmp_path, "patterns")
    store.write("ab", b"content")
    data = bytearray(store.path("ab").read_bytes())
    data[-1] ^= 1
    store.path("ab").write_bytes(data)
    assert store.read("ab") is None


def test_a_file_that_others_may_write_is_not_read(tmp_path: Path) -> None:
    store = Store(tmp_path, "patterns")
    store.write("ab", b"content")
    store.path("ab").chmod(0o666)
    assert store.read("ab") is None


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    store = Store(tmp_path, "patterns")
    store.write("ab", b"content")
    os.symlink(store.path("ab"), store.path("cd"))
    assert store.read("cd") is None


def test_a_folder_that_cannot_be_made_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    store = Store(tmp_path / "file" / "cache", "patterns")
    store.write("ab", b"content")
    assert store.read("ab") is None

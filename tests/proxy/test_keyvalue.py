"""Values that processes share, until they expire."""

from pathlib import Path

import pytest

from proxy.keyvalue import SqliteKeyValue


class Clock:
    """Tells the time that it is set to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


async def test_what_one_process_puts_another_gets(tmp_path: Path) -> None:
    one, other = SqliteKeyValue(tmp_path / "kv"), SqliteKeyValue(tmp_path / "kv")
    await one.put(b"ann", {b"1": b"a", b"2": b"b"}, 60)
    assert (other.get(b"1"), other.get(b"2"), other.get(b"3")) == (b"a", b"b", None)
    assert other.owns(b"ann")
    assert not other.owns(b"bob")
    await other.put(b"ann", {b"1": b"new"}, 60)
    assert one.get(b"1") == b"new"
    one.close()
    other.close()
    assert (tmp_path / "kv").stat().st_mode & 0o777 == 0o600


async def test_values_expire(tmp_path: Path) -> None:
    clock = Clock()
    kept = SqliteKeyValue(tmp_path / "kv", clock)
    await kept.put(b"ann", {b"1": b"a"}, 60)
    clock.now += 59
    assert kept.get(b"1") == b"a"
    clock.now += 2
    assert kept.get(b"1") is None
    assert not kept.owns(b"ann")
    await kept.put(b"bob", {b"2": b"b"}, 60)
    assert kept._reader.execute("SELECT count(*) FROM kept").fetchone() == (1,)


async def test_of_one_owner_only_so_many_are_kept(tmp_path: Path) -> None:
    kept = SqliteKeyValue(tmp_path / "kv", most=3)
    await kept.put(b"bob", {b"b": b""}, 1)
    for number in range(5):
        await kept.put(b"ann", {bytes([number]): b"x"}, 60 + number)
    assert [number for number in range(5) if kept.get(bytes([number]))] == [2, 3, 4]
    assert kept.owns(b"bob")


async def test_trouble_is_an_os_error(tmp_path: Path) -> None:
    with pytest.raises(OSError):
        SqliteKeyValue(tmp_path / "no" / "folder")
    (tmp_path / "kv").write_bytes(b"no database" * 100)
    with pytest.raises(OSError, match="not usable"):
        SqliteKeyValue(tmp_path / "kv")
    kept = SqliteKeyValue(tmp_path / "other")
    kept._reader.close()
    kept._writer.close()
    with pytest.raises(OSError):
        kept.get(b"1")
    with pytest.raises(OSError):
        await kept.put(b"ann", {b"1": b"a"}, 60)

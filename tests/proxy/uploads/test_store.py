"""What waits on disk: read by every worker, by nobody else, not for long."""

import secrets
from pathlib import Path

from proxy.keyvalue import SqliteKeyValue
from proxy.uploads.store import FILE, Known, Store, sweep

KEY = secrets.token_bytes(32)


async def test_what_one_worker_adds_another_knows(tmp_path: Path) -> None:
    one = Store(KEY, SqliteKeyValue(tmp_path / FILE))
    other = Store(KEY, SqliteKeyValue(tmp_path / FILE))
    await one.add("s", Known("0", 0, 6, "d", text=True, head=b"\n{he", tail=b"ad\n"), b"\n{head\n")
    await other.add("s", Known("7", 7, 2, "e"))
    known = await other.known("s")
    assert [(each.place, each.head, each.tail, each.text) for each in known] == [
        ("0", b"\n{he", b"ad\n", True),
        ("7", b"", b"", False),
    ]
    assert await other.data("s", ["0", "7"]) == [b"\n{head\n", None]
    assert await one.known("another") == []


async def test_one_place_said_in_two_ways_is_known_twice_and_said_again_once(tmp_path: Path) -> None:
    store = Store(KEY, SqliteKeyValue(tmp_path / FILE))
    for digest in ("d", "d", "e"):
        await store.add("s", Known("0", 0, 1, digest))
    assert sorted(each.digest for each in await store.known("s")) == ["d", "e"]


async def test_nothing_on_disk_can_be_read_and_a_new_start_takes_it_away(tmp_path: Path) -> None:
    shelf = SqliteKeyValue(tmp_path / FILE)
    store = Store(KEY, shelf)
    await store.add("session-CANARY", Known("place-CANARY", head=b"CANARY", tail=b"CANARY"), b"CANARY" * 100)
    assert b"CANARY" not in b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert await Store(secrets.token_bytes(32), shelf).known("session-CANARY") == []
    shelf.close()
    sweep(tmp_path)
    assert list(tmp_path.iterdir()) == []


async def test_what_is_finished_keeps_no_bytes(tmp_path: Path) -> None:
    store = Store(KEY, SqliteKeyValue(tmp_path / FILE))
    await store.add("s", Known("0"), b"bytes")
    await store.finish("s", Known("done", done="print"))
    assert await store.data("s", ["0"]) == [None]
    assert {each.done for each in await store.known("s")} == {"", "print"}


async def test_the_oldest_goes_where_there_is_no_room(tmp_path: Path) -> None:
    class Clock:
        now = 1000.0

        def __call__(self) -> float:
            self.now += 10
            return self.now

    store = Store(KEY, SqliteKeyValue(tmp_path / FILE, Clock(), most_bytes=5000))
    for number in range(4):
        await store.add("s", Known(str(number)), bytes(1500))
    assert [data is not None for data in await store.data("s", ["0", "1", "2", "3"])] == [False, False, True, True]

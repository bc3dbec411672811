from datetime import UTC, datetime, timedelta

import pytest

from proxy.evidence.shelf import Shelf

EVENT = "01KAR4V3W0QJ8Z7S1C5N2M6XTP"


def test_a_box_is_put_found_and_taken_away(tmp_path):
    shelf = Shelf(tmp_path)
    shelf.put(EVENT, b"sealed")
    assert shelf.get(EVENT) == b"sealed"
    [path] = (tmp_path / "evidence").glob("*/*")
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert shelf.remove(EVENT)
    assert not shelf.remove(EVENT)
    with pytest.raises(FileNotFoundError):
        shelf.get(EVENT)


@pytest.mark.parametrize("event", ["", "../../keys/value.k1", "*" * 26, EVENT.lower()])
def test_only_events_name_boxes(tmp_path, event):
    for act in (Shelf(tmp_path).get, Shelf(tmp_path).remove, lambda name: Shelf(tmp_path).put(name, b"")):
        with pytest.raises(ValueError, match="event"):
            act(event)


def test_a_piece_that_a_crash_left_is_no_box_and_goes_with_its_day(tmp_path):
    shelf = Shelf(tmp_path)
    shelf.put(EVENT, b"sealed")
    day = next((tmp_path / "evidence").iterdir())
    (day / f".{EVENT[:-1]}Z.new").write_bytes(b"sea")
    with pytest.raises(FileNotFoundError):
        shelf.get(EVENT[:-1] + "Z")
    now = datetime.now(UTC)
    assert shelf.expire(30, now + timedelta(days=29)) == []
    assert shelf.expire(30, now + timedelta(days=32)) == [day.name]
    assert list((tmp_path / "evidence").iterdir()) == []


def test_a_box_that_cannot_be_written_leaves_nothing(tmp_path, monkeypatch):
    def full(handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="space"):
        Shelf(tmp_path).put(EVENT, b"sealed")
    assert list((tmp_path / "evidence").glob("*/.*")) == []


def test_what_is_no_day_stays(tmp_path):
    (tmp_path / "evidence" / "notes").mkdir(parents=True)
    assert Shelf(tmp_path).expire(1, datetime.now(UTC) + timedelta(days=9)) == []
    assert (tmp_path / "evidence" / "notes").is_dir()

from proxy.audit.recent import recent


def test_the_newest_records_of_a_kind_come_oldest_first(trail):
    trail.write(1, 2, 3)
    trail.write(4, 5, slot="1")
    assert [record["records"] for record in recent(trail.folder, "heartbeat", 3)] == [3, 4, 5]
    assert recent(trail.folder, "decision", 3) == []


def test_only_the_end_of_a_long_file_is_read(trail, monkeypatch):
    monkeypatch.setattr("proxy.audit.recent._TAIL", 700)
    trail.write(*range(50))
    found = recent(trail.folder, "heartbeat", 99)
    assert 0 < len(found) < 5
    assert found[-1]["records"] == 49


def test_what_is_not_there_is_nothing(tmp_path):
    assert recent(tmp_path / "nowhere", "decision", 3) == []

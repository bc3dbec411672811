import json

from proxy.evidence.keeper import Keeper, digest
from proxy.evidence.reviewers import Panel, make, read_private
from proxy.evidence.sealing import unseal
from proxy.evidence.shelf import Shelf
from proxy.judging.drive import drive
from tests.inside import CLIENT, exchange, scanner, snapshot

EVENT = "01KAR4V3W0QJ8Z7S1C5N2M6XTP"


def judged(text: str):
    runner, words = scanner()
    return drive(exchange(text), CLIENT, snapshot([words]), runner).judged


def panel():
    made = [make(name, b"correct horse") for name in ("alice", "bob")]
    return Panel(tuple(reviewer for reviewer, _ in made)), [read_private(pem, b"correct horse") for _, pem in made]


async def test_what_a_rule_matched_is_kept_and_named_by_its_hash(tmp_path):
    reviewers, keys = panel()
    told = await Keeper(tmp_path, reviewers).keep(judged("my CARD is"), EVENT)
    box = Shelf(tmp_path).get(EVENT)
    assert told == digest(box)
    read = json.loads(unseal(box, EVENT, *keys))
    assert read["event"] == EVENT
    assert [(row["before"], row["value"], row["after"]) for row in read["findings"]] == [("my ", "CARD", " is")]


async def test_it_is_off_without_reviewers(tmp_path):
    assert await Keeper(tmp_path, Panel()).keep(judged("my CARD is"), EVENT) == ""
    assert not (tmp_path / "evidence").exists()


async def test_nothing_is_kept_where_nothing_was_found(tmp_path):
    assert await Keeper(tmp_path, panel()[0]).keep(judged("hello"), EVENT) == ""
    assert not (tmp_path / "evidence").exists()


async def test_a_disk_that_refuses_is_said_and_never_decides(tmp_path, caplog):
    (tmp_path / "evidence").write_text("no folder")
    assert await Keeper(tmp_path, panel()[0]).keep(judged("my CARD is"), EVENT) == "failed"
    assert "evidence cannot be kept" in caplog.text
    assert "CARD" not in caplog.text

"""The walk-through of docs/audit.md: keys made, reviewers trusted, evidence opened by two, every opening written down."""

import asyncio
import io
import json

import pytest

from proxy.audit import record as records
from proxy.audit.search import Query, search
from proxy.cli.audit_entry import enter
from proxy.cli.main import main
from proxy.evidence.keeper import Keeper
from proxy.evidence.reviewers import panel_of, read_panel
from proxy.evidence.shelf import Shelf
from proxy.judging.drive import drive
from tests.inside import CLIENT, exchange, scanner, snapshot

EVENT = "01KAR4V3W0QJ8Z7S1C5N2M6XTP"
WORDS = {"alice": "correct horse", "bob": "battery staple", "eve": "troubadour 4"}


@pytest.fixture
def hushgate(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)

    def run(*arguments, typed=""):
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        return main(["audit", "evidence", *arguments])

    return run


@pytest.fixture
def kept(hushgate, tmp_path):
    """Three people with keys, two of them trusted, and one refused request."""
    for name, passphrase in WORDS.items():
        assert hushgate("key", name, typed=f"{passphrase}\n") == 0
    assert hushgate("trust", "alice.pub", "bob.pub", "--days", "7") == 0
    runner, words = scanner()
    judged = drive(exchange("my CARD is"), CLIENT, snapshot([words]), runner).judged
    told = asyncio.run(Keeper(tmp_path / "var", read_panel(panel_of(tmp_path / "var"))).keep(judged, EVENT))
    record = records.decision(judged, event=EVENT, replaced=1, revision="sha256:" + "4c" * 32, evidence=told)
    enter(tmp_path / "var" / "audit", record)
    return tmp_path / "var"


def opening(hushgate, *names, event=EVENT):
    keys = [argument for name in names for argument in ("--key", f"{name}.key")]
    typed = "".join(f"{WORDS[name]}\n" for name in names)
    return hushgate("open", event, *keys, "--why", "case 4711", "--json", typed=typed)


def accesses(state):
    return [
        (r["event"], r["by"], r["why"], r["opened"]) for r in search(state / "audit", Query(type="evidence_access"))
    ]


def test_two_reviewers_open_it_and_that_is_written_down(hushgate, kept, capsys):
    capsys.readouterr()
    assert opening(hushgate, "bob", "alice") == 0
    assert json.loads(capsys.readouterr().out)["findings"][0]["value"] == "CARD"
    assert accesses(kept) == [(EVENT, ["bob", "alice"], "case 4711", True)]


def test_a_person_reads_it_on_a_terminal(hushgate, kept, capsys):
    typed = f"{WORDS['alice']}\n{WORDS['bob']}\n"
    assert hushgate("open", EVENT, "--key", "alice.key", "--key", "bob.key", "--why", "x", typed=typed) == 0
    assert "my >>>CARD<<< is" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("names", "why"), [(("alice", "alice"), "one key twice"), (("alice", "eve"), "other reviewers")]
)
def test_a_try_that_fails_is_written_down_too(hushgate, kept, capsys, names, why):
    assert opening(hushgate, *names) == 1
    said = capsys.readouterr()
    assert why in said.err
    assert "CARD" not in said.out + said.err
    assert [(by[0], opened) for _, by, _, opened in accesses(kept)] == [("alice", False)]


def test_a_box_that_was_put_in_anothers_place_does_not_open(hushgate, kept, capsys):
    [box] = (kept / "evidence").glob("*/*.sealed")
    box.write_bytes(box.read_bytes() + b" ")
    assert opening(hushgate, "alice", "bob") == 1
    assert "not what the record of the event says" in capsys.readouterr().err


def test_where_the_opening_cannot_be_written_down_nothing_is_shown(hushgate, kept, capsys, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("proxy.audit.journal.Journal.append", full)
    assert opening(hushgate, "alice", "bob") == 2
    said = capsys.readouterr()
    assert "the audit log cannot be written" in said.err
    assert "CARD" not in said.out + said.err


def test_one_key_or_no_evidence_or_no_event_is_told(hushgate, kept, capsys):
    assert opening(hushgate, "alice") == 2
    assert opening(hushgate, "alice", "bob", event=EVENT[:-1] + "Z") == 2
    assert opening(hushgate, "alice", "bob", event="../x") == 2
    said = capsys.readouterr().err
    assert all(text in said for text in ("two reviewers open", "there is no evidence of", "this is no event id"))


def test_a_wrong_passphrase_is_told(hushgate, kept, capsys):
    assert hushgate("open", EVENT, "--key", "alice.key", "--key", "bob.key", "--why", "x", typed="no\nno\n") == 2
    assert "another passphrase" in capsys.readouterr().err


def test_keys_are_private_and_never_overwritten(hushgate, kept, tmp_path, capsys):
    assert (tmp_path / "alice.key").stat().st_mode & 0o777 == 0o600
    assert not list(kept.rglob("*.key"))
    assert hushgate("key", "alice", typed="correct horse\n") == 2
    assert hushgate("key", "short", typed="horse\n") == 2
    assert hushgate("key", "a b", typed="correct horse\n") == 2
    said = capsys.readouterr().err
    assert all(text in said for text in ("is there already", "eight characters", "letters"))


def test_reviewers_are_listed_and_taken_out(hushgate, kept, capsys):
    capsys.readouterr()
    assert hushgate("list", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["on"], told["days"], [row["name"] for row in told["reviewers"]]) == (True, 7, ["alice", "bob"])
    assert hushgate("trust", "alice.pub") == 2
    assert hushgate("trust", "alice.pub", "nobody.pub") == 2
    assert hushgate("trust") == 0
    assert hushgate("list") == 0
    assert "evidence is off" in capsys.readouterr().err
    assert Shelf(kept).get(EVENT)

"""`hushgate audit erase`, with nobody serving: counted, done, signed, clean."""

import json
import os
import threading

import pytest

from proxy.audit import record as records
from proxy.audit.notary import Notary
from proxy.audit.signing import open_signer
from proxy.cli import audit_erase
from proxy.cli.audit_entry import enter
from proxy.cli.main import main
from proxy.evidence.shelf import Shelf
from proxy.exchange import Client

EVENT = "01KAR4V3W0QJ8Z7S1C5N2M6XTP"


@pytest.fixture
def state(tmp_path):
    alice, bob = Client("10.0.0.1", "alice@example.com"), Client("10.0.0.2", "bob@example.com")
    enter(
        tmp_path / "audit",
        records.refused(client=alice, reason="private", host="a.example", port=443, event=EVENT),
        records.refused(client=bob, reason="private", host="a.example", port=443),
    )
    Shelf(tmp_path).put(EVENT, b"sealed")
    return tmp_path


def erase(state, *arguments):
    return main(["audit", "erase", "--state", str(state), *arguments])


def verified(state, capsys):
    capsys.readouterr()
    main(["audit", "verify", "--json", "--state", str(state)])
    told = json.loads(capsys.readouterr().out)
    return told["problems"], told["erased"]


def text(state):
    return b"".join(path.read_bytes() for path in (state / "audit").iterdir())


def test_without_yes_it_only_counts(state, capsys):
    assert erase(state, "--user", "alice@example.com") == 1
    said = capsys.readouterr()
    assert "1 records of 1 events" in said.out
    assert "--yes does it" in said.err
    assert b"alice" in text(state)


def test_records_and_evidence_go_and_the_trail_is_clean(state, capsys):
    assert erase(state, "--user", "alice@example.com", "--yes") == 0
    assert "erased 1 records and 1 pieces of evidence" in capsys.readouterr().out
    assert b"alice" not in text(state)
    assert b"bob@example.com" in text(state)
    assert not list((state / "evidence").rglob("*.sealed"))
    assert verified(state, capsys) == ([], 1)
    assert erase(state, "--user", "alice@example.com", "--yes") == 0


def test_an_address_will_do_where_there_is_no_user(state, capsys):
    assert erase(state, "--ip", "10.0.0.2", "--yes") == 0
    assert b"bob" not in text(state)
    assert verified(state, capsys) == ([], 1)


def test_with_a_proxy_running_it_waits_for_its_signature(state, capsys, monkeypatch):
    """Who signs is told by the run file; here another thread is the proxy's custodian."""
    open_signer(state)
    (state / "run.json").write_text(json.dumps({"pid": os.getpid()}))
    asked = threading.Event()
    real = audit_erase._signed

    def signed(*arguments):
        asked.set()
        return real(*arguments)

    def custodian():
        asked.wait(60)
        Notary(state / "audit", open_signer(state)).look()

    monkeypatch.setattr(audit_erase, "_signed", signed)
    thread = threading.Thread(target=custodian)
    thread.start()
    assert erase(state, "--user", "alice@example.com", "--yes") == 0
    thread.join()
    assert verified(state, capsys) == ([], 1)


def test_where_nobody_signs_nothing_is_erased(state, capsys, monkeypatch):
    open_signer(state)
    (state / "run.json").write_text(json.dumps({"pid": os.getpid()}))
    monkeypatch.setattr(audit_erase, "_PATIENCE", 0.0)
    assert erase(state, "--user", "alice@example.com", "--yes") == 2
    assert "nothing was erased" in capsys.readouterr().err
    assert b"alice" in text(state)

import argparse
import io
import json
from pathlib import Path

import pytest

from detectors.finding import keyed_digester
from proxy.cli import audit
from proxy.cli.voice import Failure

DECISION = {
    "id": "01KAR4V3W0QJ8Z7S1C5N2M6XTP",
    "ts": "2026-11-23T15:26:31.123456Z",
    "type": "decision",
    "who": {"user": "", "ip": "10.20.3.7"},
    "app": {"id": "openai-api"},
    "facts": {"unknown": ["media"], "findings": [{"entity": "US_SSN", "count": 2}]},
    "decision": {
        "action": "redact",
        "rules": [{"id": "redact-government-ids"}],
        "would": {"action": "block", "rules": [{"id": "no-code"}]},
        "replaced": 2,
    },
}
SKIPPED = {
    "id": "01KAR4V3W0QJ8Z7S1C5N2M6XTQ",
    "ts": "2026-11-23T15:26:32.000000Z",
    "type": "skipped",
    "app": {"host": "169.254.169.254"},
    "action": "refused",
    "reason": "metadata",
}
RELOAD = {"id": "R", "ts": "2026-11-23T15:26:33.000000Z", "type": "policy_reload", "good": False}


@pytest.fixture
def state(tmp_path):
    folder = tmp_path / "audit"
    folder.mkdir()
    (folder / "n-0-b.jsonl").write_text("".join(json.dumps(each) + "\n" for each in (DECISION, SKIPPED, RELOAD)))
    return str(tmp_path)


def hushgate(*arguments):
    top = argparse.ArgumentParser()
    audit.register(top.add_subparsers())
    args = top.parse_args(["audit", *arguments])
    return args.func(args)


def test_a_person_reads_a_line_a_record(state, capsys):
    assert hushgate("search", "--state", state) == 0
    assert capsys.readouterr().out.splitlines() == [
        "2026-11-23T15:26:31Z  01KAR4V3W0QJ8Z7S1C5N2M6XTP  decision  service=openai-api  user=10.20.3.7  action=redact"
        "  rules=redact-government-ids  would=no-code  found=US_SSNx2  unknown=media  replaced=2",
        "2026-11-23T15:26:32Z  01KAR4V3W0QJ8Z7S1C5N2M6XTQ  skipped  host=169.254.169.254  action=refused"
        "  reason=metadata",
        "2026-11-23T15:26:33Z  R  policy_reload  good=False",
    ]


def test_a_machine_reads_whole_records(state, capsys):
    assert hushgate("search", "--state", state, "--json", "--entity", "US_SSN") == 0
    assert json.loads(capsys.readouterr().out) == DECISION


def test_the_reference_that_a_user_was_shown_leads_to_the_decision(state, capsys):
    hushgate("search", "--state", state, "--event", DECISION["id"])
    assert len(capsys.readouterr().out.splitlines()) == 1


def test_the_newest(state, capsys):
    hushgate("search", "--state", state, "--last", "1")
    assert "policy_reload" in capsys.readouterr().out


def test_nothing_found_is_no_error(state, capsys):
    assert hushgate("search", "--state", state, "--user", "nobody") == 0
    assert capsys.readouterr().out == ""


def test_no_trail(tmp_path):
    with pytest.raises(Failure, match="there is no audit trail in") as caught:
        hushgate("search", "--state", str(tmp_path))
    assert "--state DIR" in caught.value.hint


def test_since_that_is_no_time(state):
    with pytest.raises(Failure, match="--since: 'yesterday' is no time"):
        hushgate("search", "--state", state, "--since", "yesterday")


def test_a_verb_is_needed(capsys):
    with pytest.raises(SystemExit) as caught:
        hushgate()
    assert caught.value.code == 2
    assert "required: VERB" in capsys.readouterr().err


def by_value(state, monkeypatch, text, *arguments):
    monkeypatch.setattr("sys.stdin", io.StringIO(text))
    return hushgate("search", "--state", state, "--value", *arguments)


def test_a_value_is_asked_for_and_shown_nowhere(state, capsys, monkeypatch):
    key = b"k" * 32
    folder = Path(state) / "keys"
    folder.mkdir()
    (folder / "value.k1").write_bytes(key)
    hashed = "k1:" + keyed_digester(key)("US_SSN", "123456789")
    row = {"entity": "US_SSN", "count": 1, "distinct": 1, "digests": [hashed]}
    known = {**DECISION, "facts": {"unknown": [], "findings": [row]}}
    (Path(state) / "audit" / "n-1-b.jsonl").write_text(json.dumps(known) + "\n")
    assert by_value(state, monkeypatch, "123-45-6789\n", "--json") == 0
    assert json.loads(capsys.readouterr().out) == known
    assert by_value(state, monkeypatch, "123-45-6780\n") == 1
    assert capsys.readouterr().out == ""
    with pytest.raises(Failure, match="no value was given"):
        by_value(state, monkeypatch, "\n")
    assert not [path for path in Path(state).rglob("*") if path.is_file() and b"6789" in path.read_bytes()]


def test_records_that_cannot_tell_are_named(state, capsys, monkeypatch):
    (Path(state) / "keys").mkdir()
    (Path(state) / "keys" / "value.k1").write_bytes(b"k" * 32)
    row = {"entity": "US_SSN", "count": 300, "distinct": 300, "digests": ["k1:" + "ab" * 16]}
    full = {**DECISION, "facts": {"unknown": [], "findings": [row]}}
    (Path(state) / "audit" / "n-1-b.jsonl").write_text(json.dumps(full) + "\n")
    assert by_value(state, monkeypatch, "123-45-6789\n") == 1
    said = capsys.readouterr()
    assert "1 more records found more different values than they hold hashes of" in said.err
    assert DECISION["id"] in said.err
    assert said.out == ""


def test_without_the_key_no_value_can_be_asked_for(state, monkeypatch):
    with pytest.raises(Failure, match="cannot be read"):
        by_value(state, monkeypatch, "x\n")


def test_packed_files_are_read_too(state, capsys):
    from proxy.audit.reading import pack

    pack(Path(state) / "audit" / "n-0-b.jsonl")
    assert hushgate("search", "--state", state, "--until", "2026-11-23T15:26:32Z", "--json") == 0
    assert len(capsys.readouterr().out.splitlines()) == 1

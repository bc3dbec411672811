import io
import json

import pytest

from proxy.audit import upkeep
from proxy.audit.notary import Notary
from proxy.audit.settings import AuditSettings
from proxy.audit.signing import open_signer
from proxy.audit.writer import AuditWriter
from proxy.cli.main import main

EVENT = upkeep.heartbeat(7, 0)


@pytest.fixture
def state(tmp_path):
    notary = Notary(tmp_path / "audit", open_signer(tmp_path))
    writer = AuditWriter.open(tmp_path / "audit", slot="0", settings=AuditSettings(node="n"))
    for record in (upkeep.heartbeat(1, 0), EVENT, upkeep.stop()):
        writer.append(record).result(30)
    writer.end()
    notary.look()
    return tmp_path


def hushgate(*arguments):
    return main(["audit", *map(str, arguments)])


def test_a_clean_folder_is_clean(state, capsys):
    assert hushgate("verify", "--state", state) == 0
    shown = capsys.readouterr().out.splitlines()
    assert shown[0].startswith("3 records in 1 chains; 1 checkpoints, the last of ")
    assert shown[1] == "signed 3, erased 0, not signed yet 0"
    assert shown[2].startswith("key hushgate/")
    assert shown[3] == "clean: nothing was changed, moved or taken out"


def test_a_change_is_named_and_the_exit_code_is_1(state, capsys):
    [path] = (state / "audit").glob("n-*.jsonl")
    path.write_bytes(path.read_bytes().replace(b'"records":7', b'"records":8'))
    assert hushgate("verify", "--state", state) == 1
    assert (
        capsys.readouterr().out.splitlines()[0]
        == f"wrong  {path.stem} record 2: is not what was signed: it was changed"
    )
    assert hushgate("verify", "--state", state, "--json") == 1
    [problem] = json.loads(capsys.readouterr().out)["problems"]
    assert (problem["where"], problem["record"]) == (path.stem, 2)


def test_a_proof_goes_from_hand_to_hand(state, capsys, tmp_path, monkeypatch):
    assert hushgate("prove", EVENT["id"], "--state", state) == 0
    proof = capsys.readouterr().out
    hushgate("verify", "--state", state)
    key = capsys.readouterr().out.splitlines()[2].removeprefix("key ")
    file = tmp_path / "proof.json"
    file.write_text(proof)
    assert hushgate("prove", "--check", file, "--state", tmp_path / "nowhere", "--key", key) == 0
    assert json.loads(capsys.readouterr().out)["records"] == 7
    monkeypatch.setattr("sys.stdin", io.StringIO(proof.replace('records\\":7', 'records\\":9')))
    assert hushgate("prove", "--check", "-", "--state", state) == 1
    assert "not among those that were signed" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("verify", "--state", "nowhere"), "there is no audit trail in nowhere"),
        (("prove", "01KAR4V3W0QJ8Z7S1C5N2M6XTP"), "there is no record of this event"),
        (("prove",), "there is no record of this event"),
        (("verify", "--key", "nonsense"), "this is no Ed25519 verifier key"),
        (("verify", "--checkpoint", "nowhere"), "nowhere: No such file or directory"),
        (("prove", "--check", "nowhere"), "nowhere: No such file or directory"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_wrong_is_said(state, capsys, arguments, complaint):
    named = () if "--state" in arguments else ("--state", state)
    assert hushgate(*arguments, *named) == 2
    assert complaint in capsys.readouterr().err


def test_without_a_key_there_is_a_hint(state, capsys):
    (state / "keys" / "audit-sign.pub").unlink()
    assert hushgate("verify", "--state", state) == 2
    assert "--key" in capsys.readouterr().err

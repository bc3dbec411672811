"""Built, listed, asked, and decided about: `hushgate fingerprint`."""

import inspect
import json
import textwrap
from pathlib import Path

import pytest

from detectors.load import Settings, load
from detectors.scan import Scanner
from policies.model import Action
from proxy.cli.main import main
from proxy.config import load as load_config
from proxy.judging.drive import drive
from proxy.supervisor.detection import detection
from proxy.supervisor.files import detector_files
from tests.detectors.fingerprint.papers import code, prose
from tests.inside import CLIENT, exchange, snapshot

POLICY = """
schema: policy/v1
policy: t
owner: t@example.com
classes:
  - {name: Public}
  - {name: Restricted, documents: ["board/*"]}
rules:
  - id: payments-stay
    mode: enforce
    match: {content: {any: [{documents: ["payments/*"], min_overlap: 0.3}]}}
    action: {type: block, message: That is ours.}
  - id: customers-out
    mode: enforce
    match: {content: {any: [{entities: [EXACT_DATA]}]}}
    action: {type: redact}
  - id: watch-the-board
    mode: enforce
    match: {content: {any: [{class_at_least: Restricted}]}}
    action: {type: monitor}
"""


@pytest.fixture
def state(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    folder = tmp_path / "state"
    for name, text in {"payments/ledger.py": code(1), "board/plan.txt": prose(2)}.items():
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text(text)
    (tmp_path / "c.csv").write_text("name,mail,phone\nAnn Bell,ann@example.com,+1 555 010 2233\n")
    assert main(["fingerprint", "build", str(tmp_path / "payments"), "--state", str(folder)]) == 0
    assert main(["fingerprint", "build", str(tmp_path / "board"), "--state", str(folder)]) == 0
    built = ["build", "--csv", str(tmp_path / "c.csv"), "--primary", "mail,phone", "--name", "customers"]
    assert main(["fingerprint", *built, "--state", str(folder)]) == 0
    assert "1 documents" in capsys.readouterr().err
    return folder


def test_what_was_built_is_listed_and_asked(state: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fingerprint", "list", "--json", "--state", str(state)]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [(row["name"], row["kind"], row["documents"], row["rows"]) for row in rows] == [
        ("board", "documents", 1, 0), ("customers", "table", 0, 1), ("payments", "documents", 1, 0),
    ]  # fmt: skip
    asked = tmp_path / "asked.txt"
    asked.write_text("see: " + " ".join(prose(2).split()[20:70]))
    assert main(["fingerprint", "query", str(asked), "--json", "--state", str(state)]) == 1
    assert [row["source"] for row in json.loads(capsys.readouterr().out)] == ["board/plan.txt"]
    asked.write_text(prose(99))
    assert main(["fingerprint", "query", str(asked), "--state", str(state)]) == 0


def test_rules_about_documents_and_records_hold_from_the_configuration_on(state: Path) -> None:
    config = load_config({"state": str(state), "families": "fingerprint"}, None, {})
    detectors = load(detection(config))
    assert [d.cost for d in detectors] == ["fingerprint"]
    taken = snapshot(detectors, POLICY)

    def sent(text: str):
        outcome = drive(exchange(text), CLIENT, taken, Scanner(detectors))
        assert outcome.judged is not None
        return outcome

    pasted = "\n".join(code(1).split("\n")[8:24])
    assert sent("fix this:\n" + pasted).action is Action.BLOCK
    assert not sent("fix this:\n" + inspect.getsource(textwrap)[:2000]).refused
    assert sent(pasted + "\n" + prose(98, 3000)).action is not Action.BLOCK  # below the overlap that the rule wants
    redacted = sent("Ann Bell (ann@example.com) called")
    assert json.loads(redacted.body or b"")["messages"][0]["content"].count("REDACTED_EXACT_DATA") == 2
    board = sent(" ".join(prose(2).split()[20:70]))
    assert board.judged is not None
    assert board.judged.verdict.data_class == "Restricted"


def test_an_index_made_anew_asks_for_new_inspectors(state: Path, tmp_path: Path) -> None:
    config = load_config({"state": str(state)}, None, {})
    before = detector_files(config)
    assert sum(path.endswith(".hgi") for path in before) == 3
    (state / "index" / "board.hgi").unlink()
    assert detector_files(config) != before


def test_the_key_never_shows(state: Path) -> None:
    key = (state / "keys" / "index.key").read_bytes()
    settings = detection(load_config({"state": str(state)}, None, {}))
    assert settings.index_key == key.hex()
    assert key.hex() not in repr(settings)
    assert detection(load_config({"state": str(state.parent)}, None, {})).index_key == ""
    assert Settings().index_key == ""


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "name either files"),
        (["--csv", "c.csv"], "no primary column"),
        (["--csv", "c.csv", "--primary", "age"], "none of the columns"),
        (["--csv", "gone.csv", "--primary", "mail"], "No such file"),
        (["--database", "gone.db", "--query", "select 1", "--primary", "a"], "no database"),
        (["--database", "gone.db"], "with --query SQL"),
        (["--database", "klingon://db/crm", "--query", "select 1", "--primary", "a"], "no driver for klingon"),
        (["payments", "--name", "../up"], "cannot be the name"),
        (["empty"], "no text"),
    ],
    ids=["nothing", "primary", "column", "file", "database", "query", "driver", "name", "empty"],
)
def test_what_cannot_be_built_is_said_and_changes_nothing(
    state: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch,
    arguments: list[str], said: str,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    before = sorted(path.name for path in (state / "index").iterdir())
    assert main(["fingerprint", "build", *arguments, "--state", str(state)]) == 2
    assert said in capsys.readouterr().err
    assert sorted(path.name for path in (state / "index").iterdir()) == before


def test_without_its_key_an_index_is_not_made_with_another(state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (state / "keys" / "index.key").unlink()
    assert main(["fingerprint", "list", "--state", str(state)]) == 2
    assert "index.key is missing" in capsys.readouterr().err

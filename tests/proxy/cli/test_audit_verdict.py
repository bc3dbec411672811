import json

import pytest

from proxy.cli.main import main
from tests.proxy.cli.test_audit_search import DECISION

EVENT = DECISION["id"]


@pytest.fixture
def state(tmp_path):
    (tmp_path / "audit").mkdir()
    (tmp_path / "audit" / "n-0-b.jsonl").write_text(json.dumps(DECISION) + "\n")
    return str(tmp_path)


def verdict(state, *arguments):
    return main(["audit", "verdict", *arguments, "--state", state])


def test_a_verdict_is_written_down_and_shows_in_the_precision(state, capsys):
    assert verdict(state, EVENT, "tp") == 0
    assert verdict(state, EVENT, "fp") == 0
    capsys.readouterr()
    assert verdict(state) == 0
    assert capsys.readouterr().out.splitlines() == [
        "no-code                                  right    0  wrong    1  precision 0.00",
        "redact-government-ids                    right    0  wrong    1  precision 0.00",
    ]


def test_without_verdicts_there_is_a_hint(state, capsys):
    assert verdict(state) == 0
    assert "hushgate audit verdict EVENT fp|tp" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [((EVENT,), "a verdict is fp or tp"), (("01KAR4V3W0QJ8Z7S1C5N2M6XTZ", "fp"), "there is no decision of this event")],
)
def test_what_is_wrong_is_said(state, capsys, arguments, complaint):
    assert verdict(state, *arguments) == 2
    assert complaint in capsys.readouterr().err


def test_precision_comes_for_machines_too(state, capsys):
    assert verdict(state, EVENT, "fp") == 0
    capsys.readouterr()
    assert verdict(state, "--json") == 0
    assert json.loads(capsys.readouterr().out)[0] == {"rule": "no-code", "right": 0, "wrong": 1, "precision": 0.0}

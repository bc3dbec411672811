import csv
import io
import json

import pytest

from proxy.cli.audit_export import FORMATS
from proxy.cli.main import main
from tests.proxy.cli.test_audit_search import DECISION, RELOAD, SKIPPED

ROW = {"entity": "US_SSN", "category": "pii", "count": 2, "distinct": 1, "by": [[0.9, 2, 1]], "where": ["$.a"]}


@pytest.fixture
def state(tmp_path):
    (tmp_path / "audit").mkdir()
    whole = {**DECISION, "facts": {"unknown": [], "findings": [ROW]}}
    (tmp_path / "audit" / "n-0-b.jsonl").write_text("".join(json.dumps(r) + "\n" for r in (whole, SKIPPED, RELOAD)))
    return str(tmp_path)


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_has_its_lines(state, capsys, name):
    assert main(["audit", "export", "--format", name, "--state", state, "--type", "decision"]) == 0
    shown = capsys.readouterr()
    assert len(shown.out.splitlines()) == {"ocsf": 2, "csv": 2}.get(name, 1)
    assert "1 records exported" in shown.err


def test_a_spreadsheet_gets_a_head_line(state, capsys):
    main(["audit", "export", "--format", "csv", "--state", state])
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [row["type"] for row in rows] == ["decision", "skipped", "policy_reload"]
    assert rows[0]["entities"] == "US_SSN"


def test_what_has_no_form_is_counted(state, capsys):
    main(["audit", "export", "--format", "ocsf", "--state", state])
    assert "2 records exported, 1 have no form in ocsf" in capsys.readouterr().err

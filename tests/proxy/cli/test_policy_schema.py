"""`hushgate policy schema`."""

from pathlib import Path

import pytest

from tests.proxy.cli.asked import hushgate

ROOT = Path(__file__).resolve().parents[3]


def test_schema_is_the_shipped_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert hushgate("schema") == 0
    assert capsys.readouterr().out == (ROOT / "policies" / "schema.json").read_text(encoding="utf-8")

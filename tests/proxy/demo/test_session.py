"""The demo runs the real program, its transcript stands in the docs, and another policy changes what it prints."""

from pathlib import Path

import pytest

from proxy.demo import session
from scripts import render_demo

pytestmark = [pytest.mark.proxy, pytest.mark.xdist_group("demo")]


def test_the_transcript_in_the_docs_is_what_it_prints() -> None:
    assert render_demo.PAGE.read_text() == render_demo.page(), "run: .venv/bin/python scripts/render_demo.py"


def test_another_policy_changes_what_it_prints(tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text(
        "schema: policy/v1\npolicy: p\nowner: o@example.com\nrules:\n"
        "  - {id: no-csv, mode: enforce, match: {content: {any: [{entities: [CREDIT_CARD]}]}},\n"
        "     action: {type: block, message: No cards here.}}\n"
    )
    text = render_demo.transcript("--policies", str(tmp_path / "p.yaml"))
    assert "No cards here." in text
    assert "rules=no-csv" in text
    assert "secrets-never-leave" not in text


def test_a_policy_that_cannot_be_put_in_force_is_told(tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text("schema: nope\n")
    with pytest.raises(session.DemoError, match=r"p\.yaml:1"):
        session.run([str(tmp_path / "p.yaml")], print, print)

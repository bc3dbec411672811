"""Docs that are made from tables agree with them; the command line and the README agree with the docs."""

import re
from pathlib import Path

import pytest

from proxy.cli.main import VERBS
from scripts.render_docs import PAGES

ROOT = Path(__file__).resolve().parents[1]


@pytest.mark.parametrize("page", PAGES)
def test_a_page_made_from_a_table_is_up_to_date(page: str) -> None:
    assert (ROOT / page).read_text() == PAGES[page](), "run: .venv/bin/python scripts/render_docs.py"


def test_every_verb_is_documented() -> None:
    text = "".join(
        path.read_text() for path in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")]
    )
    missing = [verb for verb in VERBS if not re.search(rf"hushgate {verb}|`{verb}`", text)]
    assert not missing


def test_the_readme_is_short() -> None:
    assert len((ROOT / "README.md").read_text().splitlines()) <= 120


def test_every_make_target_of_the_readme_exists() -> None:
    makefile = (ROOT / "Makefile").read_text()
    for target in re.findall(r"make ([a-z-]+)", (ROOT / "README.md").read_text()):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target

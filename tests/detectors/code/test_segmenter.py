from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import detectors.code
from detectors.code import segmenter as module
from detectors.code.segmenter import Segmenter

SEGMENTER = Segmenter.load(Path(detectors.code.__file__).with_name("segmenter.npz"))
PYTHON = "def area(r):\n    if r < 0:\n        raise ValueError(r)\n    return 3.14 * r ** 2"


def runs(text):
    return [(run.first, run.last, run.lines) for run in SEGMENTER.segment(text)]


def test_code_between_prose():
    text = f"Could you have a look at this function for me?\n\n{PYTHON}\n\nIt fails for large numbers, I think."
    assert runs(text) == [(2, 5, 4)]


def test_prose_alone():
    assert runs("Dear Ms Lund,\n\nthank you for your letter. We meet on Monday at nine.\n\nKind regards") == []


def test_nothing():
    assert runs("") == runs("\n\n  \n") == []


def test_two_blocks_with_prose_between():
    text = f"{PYTHON}\n\nAnd here is the query that we use to fill it:\n\nSELECT id, r\nFROM circles\nWHERE r > 0;"
    assert runs(text) == [(0, 3, 4), (7, 9, 3)]


def test_blank_lines_within_a_block_do_not_break_it_nor_count():
    text = "import os\nimport sys\n\n\ndef main():\n    os.chdir(sys.argv[1])\n"
    assert runs(text) == [(0, 5, 4)]


def test_two_fenced_blocks_are_two():
    text = f"```python\n{PYTHON}\n```\n\n```sql\nSELECT 1;\n```"
    found = SEGMENTER.segment(text)
    assert [(run.first, run.last, run.fence.language) for run in found] == [(1, 4, "python"), (8, 8, "sql")]


def test_a_fence_without_a_name_is_noted_too():
    (run,) = SEGMENTER.segment(f"See below:\n```\n{PYTHON}\n```\nThanks!")
    assert (run.fence.first, run.fence.last, run.fence.language) == (1, 6, "")


def test_a_comment_in_code_belongs_to_it():
    text = "int n = 0;\n// the customers of the week that nobody has called yet\nfor (i = 0; i < m; i++) n += a[i];"
    assert runs(text) == [(0, 2, 3)]


def test_configuration_is_told_from_program_text():
    (run,) = SEGMENTER.segment(
        "[server]\nhost = 0.0.0.0\nport = 8443\n\n[database]\npool_size = 10\nurl = postgres://db/app"
    )
    assert run.config
    (run,) = SEGMENTER.segment(PYTHON)
    assert not run.config


def test_scores_are_probabilities():
    for run in SEGMENTER.segment(f"Hello!\n{PYTHON}\nls -la\nbye"):
        assert 0.5 <= run.score <= 0.999


def test_too_little_evidence_is_no_run(monkeypatch):
    monkeypatch.setattr(module, "LEAST", 1000.0)
    assert runs(PYTHON) == []


def test_a_megabyte_of_anything_comes_to_an_end():
    for unit in ("a", "\n", "a\n", "x = 1;\n", "/**/", "```\n", '"', "{([", "\u00e9\n"):
        SEGMENTER.segment(unit * (1_000_000 // len(unit)))


@given(st.text(st.characters(), max_size=300))
def test_runs_are_in_order_apart_and_within_the_text(text):
    lines = text.split("\n")
    before = -1
    for run in SEGMENTER.segment(text):
        assert before < run.first <= run.last < len(lines)
        assert lines[run.first].strip()
        assert lines[run.last].strip()
        assert 1 <= run.lines <= run.last - run.first + 1
        before = run.last


def test_saved_and_loaded_it_is_the_same(tmp_path):
    SEGMENTER.save(tmp_path / "copy.npz")
    copy = Segmenter.load(tmp_path / "copy.npz")
    text = f"Hello!\n{PYTHON}\nbye"
    assert copy.segment(text) == SEGMENTER.segment(text)


def test_a_file_that_is_none_is_refused(tmp_path):
    with pytest.raises(OSError, match="nowhere"):
        Segmenter.load(tmp_path / "nowhere.npz")
    np.savez(tmp_path / "other.npz", x=np.zeros(3))
    with pytest.raises(KeyError):
        Segmenter.load(tmp_path / "other.npz")


def test_the_shipped_weights_are_small():
    assert Path(detectors.code.__file__).with_name("segmenter.npz").stat().st_size < 300_000

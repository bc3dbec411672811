"""The segmenter: runs of lines, stored weights that are read back the same."""

from pathlib import Path

import numpy as np
import pytest

from detectors.code.segmenter import Segmenter

STORED = Path(__file__).resolve().parents[3] / "detectors" / "code" / "segmenter.npz"
CODE = "import os\n\nfor name in os.listdir('.'):\n    print(name)\n"


@pytest.fixture(scope="module")
def segmenter() -> Segmenter:
    return Segmenter.load(STORED)


def test_lines_count_from_nought_and_blank_lines_inside_belong_to_a_run(segmenter: Segmenter) -> None:
    (run,) = segmenter.segment("Here is what I have got so far, please review it.\n\n" + CODE)
    assert (run.first, run.last, run.lines) == (2, 5, 3)


def test_prose_has_no_run(segmenter: Segmenter) -> None:
    assert segmenter.segment("It was a dark and stormy night.\nThe rain fell in torrents.\n") == []


def test_stored_weights_are_small_and_read_back_the_same(segmenter: Segmenter, tmp_path: Path) -> None:
    segmenter.save(tmp_path / "again.npz")
    again = Segmenter.load(tmp_path / "again.npz")
    assert again.segment(CODE) == segmenter.segment(CODE)
    assert STORED.stat().st_size < 300_000


def test_what_is_no_model_is_an_error(tmp_path: Path) -> None:
    np.savez(tmp_path / "other.npz", x=np.zeros(3))
    with pytest.raises(KeyError):
        Segmenter.load(tmp_path / "other.npz")
    with pytest.raises(OSError, match="none"):
        Segmenter.load(tmp_path / "none.npz")

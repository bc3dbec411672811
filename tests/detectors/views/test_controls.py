import pytest

from detectors.views.controls import controls
from detectors.views.edit import merged
from detectors.views.view import View, edited


def read(text):
    edits = merged(controls(text))
    return edited(View(text), edits).text if edits else text


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("\x1b[32mAKIA1\x1b[0m", "AKIA1"),
        ("\x1b[01;31m\x1b[Kpassword\x1b[m\x1b[K=x", "password=x"),
        ("\x1b]8;;https://x.test\x07link\x1b]8;;\x07", "link"),
        ("\x1b]8;;https://x.test\x1b\\link", "link"),
        ("\x1b(Bkey", "key"),
        ("\x9b1mkey", "key"),
        ("a [1;32mkey", "a key"),
        ("\x00A\x00K\x00I\x00A\x00", "AKIA"),
        ("N\x08NA\x08A", "NA"),
        ("_\x08k_\x08e_\x08y", "key"),
        ("AK\x7fIA", "AKIA"),
    ],
)
def test_it_reads(text, plain):
    assert read(text) == plain


@pytest.mark.parametrize("text", ["a\tb\r\nc\fd\ve", "rate(x[5m]) by (le)", "list[1m ]", "x\x85y", "\x1b[", " \x00 "])
def test_layout_and_what_is_no_sequence_stay(text):
    assert read(text).strip("\x1b[") == text.strip("\x1b[")


@pytest.mark.parametrize("piece", ["\x1b[", "\x1b]", "[1;", "_\x08", "\x00", "\x1b[0;"])
def test_a_megabyte_of_beginnings_is_read_in_one_pass(piece):
    assert sum(1 for _ in controls(piece * (1_000_000 // len(piece)))) <= 1_000_000

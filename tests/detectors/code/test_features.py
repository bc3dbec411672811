import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.code import features
from detectors.code.features import BITS, CHUNK, chunks, grams, look, split, sums

WEIGHTS = np.random.default_rng(1).normal(size=(1 << BITS, 4)).astype(np.float32)
LINES = st.lists(st.text(st.characters(exclude_characters="\n"), max_size=12), min_size=1, max_size=12)


def scores(text):
    return sums(*split(text), WEIGHTS)


def flags(text, name):
    return [int(flag) for flag in getattr(look(*split(text)), name)]


@given(LINES)
def test_there_is_a_row_for_each_line(lines):
    assert len(scores("\n".join(lines))) == len(lines)


@given(LINES)
def test_what_a_line_scores_depends_on_that_line_alone(lines):
    together = scores("\n".join(lines))
    alone = np.concatenate([scores(line) for line in lines])
    np.testing.assert_allclose(together, alone, rtol=1e-4, atol=1e-4)


def test_chunks_change_nothing():
    lines = [f"x{i} = f({i}); // {'word ' * (i % 40)}" for i in range(1500)]
    text = "\n".join(lines)
    assert len(list(chunks(*split(text)))) > 3
    np.testing.assert_allclose(
        scores(text)[700:703], np.concatenate([scores(line) for line in lines[700:703]]), rtol=1e-4, atol=1e-4
    )


def test_a_line_of_megabytes_counts_by_its_beginning():
    text = "first\n" + "x = 1; " * 300_000 + "\nlast"
    data, ends = split(text)
    assert max(len(piece) for _, _, piece, _ in chunks(data, ends)) <= CHUNK + 1
    rows = sums(data, ends, WEIGHTS)
    assert len(rows) == 3
    np.testing.assert_allclose(rows[2], scores("last")[0], rtol=1e-4, atol=1e-4)


def test_digits_are_alike_and_so_is_the_rest_of_the_world():
    assert (scores("x = 17;") == scores("x = 90;")).all()
    assert (scores("éé") == scores("üñ")).all()
    assert not (scores("x = 17;") == scores("x = 17:")).all()


def test_six_kinds_of_n_grams_each_with_a_bucket_below_the_size():
    _, _, piece, starts = next(chunks(*split("def f(x):\n    return x")))
    found = list(grams(piece, starts))
    assert len(found) == len(features.BYTE_GRAMS) + len(features.SHAPE_GRAMS)
    assert all(buckets.max() < 1 << BITS for buckets, _ in found)


def test_blank_lines():
    assert flags("a\n\n \t\r\nb", "blank") == [0, 1, 1, 0]


def test_fences():
    assert flags("```python\nx\n  ```\n~~~\n``not\n`~`", "fence") == [1, 0, 1, 1, 0, 0]


@pytest.mark.parametrize("line", ["----", "# =====", "/******", "~~~~~~~~", "// -----", "===="])
def test_rules_are_drawn_of_few_marks(line):
    assert flags(line, "rule") == [1]


@pytest.mark.parametrize("line", ["---", "}", ");", "a ----", "}}} ; {{{ (", "", "# 1 ---"])
def test_other_lines_are_no_rules(line):
    assert flags(line, "rule") == [0]


def test_comment_marks_of_many_languages():
    marked = ["# sh", "// c", "/* c", " * c", "-- sql", "; lisp", "% tex", "<!-- xml", '"""doc', "'''doc", "! f90"]
    assert flags("\n".join(marked), "comment") == [1] * len(marked)
    plain = ["a # b", "/ x", "- item", "<b>", '"quoted"', "x"]
    assert flags("\n".join(plain), "comment") == [0] * len(plain)


def test_inside_a_comment_of_several_lines():
    assert flags("a\n/* one\ntwo\nthree */\nb", "inside") == [0, 0, 1, 1, 0]
    assert flags('def f():\n    """One.\n\n    Two.\n    """\n    pass', "inside") == [0, 0, 1, 1, 1, 0]
    assert flags("/* one line */\nb", "inside") == [0, 0]


def test_a_comment_that_never_ends_is_none():
    assert flags("/* one\ntwo\nthree", "inside") == [0, 0, 0]
    assert not any(flags("/*\n" + "x\n" * 300 + "*/", "inside"))


def test_indent_length_and_sentence_end():
    seen = look(*split("Hello there.\n    x = 1;  \r\n"))
    assert seen.indented.tolist() == [False, True, False]
    assert seen.length.tolist() == [12, 6, 0]
    assert seen.sentence.tolist() == [True, False, False]


@given(st.text(st.characters(), max_size=200))
def test_looking_at_any_text_raises_nothing(text):
    seen = look(*split(text))
    assert len(seen.blank) == text.count("\n") + 1
    assert not (seen.blank & (seen.rule | seen.fence | seen.comment | seen.indented)).any()

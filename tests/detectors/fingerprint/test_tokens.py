import numpy as np
import pytest

from detectors.fingerprint.tokens import code, prose


def spelled(data: bytes, tokens) -> list[bytes]:
    return [data[start:end] for start, end in zip(tokens.starts, tokens.ends, strict=True)]


def test_code_is_words_numbers_operators_and_brackets():
    data = b'def f(a, b="x"): return a+=1 // b'
    exact, _ = code(data)
    assert spelled(data, exact) == [
        b"def",
        b"f",
        b"(",
        b"a",
        b"b",
        b"=",
        b"x",
        b")",
        b":",
        b"return",
        b"a",
        b"+=",
        b"1",
        b"//",
        b"b",
    ]


@pytest.mark.parametrize(
    ("one", "two"),
    [
        (b"x = f(1)", b"x  =\tf( 1 );"),
        (b"a = 'b'", b'a = "b",'),
    ],
    ids=["blanks", "quotes"],
)
def test_format_does_not_matter(one, two):
    assert list(code(one)[0].hashes) == list(code(two)[0].hashes)


def test_structure_keeps_keywords_and_shapes_and_forgets_names_numbers_and_comments():
    one = code(b"for row in rows: total += row.price * 3  # sum")[1]
    two = code(b"for x in xs: y += x.z * 17")[1]
    other = code(b"while x in xs: y += x.z * 17")[1]
    assert list(one.hashes) == list(two.hashes)
    assert list(one.hashes) != list(other.hashes)


def test_prose_is_words_in_any_case():
    assert list(prose("Über uns: WE go".encode()).hashes)[1:] == list(prose("über uns we go".encode()).hashes)[1:]


def test_a_paste_that_starts_anywhere_has_the_same_tokens_from_there():
    text = b'x = """one\ntwo three"""\ny = f(4)\n'
    whole = list(code(text)[0].hashes)
    rest = list(code(text[text.index(b"two") :])[0].hashes)
    assert whole[-len(rest) :] == rest


@pytest.mark.parametrize("data", [b"", b"   \n", b"\xff\xfe", b"a" * 1000], ids=["empty", "blank", "bytes", "long"])
def test_any_bytes_have_tokens(data):
    for tokens in (*code(data), prose(data)):
        assert len(tokens.hashes) == len(tokens.starts) == len(tokens.ends)
        assert tokens.hashes.dtype == np.uint64

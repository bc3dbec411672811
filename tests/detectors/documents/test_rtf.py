import pytest

from detectors.documents.rtf import read
from tests.detectors.documents.gathering import harvest, text


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (rb"one \b two\b0  three\par four", "one two three\nfour"),
        (rb"caf\'e9", "caf\u00e9"),
        (rb"\ansicpg1251 \'cf\'f0", "\u041f\u0440"),
        (rb"\u8364?100", "\u20ac100"),
        (rb"\uc2\u8364??100", "\u20ac100"),
        (rb"\u55357?\u56832?", "\U0001f600"),
        (rb"{\fonttbl{\f0 Arial;}}x", "x"),
        (rb"{\header CONFIDENTIAL\par}x", "CONFIDENTIAL\nx"),
        (rb"{\footnote note}x", "notex"),
        (rb"{\*\unknown kept}x", "keptx"),
        (rb"a\{b\}\\c\~d", "a{b}\\c\u00a0d"),
        (rb"a\cell b\cell\row c", "a\tb\t\nc"),
    ],
    ids=range(12),
)
def test_words_are_read(body, said):
    assert text(read, rb"{\rtf1\ansi " + body + b"}") == said


def test_a_picture_is_noted_and_its_digits_are_no_words():
    got = harvest()
    read(rb"{\rtf1 a{\pict\pngblip 89504e47}b}", got)
    assert (got.text, list(got.unread)) == ("ab", ["media"])


def test_binary_data_is_passed_over():
    assert text(read, b"{\\rtf1 a{\\bin4 }}\\'}b}") == "ab"

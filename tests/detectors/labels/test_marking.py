import pytest

from detectors.labels.marking import certainty, place


def judged(text: str, anywhere: bool = False, common: bool = False) -> float:
    """Return the certainty of the word between the bars `‹` and `›` of `text`."""
    start = text.index("‹")
    end = text.index("›") - 1
    plain = text.replace("‹", "").replace("›", "")
    return certainty(place(plain, start, end), anywhere, common)


@pytest.mark.parametrize(
    "text",
    [
        "‹CONFIDENTIAL›",
        "‹Confidential›",
        "*** ‹confidential› ***",
        "# ‹Confidential›",
        "Classification: ‹confidential›",
        "| Sensitivity | ‹Confidential› |",
        "[‹CONFIDENTIAL›] figures",
        "(‹Confidential›) figures",
        "Acme | ‹CONFIDENTIAL› | page 2",
        "‹CONFIDENTIAL›: the board met on Monday",
        "‹Confidential› - do not distribute",
        "ACME INC. ‹CONFIDENTIAL›",
        "text above\r\n‹CONFIDENTIAL›\r\ntext below",
    ],
)
def test_a_marking_is_set_apart(text: str) -> None:
    assert judged(text) >= 0.7


@pytest.mark.parametrize(
    "text",
    [
        "is this ‹confidential›?",
        "Is this ‹CONFIDENTIAL›?",
        "The meeting was ‹confidential› and short.",
        "‹Confidential› informants are protected by law.",
        "- ‹Confidential›",
        "2. ‹CONFIDENTIAL›",
        "    ‹CONFIDENTIAL›,",
        "level = ‹CONFIDENTIAL›",
        "if (x == ‹CONFIDENTIAL›) {",
        "[‹Confidential›](https://example.com)",
        "please treat this as ‹CONFIDENTIAL› and reply to me",
    ],
)
def test_talk_is_not(text: str) -> None:
    assert judged(text) == 0


def test_an_everyday_word_needs_capitals_or_a_field() -> None:
    assert judged("‹Internal›", common=True) == 0
    assert judged("(‹Internal›) figures", common=True) == 0
    assert judged("‹INTERNAL›", common=True) > 0.9
    assert judged("Classification: ‹internal›", common=True) == 1


def test_some_phrases_count_in_a_sentence() -> None:
    assert judged("This is ‹for internal use only›, so keep it.", anywhere=True) == 0.8
    assert judged("Is it ‹for internal use only›?", anywhere=True) == 0


def test_a_very_long_line_is_cut() -> None:
    text = "x" * 10_000 + " word " + "y" * 10_000
    assert len(place(text, 10_001, 10_005).before) <= 400

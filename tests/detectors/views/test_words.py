import pytest

from detectors.views import words
from detectors.views.edit import merged
from detectors.views.view import View, edited


def read(reader, text):
    edits = merged(reader(text))
    return edited(View(text), edits).text if edits else text


@pytest.mark.parametrize(
    ("reader", "text", "plain"),
    [
        (words.spelled, "SSN four eight six nine three nine four zero nine, add", "SSN 486939409, add"),
        (words.spelled, "D E six five zero five eight and", "DE65058 and"),
        (words.spelled, "null eins zwei drei vier fünf", "012345"),
        (words.spelled, "four one one double five triple two", "41155222"),
        (words.spelled, "one six one seven four three one four seven zero two", "+16174314702"),
        (words.addresses, "john.doe [at] acme [dot] com", "john.doe@acme.com"),
        (words.addresses, "john.doe(at)acme.co.uk", "john.doe@acme.co.uk"),
        (words.addresses, "john dot doe at acme dot com", "john.doe@acme.com"),
        (words.addresses, "www(dot)acme(dot)com", "www.acme.com"),
    ],
)
def test_it_reads(reader, text, plain):
    assert read(reader, text) == plain


@pytest.mark.parametrize(
    ("reader", "text"),
    [
        (words.spelled, "one of the two, three if you must"),
        (words.addresses, "we are at this point in time"),
        (words.addresses, "look at the dot in the middle"),
        (words.addresses, "meet (at noon) in the hall"),
        (words.addresses, "meet at the dot com bubble exhibition"),
        (words.addresses, "I bought it at amazon dot com, look at ebay dot com too"),
    ],
)
def test_words_in_a_sentence_stay(reader, text):
    assert read(reader, text) == text

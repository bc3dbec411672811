import pytest

from detectors.views import spacing
from detectors.views.edit import merged
from detectors.views.view import View, edited


def read(reader, text):
    edits = merged(reader(text))
    return edited(View(text), edits).text if edits else text


@pytest.mark.parametrize(
    ("reader", "text", "plain"),
    [
        (spacing.spaced, "us A K I A 1 2 3, add", "us AKIA123, add"),
        (spacing.spaced, "+ 1   2 1 2 - 9 4 7", "+1 212-947"),
        (spacing.spaced, "4  1  1  1     1  1  1  1", "4111 1111"),
        (spacing.spaced, "4\u00a01\u00a01\u00a01\u00a0 \u00a01\u00a01", "4111 11"),
        (spacing.spaced, "to j o e @ a c m e . d e - please", "to joe@acme.de - please"),
        (spacing.column, "card 4\n1\n1\n1\n \n2\n2\n3\n4\n5 exp", "card 4111 22345 exp"),
        (spacing.separated, "SSN 1.5.2.6.4.4.8.6.2, add", "SSN 152644862, add"),
        (spacing.separated, "D.E.9.8.3.3.5.2.7", "DE9833527"),
        (spacing.separated, "4-4-3-0-0-1", "4-4-3-0-0-1"),
        (spacing.separated, "4-4-3-0-0-1-2", "4430012"),
        (spacing.whole, "id,card\n7,4111111111111111.0\n", "id,card\n7,4111111111111111\n"),
        (spacing.grouped, "\n5158,4245,0377,3666\n", "\n5158424503773666\n"),
        (spacing.grouped, "SSN 6011,6327,4", "SSN 601163274"),
        (spacing.grouped, "| 4111 | 1111 | 1111 | 1111 |", "| 4111111111111111 |"),
        (spacing.grouped, "|4111|1111|1111|1111|", "|4111111111111111|"),
        (spacing.spaced, "card 4\u20091\u00a01\u20091\u202f2 3 4", "card 4111234"),
        (spacing.grouped, "1415,5951,731", "+14155951731"),
    ],
)
def test_it_reads(reader, text, plain):
    assert read(reader, text) == plain


@pytest.mark.parametrize(
    ("reader", "text"),
    [
        (spacing.spaced, "a b c of it, I am - at - it"),
        (spacing.spaced, "- - - - - - - - -"),
        (spacing.column, "a\nb\nc\nd\n"),
        (spacing.column, "-\n-\n-\n-\n-\n-\n-\n-\n-\n-\n-"),
        (spacing.separated, "192.168.1.1 and 1.2.3.4.5.6"),
        (spacing.separated, "a.b.c.d.e.f.g"),
        (spacing.whole, "rev 411111111.0.2, 12345678.0, 123456789.01"),
        (spacing.grouped, "12 51 1 19, 53,16,76"),
        (spacing.grouped, "1,234,567,890.12"),
        (spacing.grouped, "10:20:30 and 2024/01/02"),
    ],
)
def test_what_is_written_so_for_another_reason_stays(reader, text):
    assert read(reader, text) == text

import pytest

from detectors.views import escapes
from detectors.views.edit import merged
from detectors.views.view import View, edited


def read(reader, text):
    edits = merged(reader(text))
    return edited(View(text), edits).text if edits else text


@pytest.mark.parametrize(
    ("reader", "text", "plain"),
    [
        (escapes.percent, "laura%40acme%2Ecom", "laura@acme.com"),
        (escapes.percent, "Z%C3%BCrich %FC", "Zürich ü"),
        (escapes.entities, "&#52;&#x37;&amp;&commat;", "47&@"),
        (escapes.entities, "&#52&#55&#55;", "477"),
        (escapes.backslash, r"\u0041\x4b\111\u{41}\U00000041", "AKIAA"),
        (escapes.backslash, r"\ud83d\ude00 \xc3\xbc", "😀 ü"),
        (escapes.backslash, "U+0041 U+004B U+0049 U+0041", "AKIA"),
        (escapes.string, r"{\"a\": \"b\/c\"}", '{"a": "b/c"}'),
        (escapes.quoted_printable, "=41=4B=49=41 x =31 =32", "AKIA x 1 2"),
        (escapes.quoted_printable, "this is a long line that goes o=\nn", "this is a long line that goes on"),
        (escapes.quoted_printable, "=?utf-8?Q?Z=C3=BCrich?=", "Zürich"),
        (escapes.percent, "%u0041%u004b", "AK"),
        (escapes.percent, "?q=my+card+4111+1111+1111", "?q=my card 4111 1111 1111"),
        (escapes.entities, "&#52&#49&#x31&#49 and", "4111 and"),
        (escapes.backslash, r"\N{DIGIT FOUR}\N{DIGIT ONE}1", "411"),
        (escapes.backslash, r"\000034\000031\000031\000031 x", "4111 x"),
        (escapes.backslash, "card U+0034 U+0031 U+0031 U+0031 exp", "card 4111 exp"),
    ],
)
def test_it_reads(reader, text, plain):
    assert read(reader, text) == plain


@pytest.mark.parametrize(
    ("reader", "text"),
    [
        (escapes.percent, "100% of it, 5%"),
        (escapes.entities, "a & b; &nosuchentity; AT&T;"),
        (escapes.backslash, r"C:\users\name and \d+"),
        (escapes.backslash, r"\ud800 alone"),
        (escapes.backslash, r"\N{NO SUCH CHARACTER}"),
        (escapes.percent, "let c=a+b, x = y+z; q=a+b+c"),
        (escapes.quoted_printable, "x=1\ny=2\n===\n# title ===="),
    ],
)
def test_what_is_no_escape_stays(reader, text):
    assert read(reader, text) == text

import pytest

from detectors.views import layout
from detectors.views.edit import merged
from detectors.views.view import View, edited


def read(reader, text):
    edits = merged(reader(text))
    return edited(View(text), edits).text if edits else text


@pytest.mark.parametrize(
    ("reader", "text", "plain"),
    [
        (layout.emphasis, "see **AKIA12**34XY now", "see AKIA1234XY now"),
        (layout.emphasis, "SSN **138-6**8-6012", "SSN 138-68-6012"),
        (layout.emphasis, "a `ghp`_abc and ~~12~~34", "a ghp_abc and 1234"),
        (layout.tags, "<b>cam</b><i>eron@acme.com</i>", "cameron@acme.com"),
        (layout.tags, 'AK<span class="x">IA</span>12', "AKIA12"),
        (layout.tags, "AK<!-- note -->IA", "AKIA"),
        (layout.tags, "<td>4111</td><td>1111</td>", "<td>4111 1111</td>"),
        (layout.wraps, "+1 415\n-617-1\n478 - x", "+1 415-617-1478 - x"),
        (layout.wraps, "xoxb-3842582\n7912068\ncl and", "xoxb-38425827912068cl and"),
        (layout.continuations, "ghp_x5jLT\\\n    84TONk", "ghp_x5jLT84TONk"),
        (layout.wraps, "> key AKIA12\n> 34AB5", "> key AKIA1234AB5"),
        (layout.joints, 'k = "AKIA" + "1234"', 'k = "AKIA1234"'),
        (layout.joints, "k = 'AKIA' \\\n  '1234'", "k = 'AKIA1234'"),
        (layout.joints, '["AK", "IA", "12"].join("")', '"AKIA12"'),
        (layout.joints, '["AK", "IA", "12"].join', '"AKIA12"'),
        (layout.joints, "''.join(['AK', 'IA', '12'])", '"AKIA12"'),
        (layout.joints, "implode('', ['AK', 'IA', '12'])", '"AKIA12"'),
        (layout.joints, "'4111 ' . '1111'", "'4111 1111'"),
        (layout.joints, 'x = "AK";\nx += "IA"\nx += "12"', 'x = "AKIA12"'),
        (layout.joints, 'x = "AK"\ny += "IA"', 'x = "AK"\ny += "IA"'),
        (layout.tags, "<p><![CDATA[AKIA12]]></p>", "<p>AKIA12</p>"),
        (layout.tags, "+48 512<wbr> 345", "+48 512 345"),
        (layout.wraps, "514 12\n>  3456 x", "514 12 3456 x"),
        (layout.wraps, "+44 121 \n234 8187", "+44 121 234 8187"),
        (layout.continuations, "-key AKIA`\n  12", "-key AKIA12"),
        (layout.continuations, "see `AKIA`\nand", "see `AKIA`\nand"),
    ],
)
def test_it_reads(reader, text, plain):
    assert read(reader, text) == plain


@pytest.mark.parametrize(
    ("reader", "text"),
    [
        (layout.emphasis, "this is **bold** and `code` and __init__ here"),
        (layout.tags, "<p>one</p> <b>two</b> three"),
        (layout.wraps, "the first line\nthe second line.\nThe third"),
        (layout.wraps, "port 47690\n2014-11-09T18:19:48Z ERROR"),
        (layout.wraps, "A_KEY=abc1\nB_KEY=def2"),
        (layout.wraps, "12345\n67890\n11111"),
        (layout.wraps, "function\n@app.route"),
        (layout.wraps, "the hash is ab12cd34\nThanks"),
        (layout.wraps, "one 1\n\n2 two"),
        (layout.joints, 'f("a", "b") + g("")'),
    ],
)
def test_layout_between_words_stays(reader, text):
    assert read(reader, text) == text


def test_a_value_runs_on_only_where_both_sides_look_like_its_pieces():
    assert layout.continued("my ssn is 123-4", "5-6789, thanks")
    assert layout.continued("write to henry.jackson@ex", "ample-bank.co.uk and")
    assert not layout.continued("What is version 2?", "3 items")
    assert not layout.continued("the first line", "the second")
    assert not layout.continued("5", "7")
    assert not layout.continued("", "1")
    assert not layout.continued("1", "")


def test_rows_of_quoted_cells_are_not_strings_that_a_program_joins():
    assert list(layout.joints('"mail","made"\n"li@acme.de","true"')) == []
    assert list(layout.joints('x = ("li@ac"\n     "me.de")'))

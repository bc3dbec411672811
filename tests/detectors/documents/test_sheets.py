import pytest

from detectors.documents import sheets
from tests.detectors.documents.gathering import harvest


def rows(xml: str, strings=()) -> str:
    got = harvest()
    sheets.read(f"<s>{xml}</s>".encode(), list(strings), got)
    return got.text


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ('<c t="s"><v>1</v></c>', "b"),
        ('<c t="s"><v>9</v></c>', ""),
        ("<c><v>4111111111111111</v></c>", "4111111111111111"),
        ("<c><v>4.111111111E9</v></c>", "4111111111"),
        ("<c><v>1.5</v></c>", "1.5"),
        ('<c t="inlineStr"><is><t>in line</t></is></c>', "in line"),
        ('<c t="inlineStr"><is><r><t>4111 11</t></r><r><t>11 1111</t></r></is></c>', "4111 1111 1111"),
        ('<c t="str"><f>A1&amp;"word"</f><v>x</v></c>', 'A1&"word"\tx'),
        ("<c><f>SUM(A1)</f><v>3</v></c>", "3"),
    ],
    ids=range(9),
)
def test_cells_are_what_a_person_sees(cell, said):
    assert rows(f"<row>{cell}</row>", ("a", "b")) == said


def test_a_line_a_row_a_tab_between_cells_and_headers_without_their_codes():
    xml = '<row><c><v>1</v></c><c><v>2</v></c></row><row><c><v>3</v></c></row><headerFooter><oddHeader>&amp;C&amp;"Arial,Bold"SECRET</oddHeader></headerFooter>'
    assert rows(xml) == "1\t2\n3\nSECRET"


def test_shared_strings_join_their_runs():
    xml = b"<sst><si><r><t>a</t></r><r><t>b</t></r></si><si><t>c</t></si></sst>"
    assert sheets.shared_strings(xml, harvest()) == ["ab", "c"]
    assert sheets.shared_strings(b"", harvest()) == []

import pytest

from detectors.pii.cues import Cues, union
from detectors.pii.folding import fold, lowered
from detectors.pii.table import table
from detectors.pii.tables import Tables

CUES = Cues(table())


def head(text: str, value: str) -> frozenset[str] | None:
    folded = fold(text)
    column = Tables(lowered(folded), CUES.find(folded)).column(text.index(value))
    return None if column is None else union(column)


@pytest.mark.parametrize("mark", [";", "\t", "|", ","])
def test_a_column_is_named_by_its_head(mark: str) -> None:
    text = f"city{mark}ssn{mark}aba\nParis{mark}111{mark}222\nRome{mark}333{mark}444\n"
    assert head(text, "Rome") == frozenset()
    assert head(text, "333") == {"US_SSN"}
    assert head(text, "444") == {"ABA_ROUTING_NUMBER"}


def test_a_markdown_table_is_a_table() -> None:
    text = "| city | SSN |\n|---|---|\n| Paris | 111 |\n"
    assert head(text, "111") == {"US_SSN"}


def test_the_head_itself_and_other_lines_stand_in_no_table() -> None:
    text = "intro 000\ncity;ssn\nParis;111\nthe end 999\n"
    assert head(text, "city") is None
    assert head(text, "000") is None
    assert head(text, "999") is None


@pytest.mark.parametrize(
    "text",
    [
        "Dear Sir, my order is late\nMy SSN, alas, is 111\n",
        "ssn: 1; b: 2\n111; 222\n",
        "the SSN that you asked for yesterday morning; thanks\n111; bye\n",
    ],
)
def test_prose_is_no_table(text: str) -> None:
    assert head(text, "111") is None


def test_sql_values_are_named_by_the_column_list() -> None:
    text = "INSERT INTO p (name, ssn, aba) VALUES ('O''Brien, J (x)', '111', 222), ('B', '333', 444); SELECT 999"
    assert head(text, "O''") == frozenset()
    assert head(text, "111") == {"US_SSN"}
    assert head(text, "222") == {"ABA_ROUTING_NUMBER"}
    assert head(text, "333") == {"US_SSN"}
    assert head(text, "444") == {"ABA_ROUTING_NUMBER"}
    assert head(text, "999") is None


def test_a_bracket_inside_a_value_ends_nothing() -> None:
    text = "INSERT INTO p (a, ssn) VALUES (lower('x'), '111')"
    assert head(text, "111") == {"US_SSN"}


@pytest.mark.parametrize("text", ["(ssn) values (", "(ssn) values (((((", "(ssn) values ('111", "(ssn) values ))) 111"])
def test_broken_sql_is_read_to_its_end(text: str) -> None:
    Tables(text, CUES.find(text)).column(len(text) - 1)


@pytest.mark.parametrize(
    "text",
    [
        "Translate this: city,ssn\nParis,111\n",
        "> city;ssn\nParis;111\n",
        '"name","ssn"\n"Doe, Jane","111"\n',
        "| city | ssn |\n+------+-----+\n| Paris | 111 |\n",
        " city | ssn\n------+-----\n Paris | 111\n",
        "│ city  │ ssn │\n├───────┼─────┤\n│ Paris │ 111 │\n",
        "city & ssn \\\\\nParis & 111 \\\\\n",
        "city     ssn\nParis    111\nRome     222\n",
        "CITY       SSN\nNew York   111\n",
        "<table><tr><th>city</th><th>ssn</th></tr><tr><td>Paris</td><td>111</td></tr></table>",
        "<table>\n<tr><td>city</td><td>ssn</td></tr>\n<tr>\n<td>Paris</td>\n<td>111</td></tr></table>",
        "insert into t (ssn) values ('111')",
    ],
)
def test_tables_come_in_many_shapes(text: str) -> None:
    assert head(text, "111") == {"US_SSN"}


@pytest.mark.parametrize(
    "text",
    [
        "Hi: phone, please\nMy SSN is 111, thanks\n",
        "# rows: 913,564,700\nlookup('111'), that is, 'x'  # phone\n",
        "Phone     Name\nSSN 111   Bob\n",
        "<table><tr><td>phone</td><td>Bob</td></tr><tr><td>SSN</td><td>mine is SSN 111</td></tr></table>",
    ],
)
def test_a_line_with_a_cue_of_its_own_is_no_row(text: str) -> None:
    assert head(text, "111") is None

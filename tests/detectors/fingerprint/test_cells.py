import pytest

from detectors.fingerprint.cells import cell, strong, weak


@pytest.mark.parametrize(
    ("value", "form"),
    [
        ("Ann.Bell@Example.com", ("mail", "ann.bell@example.com")),
        ("+1 555 010 2233", ("number", "550102233")),
        ("(555) 010-2233", ("number", "550102233")),
        ("12345", ("number", "12345")),
        ("1234", None),
        ("1984-03-12", ("number", "19840312")),
        ("12.03.1984", ("number", "19840312")),
        ("3/12/1984", ("number", "19840312")),
        ("3/12-1984", ("number", "3121984")),
        ("AB-12/34", ("code", "AB1234")),
        ("Bell, Ann", ("words", "ann bell")),
        ("Jos\u00e9 O'Neil", ("words", "jos\u00e9 o'neil")),
        ("a sentence that goes on and on", None),
        ("", None),
        ("x", None),
    ],
    ids=range(15),
)
def test_a_value_has_one_normal_form(value, form):
    assert cell(value) == form


def test_what_a_text_says_is_found_in_the_same_form():
    text = "Mail ANN@x.org, call 555.010.2233 or +15550102233; order AB-12-34."
    assert [found for found, _, _ in strong(text)] == [
        ("mail", "ann@x.org"), ("number", "550102233"), ("number", "550102233"), ("code", "AB1234"),
    ]  # fmt: skip
    assert all(text[start:end] for _, start, end in strong(text))


def test_a_date_is_the_same_however_it_is_written():
    said = [found for text in ("1984-12-03", "born 3.12.1984.", "(12/03/1984)") for found, _, _ in strong(text)]
    assert set(said) == {cell("03.12.1984")}


def test_runs_of_words_come_in_any_order_and_not_across_lines():
    found = {form for (_, form), _, _ in weak("Bell, Ann\nsaid")}
    assert {"ann bell", "bell", "ann", "said"} == found


def test_cost_is_linear():
    assert sum(1 for _ in strong("1-" * 50_000)) < 60_000
    assert sum(1 for _ in strong("a1" * 50_000)) < 60_000
    assert sum(1 for _ in weak("ab " * 20_000)) <= 80_000

import pytest

from detectors.pii.phones import bare, candidates, cued, shaped


def found(text: str) -> list[str]:
    return [text[start:end] for start, end in candidates(text.encode("latin-1", "replace"))]


@pytest.mark.parametrize(
    "number",
    [
        "+44 20 7946 0958", "+1 201-555-0123", "+49 (0)30 901820", "0049 30 901820", "(201) 555-0123", "201.555.0123",
        "06 12 34 56 78", "03-1291-6750", "(11) 2365-6745", "512 045 760", "+1-201-555-0123 ext. 12", "201-555-0123x45",
    ],
)  # fmt: skip
def test_a_number_is_found_whole(number: str) -> None:
    assert number in found(f"call {number}, please")


def test_too_few_and_too_many_digits_are_none() -> None:
    assert found("call 112 or 1234") == []
    assert found("id 12345678901234567890") == []


@pytest.mark.parametrize(
    ("number", "sure"),
    [("+44 20 7946 0958", 0.75), ("+1 201-555-0123", 0.75), ("(201) 555-0123", 0.55), ("06 12 34 56 78", 0.45)],
)
def test_some_numbers_need_no_cue(number: str, sure: float) -> None:
    assert bare(number) == sure


@pytest.mark.parametrize(
    "number", ["512 045 760", "947 942 0546", "123-456-7890", "+999 12", "1234567890", "+1.12345679", "+1980-02-29 01"]
)
def test_others_do(number: str) -> None:
    assert bare(number) == 0


@pytest.mark.parametrize("value", ["2024-05-01", "01.05.2024", "81.169.145.94", "12345.678901"])
def test_a_date_and_an_address_are_no_number_even_with_a_cue(value: str) -> None:
    assert cued(value) == 0


def test_a_plain_run_of_digits_has_no_shape_of_its_own() -> None:
    assert shaped("0123456789")
    assert shaped("12 34 56 78")
    assert not shaped("1234567890")

import pytest

from detectors.secrets.candidate import Candidate, bounded, whole

TOKEN = "tok_1234"


def at(text: str) -> Candidate:
    start = text.index(TOKEN)
    return whole(text, start, start + len(TOKEN))


@pytest.mark.parametrize("text", [TOKEN, f"={TOKEN};", f"\\n{TOKEN}", f"%3D{TOKEN}", f"é{TOKEN}é", f"({TOKEN})"])
def test_a_token_that_stands_alone(text: str) -> None:
    assert bounded(at(text))


@pytest.mark.parametrize("text", [f"x{TOKEN}", f"{TOKEN}5", f"_{TOKEN}", f"{TOKEN}_", f"xn{TOKEN}"])
def test_a_token_inside_a_word(text: str) -> None:
    assert not bounded(at(text))


def test_only_the_edges_of_the_match_are_looked_at() -> None:
    assert bounded(Candidate("key=abcd", 4, 8, 0, 8))
    assert bounded(Candidate("xabcd!", 1, 5, 0, 6))
    assert not bounded(Candidate("key=abcdef", 4, 8, 0, 8))


def test_lead_and_value() -> None:
    candidate = Candidate("key=abcd", 4, 8, 0, 8)
    assert (candidate.lead, candidate.value) == ("key=", "abcd")
    assert candidate.spanning(5, 7).value == "bc"
    assert candidate.confirmed("checksum").evidence == ("checksum",)


def test_repr_shows_no_text() -> None:
    assert repr(Candidate("key=abcd", 4, 8, 0, 8)) == "Candidate(4..8)"

"""Values that are split over the messages of one socket or call."""

import pytest

from detectors.finding import Finding
from proxy.earlier import KEPT, PLACES, Earlier
from proxy.exchange import Part
from proxy.seams import LEFT, split


def part(text: str, path: str = "$.text", kind: str = "prompt", *, decided: bool = False) -> Part:
    return Part(path, "user", kind, text, decided=decided)


def said(*messages: list[Part]) -> list[str]:
    """Return the texts across the boundaries of messages that all left."""
    earlier, texts = Earlier(), []
    for message in messages:
        texts += [seam.source.text for seam in earlier.seams(message)]
        earlier.left()
    return texts


@pytest.mark.parametrize(
    ("first", "second"),
    [("ssn 123-", "45-6789"), ("4111 1111 ", "1111 1111"), ("call 4111", " 1111"), ("ann.smi", "th@fabrikam.com")],
)
def test_what_runs_on_is_one_text(first: str, second: str) -> None:
    assert said([part(first)], [part(second)]) == [first + second]


@pytest.mark.parametrize(
    ("first", "second"), [("hello", "and you"), ("1111", "2222"), ("What now?", "1234"), ("   ", "x")]
)
def test_a_conversation_is_no_text(first: str, second: str) -> None:
    assert said([part(first)], [part(second)]) == []


def test_a_value_may_take_many_messages() -> None:
    assert said(*[[part(piece)] for piece in ("is 12", "3-45", "-67", "89")])[-1] == "is 123-45-6789"
    assert said(*[[part(piece)] for piece in "4111111111111111"])[-1] == "4111111111111111"


def test_places_are_told_apart_and_a_message_may_begin_where_the_last_one_ended() -> None:
    assert said([part("12-", "$.a"), part("x1", "$.b")], [part("34-", "$.a")]) == ["12-34-"]
    assert said([part("is 123-", "$.turns[0].text")], [part("45-6789", "$.realtime.text")]) == ["is 123-45-6789"]


def test_frames_of_one_body_run_on_and_both_pieces_are_found() -> None:
    earlier = Earlier()
    (seam,) = earlier.seams([part("a 123-", "frame:0|$.text"), part("45-6789", "frame:1|$.text")])
    finding = Finding("US_SSN", "pii", 2, 13, 0.9, "t@1")
    assert [(at, found.start, found.end) for at, found in split(seam, finding)] == [(0, 2, 6), (1, 0, 7)]


def test_of_what_has_left_only_the_rest_is_found() -> None:
    earlier = Earlier()
    earlier.seams([part("my ssn is 123-")])
    earlier.left()
    (seam,) = earlier.seams([part("45-6789 thanks")])
    assert seam.pieces[0].part == LEFT
    ((at, found),) = split(seam, Finding("US_SSN", "pii", 10, 21, 0.9, "t@1"))
    assert (at, found.start, found.end) == (0, 0, 7)
    assert split(seam, Finding("US_SSN", "pii", 0, 5, 0.9, "t@1")) == ()


def test_what_was_refused_is_forgotten() -> None:
    earlier = Earlier()
    earlier.seams([part("is 123-")])
    assert earlier.seams([part("45-6789")]) == []


def test_instructions_names_and_the_service_s_own_words_do_not_count() -> None:
    for kind in ("system", "metadata", "credential", "tool_def", "header"):
        assert said([part("is 123-", kind=kind)], [part("45-6789")]) == []
    assert said([part("is 123-", decided=True)], [part("45-6789")]) == []
    assert said([part("is 123-", "$.key~")], [part("45-6789")]) == []


def test_little_is_kept_and_shown_to_nobody() -> None:
    earlier = Earlier()
    for number in range(5 * PLACES):
        earlier.seams([part("x12-" * 5000, f"$.a{number}")])
        earlier.left()
    assert len(earlier._ends) == PLACES
    assert max(map(len, earlier._ends.values())) == KEPT
    assert "x12-" not in repr(earlier)
    (seam,) = earlier.seams([part("3" * 100)])
    assert len(seam.source.text) <= KEPT + 100

import pytest

from proxy.exchange import Edit, Exchange, Part, Prompt, Unread, ordered


def test_values_of_one_header_are_joined() -> None:
    exchange = Exchange("GET", "https", "h", 443, "/", (("accept", "a"), ("x", "b"), ("accept", "c")))
    assert exchange.header("accept") == "a, c"
    assert exchange.header("none") == ""


def test_edits_come_in_order_and_may_touch() -> None:
    edits = [Edit(1, 0, 1, ""), Edit(0, 3, 5, ""), Edit(0, 1, 3, "")]
    assert ordered(edits) == [edits[2], edits[1], edits[0]]


def test_edits_that_overlap_are_an_error() -> None:
    with pytest.raises(ValueError, match="overlap"):
        ordered([Edit(0, 0, 3, ""), Edit(0, 2, 4, "")])


def test_nothing_shows_text_when_printed() -> None:
    part = Part("$['PLANTED']", "user", "prompt", "PLANTED", hint="PLANTED")
    shown = [
        Exchange("POST", "https", "h", 443, "/?q=PLANTED", (("a", "PLANTED"),), b"PLANTED"),
        part,
        Prompt((part,)),
        Unread("$['PLANTED']", "media", 1),
        Edit(0, 0, 1, "PLANTED"),
    ]
    assert "PLANTED" not in repr(shown)

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.codecs.limits import Unreadable
from proxy.codecs.multipart import Piece, read_pieces

BODY = (
    b'--b\r\nContent-Disposition: form-data; name="purpose"\r\n\r\nbatch\r\n'
    b'--b\r\ncontent-disposition: form-data; filename="a \xc3\xa9.txt"; name=file\r\nContent-Type: text/plain\r\n\r\n'
    b"line --b\r\n--bb\r\n\r\n--b\r\n\r\nbare\r\n--b--\r\n"
)


def pieces(body: bytes, boundary: str = "b") -> list[Piece]:
    return list(read_pieces(body, boundary))


def reason(body: bytes, boundary: str = "b") -> str:
    with pytest.raises(Unreadable) as caught:
        pieces(body, boundary)
    return caught.value.reason


def test_parts_are_found_where_they_stand() -> None:
    first, second, third = pieces(BODY)
    assert (first.name, first.type, BODY[first.start : first.end]) == ("purpose", "", b"batch")
    assert (second.name, second.type) == ("file", "text/plain")
    assert BODY[second.start : second.end] == b"line --b\r\n--bb\r\n"
    assert second.filename_at is not None
    assert BODY[slice(*second.filename_at)] == "a é.txt".encode()
    assert (third.name, BODY[third.start : third.end]) == ("", b"bare")


def test_a_part_may_be_empty_and_a_body_may_have_none() -> None:
    (empty,) = pieces(b'--b\r\nContent-Disposition: form-data; name="x"\r\n\r\n\r\n--b--')
    assert empty.start == empty.end
    assert pieces(b"--b--\r\n") == []


def test_a_part_that_names_its_length_says_so() -> None:
    (piece,) = pieces(b'--b\r\nContent-Length: 1\r\nContent-Disposition: form-data; name="x"\r\n\r\ny\r\n--b--')
    assert piece.sized


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"--b",
        b"--b\r\n\r\nno end",
        b"--b\r\n\r\nno end\r\n--b\r\n",
        b"hidden\r\n--b\r\n\r\nx\r\n--b--",
        b"--b\r\n\r\nx\r\n--b--\r\nhidden",
        b"--b\n\nx\n--b--",
        b"--b\r\nno blank line\r\n--b--",
        b"--b\r\nContent-Transfer-Encoding: base64\r\n\r\neA==\r\n--b--",
        b"--b\r\nContent-Encoding: gzip\r\n\r\nx\r\n--b--",
        b"--b\r\nContent-Type: a/b\r\nContent-Type: c/d\r\n\r\nx\r\n--b--",
        b"--b\r\nno colon\r\n\r\nx\r\n--b--",
        b"--b\r\nA: b\r\n folded\r\n\r\nx\r\n--b--",
        b'--b\r\nContent-Disposition: form-data; name="a"; name="b"\r\n\r\nx\r\n--b--',
        b'--b\r\nContent-Disposition: form-data; name="\xff"\r\n\r\nx\r\n--b--',
        b"--b\r\nA: " + b"x" * 20_000 + b"\r\n\r\nx\r\n--b--",
    ],
)
def test_what_could_be_read_in_two_ways_is_undecodable(body: bytes) -> None:
    assert reason(body) == "undecodable"


@pytest.mark.parametrize("boundary", ["", "x" * 71, "a\r\nb", "é"])
def test_a_strange_boundary_is_undecodable(boundary: str) -> None:
    assert reason(f"--{boundary}\r\n\r\nx\r\n--{boundary}--".encode(), boundary) == "undecodable"


@given(st.lists(st.sampled_from([b"--b", b"--", b"\r\n", b"\r\n\r\n", b"A: b", b"x", b" "]), max_size=14))
def test_any_bytes_are_read_or_refused(tokens: list[bytes]) -> None:
    body = b"".join(tokens)
    with contextlib.suppress(Unreadable):
        for piece in pieces(body):
            assert 0 <= piece.start <= piece.end <= len(body)

"""Plain heads are read as they stand; whatever is not plain is not read at all."""

import pytest

from addons.plainheads import request_head, whole_answer

REQUEST = b"POST /v1/chat?a=b HTTP/1.1\r\nHost: api.openai.com\r\nX-Mine:  a b \r\ncontent-length: 12\r\n\r\n"
ANSWER = b"HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\n"


def test_a_plain_request() -> None:
    head = request_head(REQUEST + b"rest")
    assert head is not None
    assert (head.method, head.target, head.size, head.length) == (b"POST", b"/v1/chat?a=b", len(REQUEST), 12)
    assert head.fields == ((b"Host", b"api.openai.com"), (b"X-Mine", b"a b"), (b"content-length", b"12"))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"POST", b"GET"),
        (b"POST", b"CONNECT"),
        (b" /v1", b"  /v1"),
        (b"/v1/chat", b"https://api.openai.com/v1"),
        (b"/v1/chat", b"*"),
        (b"/v1/chat", "/v1/café".encode()),
        (b"HTTP/1.1", b"HTTP/1.0"),
        (b"HTTP/1.1", b"HTTP/2.0"),
        (b"12", b"+12"),
        (b"12", b"012"),
        (b"12", b"12, 12"),
        (b"12", b"1_2"),
        (b"12", b"0"),
        (b"12", b"-1"),
        (b"12", b"1234567890123"),
        (b"content-length: 12", b"content-length: 12\r\ncontent-length: 12"),
        (b"content-length: 12", b"x: y"),
        (b"content-length: 12", b"content-length : 12"),
        (b"content-length: 12", b"content-length: 12\r\nTransfer-Encoding: chunked"),
        (b"content-length: 12", b"transfer-encoding: chunked"),
        (b"X-Mine", b"Expect"),
        (b"X-Mine", b"Upgrade"),
        (b"X-Mine", b"Connection"),
        (b"X-Mine", b"X Mine"),
        (b"X-Mine", b"X-M\xc3\xafne"),
        (b"X-Mine: ", b"X-Mine:\x00"),
        (b"X-Mine: ", b"X-Mine: a\n b: "),
        (b"X-Mine: ", b"X-Mine: a\r b: "),
        (b"X-Mine: ", b"X-Mine: a\r\n b"),
        (b"X-Mine: ", b": "),
        (b"\r\n\r\n", b"\n\n"),
        (b"\r\n\r\n", b"\r\n"),
    ],
)
def test_a_request_that_is_not_plain(before: bytes, after: bytes) -> None:
    assert before in REQUEST
    assert request_head(REQUEST.replace(before, after, 1)) is None


def test_a_head_that_is_too_long() -> None:
    assert request_head(REQUEST.replace(b"a b", b"a" * 40_000)) is None


@pytest.mark.parametrize(
    ("rest", "pieces"),
    [
        (b"content-length: 5\r\n\r\nhello", (5,)),
        (b"content-length: 0\r\n\r\n", (0,)),
        (b"Connection: Keep-Alive\r\ncontent-length: 5\r\n\r\nhello", (5,)),
        (b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n00A\r\n0123456789\r\n0\r\n\r\n", (5, 10)),
        (b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", ()),
    ],
)
def test_a_whole_answer(rest: bytes, pieces: tuple[int, ...]) -> None:
    answer = whole_answer(ANSWER + rest)
    assert answer is not None
    assert (answer.status, answer.reason, answer.pieces) == (200, b"OK", pieces)
    assert answer.body == rest.partition(b"\r\n\r\n")[2]
    assert answer.response().headers["content-type"] == "text/plain"


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 100 Continue\r\n\r\n",
        b"HTTP/1.1 204 No Content\r\n\r\n",
        b"HTTP/1.1 304 Not Modified\r\ncontent-length: 0\r\n\r\n",
        b"HTTP/1.0 200 OK\r\ncontent-length: 0\r\n\r\n",
        b"HTTP/1.1 200\rOK\r\ncontent-length: 0\r\n\r\n",
        ANSWER + b"\r\n",
        ANSWER + b"\r\nuntil the end",
        ANSWER + b"content-length: 5\r\n\r\nhell",
        ANSWER + b"content-length: 5\r\n\r\nhello!",
        ANSWER + b"content-length: 5\r\ncontent-length: 5\r\n\r\nhello",
        ANSWER + b"connection: close\r\ncontent-length: 5\r\n\r\nhello",
        ANSWER + b"transfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        ANSWER + b"transfer-encoding: chunked\r\ncontent-length: 5\r\n\r\n0\r\n\r\n",
        ANSWER + b"transfer-encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n0\r\n\r\n",
        ANSWER + b"transfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nx: y\r\n\r\n",
        ANSWER + b"transfer-encoding: chunked\r\n\r\n5\r\nhello\r\n",
        ANSWER + b"transfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\nHTTP/1.1 200 OK\r\n\r\n",
        ANSWER + b"transfer-encoding: chunked\r\n\r\n4\r\nhello\r\n0\r\n\r\n",
        ANSWER + b"x y: 1\r\ncontent-length: 0\r\n\r\n",
    ],
)
def test_an_answer_that_is_not_plain_or_not_whole(answer: bytes) -> None:
    assert whole_answer(answer) is None

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.codecs.limits import Limits, Unreadable
from proxy.codecs.protobuf import read_message
from proxy.codecs.reading import Reading


def field(number: int, value: bytes) -> bytes:
    return bytes([number << 3 | 2, len(value)]) + value


def read(data: bytes) -> Reading:
    reading = Reading(Limits())
    read_message(reading, data, "")
    return reading


def test_texts_are_found_at_every_depth() -> None:
    reading = read(field(1, b"hello there") + field(2, field(3, "Größe".encode()) + b"\x20\x01") + b"\x28\x96\x01")
    assert [(part.path, part.text) for part in reading.parts] == [("proto:1", "hello there"), ("proto:2.3", "Größe")]
    assert not any(part.writable for part in reading.parts)
    assert reading.unread == []


def test_a_message_that_looks_like_a_text_is_read_as_both() -> None:
    words = b"CONFIDENTIAL - do not distribute this to anybody"
    for number in (1, 4, 8, 15):
        looks = field(number, words)
        shown = [part.text for part in read(field(3, looks)).parts]
        assert shown == [looks.decode(), words.decode()]


def test_bytes_that_are_no_text_are_unread() -> None:
    reading = read(field(1, b"\xff\xfe\x00\x01"))
    assert [(entry.reason, entry.bytes) for entry in reading.unread] == [("protobuf", 4)]


def test_what_is_no_message_is_unread_and_shown_all_the_same() -> None:
    reading = Reading(Limits())
    with pytest.raises(Unreadable, match="protobuf"):
        read_message(reading, b"just my SECRET words", "")
    assert [part.text for part in reading.parts] == ["just my SECRET words"]


def test_deep_messages_end_somewhere() -> None:
    data = b"x\0"
    for _ in range(40):
        data = field(1, data)
    reading = read(data)
    assert len(reading.parts) + len(reading.unread) == 1


def test_fixed_numbers_are_passed_over() -> None:
    assert read(b"\x0d\0\0\0\0\x11" + b"\0" * 8 + field(1, b"words")).parts[0].text == "words"


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_unread(data: bytes) -> None:
    reading = Reading(Limits())
    with contextlib.suppress(Unreadable):
        read_message(reading, data, "")


@given(st.text(min_size=1, max_size=60).filter(lambda text: "\ufffd" not in text and text.isprintable()))
def test_a_printable_text_is_always_seen(text: str) -> None:
    raw = text.encode()
    if len(raw) < 120:
        assert text in [part.text for part in read(field(4, field(9, raw) + b"\x08\x00")).parts]

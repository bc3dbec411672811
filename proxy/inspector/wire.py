"""Scan requests and their answers in, frames of bytes out, and back: what a worker and an inspector say to each other.

Rules
1. A frame is a 4-byte length (of all that follows), an 8-byte request number and a payload; numbers are big-endian.
2. A payload is one line of JSON and, in a request, the texts and files behind it, whose lengths the line gives. Texts
   may hold lone surrogates, which JSON in UTF-8 cannot carry.
3. The deadline is a value of the monotonic clock, which all processes of a machine share: a remaining time would not
   count the wait in the socket's buffer behind a slow job.
4. A request has one last answer and perhaps one before it, with what is ready. Reports of both are added up.
5. Frames are bounded. Whoever receives a bad one closes the connection: there is nothing to resume at.
"""

import math
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from detectors.base import File, Source
from detectors.finding import Finding
from detectors.scan import Report, Task

FRAME_LIMIT = 64 * 1024 * 1024  # bytes of one frame
_HEAD = struct.Struct(">IQ")
_NUMBER_BYTES = 8


class WireError(Exception):
    """A frame is not what it should be. The message names the fault, never the bytes."""


@dataclass(frozen=True, slots=True)
class Request:
    """Tasks to run until `deadline` (seconds of the monotonic clock)."""

    deadline: float
    tasks: tuple[Task, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """One report a task; `last` tells whether the rest is still to come."""

    last: bool
    reports: tuple[Report, ...]


class FrameReader:
    """Bytes in, whole frames out, however the bytes were cut."""

    def __init__(self, limit: int = FRAME_LIMIT) -> None:
        self._limit = limit
        self._buffer = bytearray()

    def feed(self, data: bytes) -> Iterator[tuple[int, bytes]]:
        """Yield `(request number, payload)` of each frame that is now complete. Raises WireError."""
        self._buffer += data
        while len(self._buffer) >= _HEAD.size:
            length, number = _HEAD.unpack_from(self._buffer)
            if not _NUMBER_BYTES <= length <= self._limit:
                raise WireError(f"a frame of {length} bytes")
            end = length + _HEAD.size - _NUMBER_BYTES
            if len(self._buffer) < end:
                return
            payload = bytes(memoryview(self._buffer)[_HEAD.size : end])
            del self._buffer[:end]
            yield number, payload


def frame(number: int, payload: bytes, limit: int = FRAME_LIMIT) -> bytes:
    """Return one frame. Raises WireError where it would be longer than `limit`."""
    length = len(payload) + _NUMBER_BYTES
    if length > limit:
        raise WireError(f"a frame of {length} bytes")
    return _HEAD.pack(length, number) + payload


def encode_request(request: Request) -> bytes:
    """Return the payload of a request. Raises WireError where the deadline is no finite number."""
    if not math.isfinite(request.deadline):
        raise WireError("a deadline that is no finite number")
    lists: dict[tuple[str, ...], int] = {}
    rows: list[tuple[object, ...]] = []
    blobs: list[bytes] = []
    for task in request.tasks:
        text, hint = _to_bytes(task.source.text), _to_bytes(task.source.hint)
        file = task.source.file
        size = () if file is None else (len(file.data), file.type, file.suffix)
        rows.append((len(text), len(hint), lists.setdefault(task.detectors, len(lists)), *size))
        blobs += (text, hint) if file is None else (text, hint, file.data)
    return b"".join((_line([request.deadline, list(lists), rows]), *blobs))


def decode_request(payload: bytes) -> Request:
    """Return the request of a payload. Raises WireError."""
    position = payload.find(b"\n") + 1
    try:
        deadline, lists, rows = orjson.loads(memoryview(payload)[:position])
        tasks = []
        for text, hint, names, *more in rows:
            middle, end = position + text, position + text + hint
            size, *about = more or (0,)
            file = File(payload[end : end + size], *about) if more else None
            source = Source(_to_text(payload[position:middle]), _to_text(payload[middle:end]), file)
            tasks.append(Task(source, tuple(lists[names])))
            position = end + size
        if position != len(payload):
            raise WireError("a request whose lengths do not fit")
        return Request(float(deadline), tuple(tasks))
    except (ValueError, TypeError, LookupError) as error:
        raise WireError(f"a request that cannot be read ({type(error).__name__})") from None


def encode_answer(answer: Answer) -> bytes:
    """Return the payload of an answer. Raises WireError where a finding holds what JSON cannot carry."""
    try:
        reports = [
            (
                {name: [_to_row(f) for f in found] for name, found in report.findings.items()},
                report.failed,
                {name: round(seconds, 6) for name, seconds in report.seconds.items()},
            )
            for report in answer.reports
        ]
    except (ValueError, TypeError, AttributeError) as error:
        raise WireError(f"a finding that is none ({type(error).__name__})") from None
    return _line([answer.last, reports])


def decode_answer(payload: bytes) -> Answer:
    """Return the answer of a payload. Raises WireError."""
    try:
        last, reports = orjson.loads(payload)
        return Answer(
            bool(last),
            tuple(
                Report(
                    {name: tuple(map(_to_finding, rows)) for name, rows in found.items()},
                    dict(failed),
                    {name: float(took) for name, took in seconds.items()},
                )
                for found, failed, seconds in reports
            ),
        )
    except (ValueError, TypeError, AttributeError) as error:
        raise WireError(f"an answer that cannot be read ({type(error).__name__})") from None


def _line(value: Sequence[object]) -> bytes:
    try:
        return orjson.dumps(value, option=orjson.OPT_APPEND_NEWLINE)
    except (TypeError, ValueError) as error:
        raise WireError(f"a value that JSON cannot carry ({type(error).__name__})") from None


def _to_bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _to_text(blob: bytes) -> str:
    return blob.decode("utf-8", "surrogatepass")


def _to_row(found: Finding) -> list[object]:
    if not math.isfinite(found.score + found.overlap):
        raise WireError("a score that is no finite number")
    row: list[object] = [
        *(found.entity, found.category, int(found.start), int(found.end), float(found.score)),
        *(found.detector, found.digest, found.evidence),
    ]
    rest = (found.language, found.kind, int(found.lines), found.source, float(found.overlap), found.inside)
    return [*row, *rest] if any(rest) else row


def _to_finding(row: Sequence[Any]) -> Finding:
    entity, category, start, end, score, detector, digest, evidence, *rest = row
    if not isinstance(score, float):
        raise WireError("a score that is no number")
    if rest:
        rest[-1] = tuple(rest[-1])
    return Finding(entity, category, start, end, score, detector, digest, tuple(evidence), *rest)

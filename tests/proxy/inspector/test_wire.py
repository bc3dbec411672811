import contextlib
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.base import File, Source
from detectors.finding import Finding
from detectors.scan import Report, Task
from proxy.inspector.wire import (
    Answer,
    FrameReader,
    Request,
    WireError,
    decode_answer,
    decode_request,
    encode_answer,
    encode_request,
    frame,
)

ANY_TEXT = st.text(st.characters(codec=None, categories=("L", "N", "P", "Cs", "Cc", "So")))
NAMES = st.sampled_from(("pii.structured@1", "secrets.rules@3", "names.spacy@2"))
TASKS = st.builds(Task, st.builds(Source, ANY_TEXT, st.text(max_size=9)), st.lists(NAMES, unique=True).map(tuple))
SCORES = st.floats(0, 1)
COUNTS = st.integers(0, 2**31)
FINDINGS = st.builds(
    Finding,
    entity=st.just("EMAIL_ADDRESS"),
    category=st.just("pii"),
    start=COUNTS,
    end=COUNTS,
    score=SCORES,
    detector=NAMES,
    digest=st.sampled_from(("", "ab" * 16)),
    evidence=st.lists(st.sampled_from(("checksum", "cue:ssn"))).map(tuple),
    language=st.sampled_from(("", "python")),
    kind=st.sampled_from(("", "code")),
    lines=COUNTS,
    source=st.sampled_from(("", "doc-1")),
    overlap=SCORES,
    inside=st.sampled_from(((), (3, 9), (3, 9, 0, 2))),
)
REPORTS = st.builds(
    Report,
    st.dictionaries(NAMES, st.lists(FINDINGS, max_size=3).map(tuple), max_size=2),
    st.dictionaries(NAMES, st.sampled_from(("timeout", "error")), max_size=2),
)


@given(st.floats(0, 1e9), st.lists(TASKS, max_size=5).map(tuple))
def test_a_request_comes_back_as_it_was(deadline, tasks):
    request = Request(deadline, tasks)
    assert decode_request(encode_request(request)) == request


def test_lone_surrogates_survive():
    task = Task(Source("a\ud800b\udfff", "key\udc80"), ("x@1",))
    assert decode_request(encode_request(Request(1.0, (task,)))).tasks == (task,)


@given(st.booleans(), st.lists(REPORTS, max_size=4).map(tuple))
def test_an_answer_comes_back_as_it_was(last, reports):
    answer = Answer(last, reports)
    assert decode_answer(encode_answer(answer)) == answer


@given(st.lists(st.tuples(st.integers(0, 2**64 - 1), st.binary(max_size=40)), max_size=6), st.integers(1, 17))
def test_frames_come_back_however_the_bytes_are_cut(messages, step):
    stream = b"".join(frame(number, payload) for number, payload in messages)
    reader = FrameReader()
    pieces = [stream[at : at + step] for at in range(0, len(stream), step)]
    assert [found for piece in pieces for found in reader.feed(piece)] == messages


def test_a_frame_beyond_the_limit_is_neither_written_nor_read():
    with pytest.raises(WireError, match="a frame of 108 bytes"):
        frame(1, b"x" * 100, limit=107)
    assert list(FrameReader(108).feed(frame(1, b"x" * 100))) == [(1, b"x" * 100)]
    with pytest.raises(WireError, match="a frame of 108 bytes"):
        list(FrameReader(107).feed(frame(1, b"x" * 100)))


def test_a_frame_too_short_for_its_number_is_refused():
    with pytest.raises(WireError):
        list(FrameReader().feed(struct.pack(">IQ", 7, 1)))


@given(st.one_of(st.binary(max_size=60), st.builds(lambda a, b: a + b"\n" + b, st.binary(max_size=30), st.binary())))
def test_garbage_raises_nothing_but_wire_error(payload):
    for decode in (decode_request, decode_answer):
        with contextlib.suppress(WireError):
            decode(payload)


@pytest.mark.parametrize(
    "payload",
    [
        b'[1.0,[["a"]],[[5,0,0]]]\nfour',
        b'[1.0,[["a"]],[[2,0,0]]]\nfour',
        b'[1.0,[["a"]],[[4,0,1]]]\nfour',
        b"[1.0,{},[[4,0,0]]]\nfour",
        b'[null,[["a"]],[[4,0,0]]]\nfour',
        b'[1.0,[["a"]],[[4,0,0]]]\nf\xff\xffr',
        b'[1.0,[["a"]],[[4,0,0]]]',
    ],
)
def test_a_request_whose_line_does_not_fit_its_texts_is_refused(payload):
    with pytest.raises(WireError):
        decode_request(payload)


def test_a_deadline_without_end_cannot_be_sent():
    with pytest.raises(WireError, match="finite"):
        encode_request(Request(float("inf"), ()))


@pytest.mark.parametrize(
    "found",
    [
        "no finding at all",
        Finding("PERSON", "pii", 0, 1, float("nan"), "a@1"),
        Finding("PER\ud800SON", "pii", 0, 1, 0.5, "a@1"),
        Finding("PERSON", "pii", 0, 1, 0.5, "a@1", evidence=(object(),)),  # type: ignore[arg-type]
    ],
)
def test_what_a_careless_detector_reports_is_refused_where_it_is_made(found):
    with pytest.raises(WireError):
        encode_answer(Answer(True, (Report({"a@1": (found,)}, {}),)))


def test_repr_shows_no_text():
    assert "CANARY" not in repr(Request(1.0, (Task(Source("CANARY"), ("a@1",)),)))


@given(st.binary(), st.sampled_from(("", "application/pdf")), st.sampled_from(("", "pdf")), ANY_TEXT)
def test_a_file_comes_back_as_it_was(data, kind, suffix, after):
    sent = (Task(Source("", "file", File(data, kind, suffix)), ("x@1",)), Task(Source(after), ("x@1",)))
    first, second = decode_request(encode_request(Request(1.0, sent))).tasks
    assert first.source.file is not None
    assert (first.source.file.data, first.source.file.type, first.source.file.suffix) == (data, kind, suffix)
    assert second == sent[1]

import socket
import time

import pytest

from detectors.base import Source
from detectors.finding import Finding
from detectors.scan import Report, Scanner, Task
from proxy.inspector.child import Inspector
from proxy.inspector.settings import InspectorSettings
from proxy.inspector.wire import FrameReader, Request, decode_answer, encode_request, frame


class Word:
    """Finds `hush`, and writes down what it was given."""

    entities = frozenset({"PERSON"})

    def __init__(self, name="word@1", cost="structured"):
        self.name, self.cost, self.seen = name, cost, []

    def detect(self, source, digest):
        self.seen.append(source.text)
        if source.text == "no finding":
            return ["nonsense"]
        return [Finding("PERSON", "pii", 0, 4, 0.9, self.name)] if "hush" in source.text else []


class Stage:
    """An inspector on a real socket, turned by hand; its timer only writes down."""

    def __init__(self, path, **settings):
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(str(path))
        listener.listen()
        self.path = str(path)
        self.word, self.name = Word(), Word("name@1", "names")
        self.armed, self.promised = [], []
        scanner = Scanner([self.word, self.name])
        self.inspector = Inspector(
            listener, scanner, InspectorSettings(**settings), self.promised.append, self.armed.append
        )

    def connect(self):
        worker = socket.socket(socket.AF_UNIX)
        worker.connect(self.path)
        self.inspector.turn()
        return worker

    def push(self, worker, data):
        """Send more than a socket holds."""
        worker.setblocking(False)
        while data:
            data = data[worker.send(data) :]
            self.turn()

    def turn(self, times=1):
        for _ in range(times):
            self.inspector.turn()


@pytest.fixture
def stage(runtime):
    return Stage(runtime / "i")


def request(number, *texts, seconds=60.0, detectors=("word@1",)):
    tasks = tuple(Task(Source(text), detectors) for text in texts)
    return frame(number, encode_request(Request(time.monotonic() + seconds, tasks)))


def answers(worker, count=1):
    reader, found = FrameReader(), []
    worker.settimeout(10)
    while len(found) < count:
        found += [(number, decode_answer(payload)) for number, payload in reader.feed(worker.recv(65536))]
    return found


FOUND = Report({"word@1": (Finding("PERSON", "pii", 0, 4, 0.9, "word@1"),)}, {})


def test_a_request_is_answered_under_its_number(stage):
    worker = stage.connect()
    worker.sendall(request(77, "hush", "quiet"))
    stage.turn()
    ((number, answer),) = answers(worker)
    assert number == 77
    assert answer.last
    assert answer.reports == (FOUND, Report({"word@1": ()}, {}))


def test_jobs_are_done_one_at_a_time_in_the_order_of_arrival(stage):
    one, two = stage.connect(), stage.connect()
    one.sendall(request(1, "a") + request(2, "b"))
    stage.turn()
    two.sendall(request(1, "c"))
    assert stage.word.seen == ["a"]
    stage.turn(2)
    assert stage.word.seen == ["a", "b", "c"]
    assert [number for number, _ in answers(one, 2)] == [1, 2]
    assert [number for number, _ in answers(two)] == [1]


def test_what_is_late_is_answered_and_not_run(stage):
    worker = stage.connect()
    worker.sendall(request(1, "hush", seconds=-1, detectors=("word@1", "name@1")))
    stage.turn()
    found = answers(worker, 2)
    assert [answer.reports[0].failed for _, answer in found] == [{"word@1": "timeout"}, {"name@1": "names_timeout"}]
    assert stage.word.seen == stage.name.seen == []


def test_names_come_after_everything_else_was_answered(stage):
    worker = stage.connect()
    worker.sendall(request(1, "hush", detectors=("name@1", "word@1")))
    stage.turn()
    first, second = (answer for _, answer in answers(worker, 2))
    assert (first.last, second.last) == (False, True)
    assert first.reports == (FOUND,)
    assert list(second.reports[0].findings) == ["name@1"]


def test_the_timer_is_armed_for_deadline_and_grace_and_disarmed(stage):
    worker = stage.connect()
    worker.sendall(request(1, "hush", seconds=1000))
    stage.turn()
    armed, disarmed = stage.armed
    assert 900 < armed <= 1000.25
    assert disarmed == 0
    assert armed in stage.promised


def test_the_timer_of_a_late_job_is_the_grace(stage):
    worker = stage.connect()
    worker.sendall(request(1, "hush", seconds=-5))
    stage.turn()
    assert stage.armed == [0.25, 0]


def test_jobs_of_a_worker_that_left_are_dropped(stage):
    worker = stage.connect()
    worker.sendall(request(1, "a") + request(2, "b"))
    stage.turn()
    worker.close()
    stage.turn()
    assert stage.word.seen == ["a"]


@pytest.mark.parametrize("bad", [b"\xff" * 12, frame(1, b"not json"), frame(1, b"[1.0,[],[[1,1,1]]]\n")])
def test_a_bad_request_ends_its_connection_and_no_other(stage, bad):
    good, evil = stage.connect(), stage.connect()
    evil.sendall(bad)
    stage.turn()
    assert evil.recv(1) == b""
    good.sendall(request(1, "hush"))
    stage.turn()
    assert answers(good)[0][1].reports == (FOUND,)


def test_a_detector_that_reports_nonsense_fails(stage):
    worker = stage.connect()
    worker.sendall(request(1, "no finding"))
    stage.turn()
    assert answers(worker)[0][1].reports == (Report({}, {"word@1": "error"}),)


def test_a_request_larger_than_one_read_arrives_in_pieces(stage):
    worker = stage.connect()
    stage.push(worker, request(1, "hush" + "x" * 3_000_000))
    assert len(stage.word.seen[0]) == 3_000_004


def test_answers_wait_for_a_worker_that_reads_slowly(runtime):
    stage = Stage(runtime / "i")
    worker = stage.connect()
    stage.push(worker, request(1, *["hush"] * 20_000))
    reader, found = FrameReader(), []
    while not found:
        try:
            found += reader.feed(worker.recv(65536))
        except BlockingIOError:
            stage.turn()
    assert len(decode_answer(found[0][1]).reports) == 20_000


def test_a_full_queue_reads_no_more_until_it_has_room(runtime):
    stage = Stage(runtime / "i", queue_bytes=10)
    one, two = stage.connect(), stage.connect()
    one.sendall(request(1, "a") + request(2, "b"))
    stage.turn()
    two.sendall(request(1, "c"))
    stage.turn()
    assert stage.word.seen == ["a", "b"]
    stage.turn()
    assert stage.word.seen == ["a", "b", "c"]

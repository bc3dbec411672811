import asyncio
from pathlib import Path

import pytest

from detectors.base import Source
from detectors.scan import Report, Task
from proxy.inspector.job import Job
from proxy.inspector.link import Link
from proxy.inspector.wire import Answer, FrameReader, WireError, encode_answer, frame


class Owner:
    def __init__(self):
        self.back = []

    def freed(self):
        pass

    def lost(self, link, jobs):
        self.back.append(jobs)


class Transport:
    """What asyncio would give: it writes down."""

    def __init__(self):
        self.sent, self.closed = b"", False

    def write(self, data):
        self.sent += data

    def abort(self):
        self.closed = True

    close = abort

    def is_closing(self):
        return self.closed


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
async def clock():
    return Clock()


@pytest.fixture
async def link(clock):
    link = Link(Path("unused"), Owner(), 10_000, clock)
    link.connection_made(Transport())
    return link


def job(text="hush"):
    return Job([Task(Source(text), ("a@1",))], 5.0, asyncio.get_running_loop().create_future())


def answer(number):
    return frame(number, encode_answer(Answer(True, (Report({"a@1": ()}, {}),))))


async def test_requests_are_numbered_and_answered_in_any_order(link):
    one, two = job(), job()
    link.send(one)
    link.send(two)
    assert [number for number, _ in FrameReader().feed(link._transport.sent)] == [1, 2]
    link.data_received(answer(2))
    assert (one.done.done(), two.done.done()) == (False, True)


async def test_what_is_open_comes_back_oldest_first_when_the_connection_ends(link):
    jobs = [job(), job(), job()]
    for each in jobs:
        link.send(each)
    link.data_received(answer(1))
    link.connection_lost(None)
    assert link._owner.back == [jobs[1:]]
    assert link.room(32) == 0


async def test_a_job_that_takes_long_makes_the_inspector_the_last_choice(link, clock):
    link.send(job())
    assert link.load == (False, 1)
    clock.now = 0.6
    assert link.load == (True, 1)
    link.data_received(answer(1))
    assert link.load == (False, 0)


async def test_to_abandon_the_oldest_job_ends_the_connection(link):
    one, two = job(), job()
    link.send(one)
    link.send(two)
    link.abandon(two)
    assert not link._transport.closed
    link.abandon(one)
    assert link._transport.closed
    assert not link.connected


async def test_a_retired_link_takes_no_jobs_and_closes_when_it_is_empty(link):
    link.send(job())
    link.retire()
    assert link.room(32) == 0
    assert not link._transport.closed
    link.data_received(answer(1))
    assert link._transport.closed


async def test_a_connection_that_never_brought_an_answer_counts_as_a_failure(link):
    link.connection_lost(None)
    link.connection_made(Transport())
    link.connection_lost(None)
    assert link.breaker.delay > 0


async def test_a_job_too_large_is_refused_and_takes_no_room(link):
    with pytest.raises(WireError):
        link.send(job("x" * 20_000))
    assert link.load == (False, 0)

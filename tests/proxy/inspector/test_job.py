import asyncio

import pytest

from detectors.base import Source
from detectors.finding import Finding
from detectors.scan import Report, Task
from proxy.inspector.job import Job
from proxy.inspector.wire import Answer, WireError

FOUND = (Finding("PERSON", "pii", 0, 4, 0.9, "a@1"),)


@pytest.fixture
async def job():
    tasks = [Task(Source("one"), ("a@1", "n@1")), Task(Source("two"), ("a@1",))]
    return Job(tasks, 10.0, asyncio.get_running_loop().create_future())


async def test_answers_add_up(job):
    job.learn(Answer(False, (Report({"a@1": FOUND}, {}), Report({"a@1": ()}, {}))))
    assert not job.done.done()
    assert job.missing() == [Task(Source("one"), ("n@1",)), Task(Source(""), ())]
    job.learn(Answer(True, (Report({}, {"n@1": "names_timeout"}), Report({}, {}))))
    assert job.done.done()
    assert job.reports == [Report({"a@1": FOUND}, {"n@1": "names_timeout"}), Report({"a@1": ()}, {})]


async def test_what_the_last_answer_leaves_out_failed(job):
    job.learn(Answer(True, (Report({"a@1": ()}, {}), Report({}, {}))))
    assert [report.failed for report in job.reports] == [{"n@1": "error"}, {"a@1": "error"}]


async def test_an_end_by_the_deadline_tells_names_apart(job):
    job.end("timeout", {"n@1"})
    assert [report.failed for report in job.reports] == [{"a@1": "timeout", "n@1": "names_timeout"}, {"a@1": "timeout"}]


async def test_an_end_keeps_what_is_known(job):
    job.learn(Answer(False, (Report({"a@1": FOUND}, {}), Report({"a@1": ()}, {}))))
    job.end("error", {"n@1"})
    assert job.reports == [Report({"a@1": FOUND}, {"n@1": "error"}), Report({"a@1": ()}, {})]


async def test_an_answer_to_other_tasks_is_refused(job):
    with pytest.raises(WireError):
        job.learn(Answer(True, (Report({}, {}),)))


async def test_a_second_end_changes_nothing(job):
    job.end("error", ())
    job.end("timeout", ())
    assert job.reports[1].failed == {"a@1": "error"}


async def test_repr_shows_no_text(job):
    assert "one" not in repr(job)

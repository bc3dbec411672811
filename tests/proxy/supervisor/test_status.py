from pathlib import Path
from types import SimpleNamespace
from typing import Any

from proxy.judging.tally import Tally
from proxy.metrics import Merger, Metrics
from proxy.supervisor.status import Status


class Worker:
    """A stand-in that answers as it is told to."""

    def __init__(self, answer: dict[str, Any] | None, *, ready: bool = True) -> None:
        self.slot, self.name, self.ready, self._answer = 0, "0.1", ready, answer

    async def ask(self, message: dict[str, Any], timeout: float) -> dict[str, Any] | None:
        return self._answer


def status(folder: Path, worker: Worker) -> Status:
    crew: Any = SimpleNamespace(serving=(worker,), all=(worker,))
    trail: Any = SimpleNamespace(lag=0.0, queued=0)
    return Status(crew, Merger(), Metrics("supervisor"), trail, folder)


async def test_it_is_ready_when_every_worker_serves_with_the_policy(tmp_path: Path) -> None:
    good = {"revision": "r1", "inspectors": 1}
    assert await status(tmp_path, Worker(good)).readiness("r1") == (True, [])
    for worker, why in (
        (Worker(good, ready=False), "worker 0 is not up"),
        (Worker(None), "worker 0 does not answer"),
        (Worker(good | {"revision": "r0"}), "worker 0 has not taken the policy over"),
        (Worker(good | {"inspectors": 0}), "no inspector answers"),
    ):
        assert await status(tmp_path, worker).readiness("r1") == (False, [why])


async def test_metrics_of_all_are_one_text(tmp_path: Path) -> None:
    counters = Metrics("worker")
    Tally(counters).in_force("r1")
    text = await status(tmp_path, Worker({"metrics": counters.render().decode()})).scrape()
    assert b"hushgate_audit_free_bytes" in text
    assert b'worker="0"' in text

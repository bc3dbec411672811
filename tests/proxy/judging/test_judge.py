"""The judge rules, records before it answers, and never lets a failure through."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from detectors.scan import Report, Scanner, Task
from proxy.evidence.keeper import Keeper, digest
from proxy.evidence.reviewers import Panel, make
from proxy.evidence.shelf import Shelf
from proxy.judging.cache import FindingsCache
from proxy.judging.judge import Judge, Ruling
from proxy.judging.tally import Tally
from proxy.metrics import Metrics
from tests.inside import CLIENT, exchange, scanner, snapshot


class Scans:
    """Scans at once, or fails as told."""

    def __init__(self, runner: Scanner, failure: Exception | None = None, *, room: bool = True) -> None:
        self.runner, self.failure, self.room = runner, failure, room

    async def scan(self, tasks: Sequence[Task], timeout_s: float) -> list[Report] | None:
        if self.failure:
            raise self.failure
        return self.runner.run(tasks) if self.room else None


class Trail:
    """Keeps records, or refuses them."""

    def __init__(self, broken: bool = False) -> None:
        self.records: list[tuple[dict[str, object], bool]] = []
        self.broken = broken

    async def write(self, record: dict[str, object], *, wait: bool) -> None:
        if self.broken:
            raise OSError("disk full")
        self.records.append((record, wait))


def judge(trail: Trail, failure: Exception | None = None, *, room: bool = True) -> tuple[Judge, Metrics]:
    runner, words = scanner()
    metrics = Metrics("worker")
    made = Judge(snapshot([words]), Scans(runner, failure, room=room), trail, Tally(metrics), FindingsCache(b"k"))
    return made, metrics


async def ask(text: str, trail: Trail, **more: object) -> tuple[Ruling, str]:
    made, metrics = judge(trail, **more)  # type: ignore[arg-type]
    ruling = await made.judge(exchange(text), CLIENT)
    return ruling, metrics.render().decode()


async def test_an_allowed_exchange() -> None:
    trail = Trail()
    ruling, metrics = await ask("hello", trail)
    assert (ruling.answer, ruling.body, ruling.announcement) == (None, None, "")
    assert [(record["type"], wait) for record, wait in trail.records] == [("decision", False)]
    assert 'hushgate_requests_total{service="openai-api",activity="chat",action="monitor"} 1.0' in metrics.replace(
        'action="monitor",activity="chat",service="openai-api"', 'service="openai-api",activity="chat",action="monitor"'
    )


async def test_a_redaction_waits_for_its_record_and_is_announced() -> None:
    trail = Trail()
    ruling, _ = await ask("CARD", trail)
    assert b"[REDACTED_CREDIT_CARD]" in (ruling.body or b"")
    assert ruling.announcement == f"redacted; n=1; ref={ruling.event}"
    assert trail.records[0][1] is True
    assert trail.records[0][0]["id"] == ruling.event


async def test_a_large_body_holds_up_nobody_while_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    ran, usual = [], asyncio.to_thread

    async def to_thread(work: Any) -> Any:
        ran.append(work)
        return await usual(work)

    monkeypatch.setattr(asyncio, "to_thread", to_thread)
    ruling, _ = await ask("CARD " + "x " * 200_000, Trail())
    assert len(ran) == 1
    assert (ruling.body or b"").count(b"[REDACTED_CREDIT_CARD]") == 1
    await ask("CARD", Trail())
    assert len(ran) == 1


async def test_a_large_body_that_cannot_be_read_for_a_fault_of_ours_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    async def to_thread(work: Any) -> Any:
        raise RuntimeError("MARKED")

    monkeypatch.setattr(asyncio, "to_thread", to_thread)
    ruling, _ = await ask("x " * 200_000, Trail())
    assert ruling.answer is not None
    assert ruling.answer.status == 400
    assert b"MARKED" not in ruling.answer.body


async def test_a_refusal_says_why_and_names_its_record() -> None:
    trail = Trail()
    ruling, _ = await ask("MARKED", trail)
    assert ruling.answer is not None
    assert ruling.answer.status == 400
    assert b"Please leave it out." in ruling.answer.body
    assert ruling.event.encode() in ruling.answer.body
    assert trail.records[0][1] is True


@pytest.mark.parametrize("failure", [ValueError("CANARY"), RuntimeError("CANARY")])
async def test_whatever_fails_is_a_refusal_without_its_text(
    failure: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    trail = Trail()
    ruling, metrics = await ask("hello", trail, failure=failure)
    assert ruling.answer is not None
    assert ruling.answer.status == 400
    assert "CANARY" not in caplog.text + str(trail.records) + ruling.answer.body.decode() + metrics
    assert 'reason="error"' in metrics


async def test_an_audit_log_that_cannot_be_written_lets_nothing_through() -> None:
    for text in ("hello", "CARD", "MARKED"):
        ruling, _ = await ask(text, Trail(broken=True))
        assert ruling.answer is not None


async def test_no_room_is_503_with_retry_after_and_without_policy_text() -> None:
    trail = Trail()
    ruling, metrics = await ask("MARKED", trail, room=False)
    assert ruling.answer is not None
    assert ruling.answer.status == 503
    assert ruling.answer.header("retry-after")
    assert b"leave it out" not in ruling.answer.body
    assert "hushgate_inspector_overload_total 1.0" in metrics


async def test_too_many_bytes_in_flight_are_answered_503() -> None:
    from proxy.judging.budget import Budget

    budget = Budget(total=10, per_client=10)
    made, _ = judge(Trail())
    made._budget = budget
    with budget.hold("somebody", 5):
        ruling = await made.judge(exchange("hello"), CLIENT)
    assert ruling.answer is not None
    assert ruling.answer.status == 503
    assert (await made.judge(exchange("hello"), CLIENT)).answer is None


async def test_a_refused_websocket_message_is_answered_in_band() -> None:
    from dataclasses import replace

    made, _ = judge(Trail())
    ruling = await made.judge(
        replace(exchange("MARKED"), transport="websocket", path="/v1/responses", method="GET"), CLIENT
    )
    assert ruling.answer is not None
    assert b"Please leave it out." in (ruling.frame or b"")


async def test_evidence_is_kept_before_the_record_that_names_it(tmp_path: Path) -> None:
    trail = Trail()
    made, _ = judge(trail)
    made.evidence = Keeper(tmp_path, Panel(tuple(make(name, b"correct horse")[0] for name in ("alice", "bob"))))
    ruling = await made.judge(exchange("CARD"), CLIENT)
    assert trail.records[0][0]["evidence"] == digest(Shelf(tmp_path).get(ruling.event))


async def test_evidence_that_cannot_be_kept_does_not_stop_a_redaction(tmp_path: Path) -> None:
    trail = Trail()
    made, _ = judge(trail)
    (tmp_path / "evidence").write_text("no folder")
    made.evidence = Keeper(tmp_path, Panel(tuple(make(name, b"correct horse")[0] for name in ("alice", "bob"))))
    ruling = await made.judge(exchange("CARD"), CLIENT)
    assert b"[REDACTED_CREDIT_CARD]" in (ruling.body or b"")
    assert trail.records[0][0]["evidence"] == "failed"

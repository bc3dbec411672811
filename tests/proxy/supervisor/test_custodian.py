import asyncio
import json
import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from proxy.audit import upkeep
from proxy.audit.settings import AuditSettings
from proxy.audit.signing import open_signer
from proxy.audit.verify import verify
from proxy.audit.writer import AuditWriter
from proxy.evidence.reviewers import Reviewer, panel, write_panel
from proxy.supervisor.custodian import Custodian


class Place:
    """A state folder with a custodian, as the supervisor makes them."""

    def __init__(self, state: Path, **options: Any) -> None:
        self.folder = state / "audit"
        self.signer = open_signer(state)
        self.sizes: list[int] = []
        self.changes: list[bool] = []
        self.custodian = Custodian(
            self.folder, self.signer, **{"interval": 3600.0, "days": 30, **options}, signed=self.sizes.append,
            changed=lambda: self.changes.append(True),
        )  # fmt: skip
        self.custodian.begin()
        self.trail = AuditWriter.open(self.folder, slot="supervisor", settings=AuditSettings(node="n"))

    def records(self, kind: str) -> list[dict[str, Any]]:
        lines = [line for path in self.folder.glob("n-*.jsonl") for line in path.read_bytes().splitlines()]
        return [record for record in map(json.loads, lines) if record["type"] == kind]

    def problems(self) -> list[Any]:
        return list(verify(self.folder, self.signer.verifier).problems)


async def until(true: Any) -> None:
    for _ in range(1000):
        if true():
            return
        await asyncio.sleep(0.01)
    pytest.fail("it did not come to that")


async def test_it_signs_at_intervals(tmp_path: Path) -> None:
    place = Place(tmp_path, interval=0.01)
    await place.trail.write(upkeep.stop(), wait=True)
    task = asyncio.create_task(place.custodian.run(place.trail))
    await until(lambda: place.sizes == [1])
    task.cancel()
    await place.trail.close()
    assert place.problems() == []


async def test_a_torn_line_of_the_run_before_is_taken_out_and_written_down(tmp_path: Path) -> None:
    before = Place(tmp_path)
    await before.trail.write(upkeep.stop(), wait=True)
    await before.trail.close()
    path = before.trail.path
    path.write_bytes(path.read_bytes() + b'{"half')
    place = Place(tmp_path, interval=0.01)
    task = asyncio.create_task(place.custodian.run(place.trail))
    await until(lambda: place.records("audit_gap"))
    task.cancel()
    await place.trail.close()
    [gap] = place.records("audit_gap")
    assert (gap["reason"], gap["chain_of"], gap["bytes"]) == ("torn", path.stem, 6)
    assert place.problems() == []


async def test_what_is_too_old_is_written_down_signed_and_erased(tmp_path: Path) -> None:
    before = Place(tmp_path)
    await before.trail.write(upkeep.stop(), wait=True)
    await before.trail.close()
    old = before.trail.path
    place = Place(tmp_path)
    month = time.time() - 31 * 86_400
    os.utime(old, (month, month))
    await place.custodian.tidy(place.trail)
    await place.trail.close()
    assert not list(place.folder.glob(f"{old.stem}*"))
    [erased] = place.records("audit_erased")
    assert (erased["chain_of"], erased["first"], erased["last"]) == (old.stem, 1, 1)
    assert place.problems() == []


async def test_a_change_under_way_is_counted(tmp_path: Path) -> None:
    place = Place(tmp_path)
    await place.trail.write(upkeep.stop(), wait=True)
    await place.custodian.sign()
    await place.trail.close()
    place.trail.path.write_bytes(b"")
    await place.custodian.sign()
    assert place.changes == [True]


async def test_a_disk_that_fails_is_no_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = Place(tmp_path)
    await place.trail.write(upkeep.stop(), wait=True)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("proxy.audit.ledger.os.pwrite", full)
    await place.custodian.sign()
    monkeypatch.undo()
    await place.custodian.sign()
    await place.trail.close()
    assert place.sizes == [1]
    assert place.problems() == []


async def test_evidence_goes_when_its_days_are_over(tmp_path: Path) -> None:
    write_panel(tmp_path, panel([Reviewer("a", bytes(32)), Reviewer("b", bytes([1]) * 32)], 7))
    days = [(datetime.now(UTC) - timedelta(days=age)).strftime("%Y-%m-%d") for age in (3, 9)]
    for day in days:
        (tmp_path / "evidence" / day).mkdir(parents=True)
    place = Place(tmp_path)
    await place.custodian.tidy(place.trail)
    await place.trail.close()
    assert [path.name for path in (tmp_path / "evidence").iterdir()] == days[:1]

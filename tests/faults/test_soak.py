"""An hour of work, and what it leaves in memory: `make faults` runs it; HUSHGATE_SOAK_MINUTES sets another length."""

import contextlib
import os
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.faults.crowd import Crowd
from tests.faults.table import SOAK, write
from tests.running import AI_HOSTS, PLAIN_HOST, Proxy
from tests.upstream import Upstream

MINUTES = float(os.environ.get("HUSHGATE_SOAK_MINUTES", "60"))
pytestmark = [pytest.mark.proxy, pytest.mark.xdist_group("faults"), pytest.mark.timeout(int(MINUTES * 60) + 600)]
MOST = 1.0  # MB in ten minutes
SMALL = {  # caches are full, and an audit file was closed and compressed, before the measured part begins
    "HUSHGATE_CACHE_BYTES": "4m",
    "HUSHGATE_AUDIT_SEGMENT": "2m",
    "HUSHGATE_WORKERS": "1",
    "HUSHGATE_INSPECTORS": "1",
}


def slope(samples: Sequence[tuple[float, float]]) -> float:
    """Return by how much the second values rise with the first, by least squares."""
    count = len(samples)
    x, y = sum(s[0] for s in samples) / count, sum(s[1] for s in samples) / count
    return sum((a - x) * (b - y) for a, b in samples) / sum((a - x) ** 2 for a, _ in samples)


def family(pid: int) -> list[int]:
    """Return a process and all below it."""
    found = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False).stdout.split()
    return [pid] + [each for child in found for each in family(int(child))]


def memory(pid: int) -> list[float]:
    """Return the memory of a process and all below it in MB: shared pages count once (proc(5), smaps_rollup, Pss_Anon).

    Pages of files are left out: their share falls and rises with what else runs on the machine.
    """
    sizes = []
    for each in family(pid):
        with contextlib.suppress(OSError):
            lines = Path(f"/proc/{each}/smaps_rollup").read_text(encoding="ascii").splitlines()
            sizes.append(sum(int(line.split()[1]) for line in lines if line.startswith("Pss_Anon:")) * 1024 / 1e6)
    return sizes


def test_a_slope_is_told() -> None:
    assert slope([(0, 5), (1, 7), (2, 9)]) == pytest.approx(2)
    assert slope([(0, 5), (1, 9), (2, 5)]) == pytest.approx(0)


@pytest.mark.skipif("HUSHGATE_FAULTS" not in os.environ, reason="takes an hour: make faults")
def test_memory_does_not_grow(tmp_path: Path) -> None:
    samples: list[tuple[float, float]] = []
    with (
        Upstream(tmp_path, [*AI_HOSTS, PLAIN_HOST]) as upstream,
        Proxy(tmp_path / "state", upstream, environment=SMALL) as proxy,
        Crowd(proxy, upstream, pause=0.2, remember=False) as crowd,
        (tmp_path / "samples.txt").open("w", buffering=1) as log,
    ):
        begun = time.monotonic()
        while (minute := (time.monotonic() - begun) / 60) < MINUTES:
            sizes = memory(proxy.process.pid)
            samples.append((minute, sum(sizes)))
            log.write(" ".join(f"{each:.2f}" for each in (minute, *sizes)) + "\n")
            upstream.received.clear()
            time.sleep(min(5.0, MINUTES))
        done = crowd.total
    late = [sample for sample in samples if sample[0] >= MINUTES / 3]
    rise = 10 * slope(late)
    said = f"{len(samples)} looks, {done} exchanges, {late[0][1]:.0f} to {late[-1][1]:.0f} MB: {rise:+.2f} MB in 10 minutes"
    write(SOAK, f"{SOAK}{MINUTES:g} minutes, {said} over the last {MINUTES * 2 / 3:.0f}.")
    assert rise <= MOST, said

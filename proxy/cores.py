"""How many processors this process may use: its CPU affinity, and what a control group (a container) grants it."""

import math
import os
from pathlib import Path

_GROUPS = Path("/sys/fs/cgroup")


def usable(groups: Path = _GROUPS, own: Path = Path("/proc/self/cgroup")) -> int:
    """Return a number of at least 1; a share of a processor counts as a whole one.

    The limits are those of control groups, version 2 (kernel.org, cgroup-v2, `cpu.max`), of our group and those above.
    """
    affinity = getattr(os, "sched_getaffinity", None)
    count = len(affinity(0)) if affinity else os.cpu_count() or 1
    try:
        path = next(line for line in own.read_text(encoding="ascii").splitlines() if line.startswith("0::"))[3:]
    except (OSError, ValueError, StopIteration):
        return count
    here = groups / path.lstrip("/")
    limits = [_limit(group / "cpu.max") for group in (here, *here.parents) if group.is_relative_to(groups)]
    return max(1, math.ceil(min([count, *limits])))


def _limit(file: Path) -> float:
    try:
        quota, period = file.read_text(encoding="ascii").split()
        return int(quota) / int(period)
    except (OSError, ValueError, ZeroDivisionError):  # "max 100000": no limit
        return math.inf

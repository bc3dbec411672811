"""A process in, what it and its descendants have used out: CPU seconds and memory, from Linux's /proc (proc(5))."""

import contextlib
import time
from pathlib import Path

_PROC = Path("/proc")


class NoAccounts(OSError):
    """This system has no /proc: CPU and memory cannot be told."""


def tree(root: int) -> list[int]:
    """Return `root` and its living descendants. Raises NoAccounts."""
    children: dict[int, list[int]] = {}
    for pid, fields in _all():
        children.setdefault(int(fields[1]), []).append(pid)
    found = [root]
    for pid in found:
        found.extend(children.get(pid, ()))
    return found


def cpu_seconds(root: int) -> float:
    """Return the time that `root` and its living descendants have run, in seconds. Raises NoAccounts."""
    total = 0.0
    for pid in tree(root):
        with contextlib.suppress(OSError):
            total += time.clock_gettime(_clock(pid))
    return total


def _clock(pid: int) -> int:
    """Return the number of a process's CPU clock, which counts nanoseconds (clock_getcpuclockid(3) on Linux)."""
    return (~pid << 3) | 2


def memory_bytes(root: int) -> int:
    """Return the proportional memory (Pss, shared pages divided among their users) of the whole tree, in bytes."""
    total = 0
    for pid in tree(root):
        try:
            lines = (_PROC / str(pid) / "smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        total += sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
    return total


def _all() -> list[tuple[int, list[str]]]:
    """Return each process with the fields of its `stat` after the command's name: state first, parent second."""
    if not (_PROC / "self" / "stat").exists():
        raise NoAccounts("this system has no /proc; run the benchmark on Linux")
    result = []
    for entry in _PROC.iterdir():
        if entry.name.isdigit():
            try:
                result.append((int(entry.name), (entry / "stat").read_text().rpartition(")")[2].split()))
            except OSError:
                continue  # it ended meanwhile
    return result

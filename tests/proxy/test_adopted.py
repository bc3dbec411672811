import asyncio
import os
import signal
import subprocess
import sys

import pytest

from proxy.adopted import Adopted

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="it takes a pidfd")


def child(code: str) -> int:
    """Start a process that nobody but the test waits for."""
    pid = os.fork()
    if not pid:
        os.execv(sys.executable, [sys.executable, "-c", code])
    return pid


async def test_the_end_of_a_child_is_heard_and_its_code_kept() -> None:
    async with asyncio.timeout(60):
        adopted = Adopted(child("raise SystemExit(7)"))
        assert await adopted.wait() == 7
        assert (await adopted.wait(), adopted.returncode) == (7, 7)


async def test_it_can_be_killed() -> None:
    async with asyncio.timeout(60):
        adopted = Adopted(child("import signal; signal.pause()"))
        assert adopted.returncode is None
        adopted.kill()
        assert await adopted.wait() == -signal.SIGKILL
        adopted.kill()


async def test_one_that_had_ended_before_is_told_all_the_same() -> None:
    async with asyncio.timeout(60):
        pid = child("raise SystemExit(3)")
        os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)  # it is left to be reaped
        assert await Adopted(pid).wait() == 3


async def test_one_that_somebody_else_waited_for_has_ended_too() -> None:
    done = subprocess.Popen([sys.executable, "-c", ""])
    done.wait()
    async with asyncio.timeout(60):
        assert await Adopted(done.pid).wait() == 255

"""A child that was started before this process took another program (execve(2)): waited for, and killed where need be.

Linux only: it takes a pidfd (pidfd_open(2)).
"""

import asyncio
import contextlib
import os
import signal

_UNKNOWN = 255  # the exit code of a child whose end somebody else saw


class Adopted:
    """What of asyncio's Process the supervisor needs; `returncode` is None while it runs."""

    def __init__(self, pid: int) -> None:
        """Needs a running event loop. Raises OSError, not where the child is gone already."""
        self.pid = pid
        self.returncode: int | None = None
        self._ended = asyncio.Event()
        try:
            self._handle = os.pidfd_open(pid)
        except ProcessLookupError:
            self._end(_UNKNOWN)
        else:
            asyncio.get_running_loop().add_reader(self._handle, self._reap)

    def _reap(self) -> None:
        asyncio.get_running_loop().remove_reader(self._handle)
        os.close(self._handle)
        try:
            _, status = os.waitpid(self.pid, os.WNOHANG)
        except ChildProcessError:
            self._end(_UNKNOWN)
        else:
            self._end(os.waitstatus_to_exitcode(status))

    def _end(self, code: int) -> None:
        self.returncode = code
        self._ended.set()

    async def wait(self) -> int:
        """Wait for the end and return the exit code, below 0 for a signal."""
        await self._ended.wait()
        return _UNKNOWN if self.returncode is None else self.returncode

    def kill(self) -> None:
        """End it at once."""
        if self.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)

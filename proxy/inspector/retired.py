"""Inspectors that an earlier program of this process launched: kept for the workers that still ask them, then ended."""

import asyncio
import contextlib
import os
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from proxy.adopted import Adopted

_END_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Left:
    """What is handed over of a generation: its zygote's process id, the descriptor of its control, its sockets."""

    pid: int
    control: int
    paths: tuple[str, ...]


class Retired:
    """A generation that nobody starts anew. The zygote goes on to replace inspectors that end."""

    def __init__(self, left: Left) -> None:
        """Needs a running event loop. Raises OSError."""
        self.left = left
        self._control = socket.socket(fileno=left.control)
        self._control.set_inheritable(False)
        self._process = Adopted(left.pid)

    def hand_over(self) -> Left:
        """Leave it to the next program."""
        self._control.set_inheritable(True)
        return self.left

    async def stop(self) -> None:
        """End the zygote and its inspectors, and remove the sockets."""
        self._control.close()
        try:
            await asyncio.wait_for(self._process.wait(), _END_SECONDS)
        except TimeoutError:
            self._process.kill()
            await self._process.wait()
        for path in self.left.paths:
            with contextlib.suppress(OSError):
                os.unlink(path)


def read(rows: Sequence[dict[str, Any]]) -> list[Left]:
    """Return what `asdict` made JSON of."""
    return [Left(row["pid"], row["control"], tuple(row["paths"])) for row in rows]

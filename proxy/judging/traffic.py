"""What moved at AI hosts without a decision of its own in, one `traffic` record a connection, service and minute out.

Assets, lists of models, audio frames, tunnels that the policy leaves closed: too many to be records one by one, and too
telling to be none. How many bytes of them nobody read is told by reason.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from proxy.audit import record as audit_record
from proxy.exchange import Client

logger = logging.getLogger("hushgate.traffic")
MINUTE = 60.0
_MOST = 10_000  # connections and services that are kept apart at a time


class Trail(Protocol):
    """Where records go."""

    async def write(self, record: dict[str, object], *, wait: bool) -> None:
        """Write one record. Raises OSError."""


@dataclass(slots=True)
class _Sum:
    client: Client
    up: int = 0
    down: int = 0
    uninspected: Counter[str] = field(default_factory=Counter)


class Traffic:
    """The sums of one worker."""

    def __init__(self, trail: Trail, most: int = _MOST) -> None:
        self._trail = trail
        self._most = most
        self._sums: dict[tuple[str, str, str, str], _Sum] = {}
        self._ended = asyncio.Event()
        self._full = asyncio.Event()

    def moved(
        self,
        client: Client,
        connection: str,
        service: str,
        host: str,
        *,
        up: int = 0,
        down: int = 0,
        uninspected: Mapping[str, int] | None = None,
    ) -> None:
        """Add bytes. `connection` names the client's connection, `uninspected` maps reasons to bytes."""
        key = (connection, client.subject, service, host)
        known = self._sums.get(key)
        if known is None:
            known = self._sums[key] = _Sum(client)
            if len(self._sums) >= self._most:
                self._full.set()
        known.up += up
        known.down += down
        known.uninspected.update(uninspected or {})

    async def run(self) -> None:
        """Write each minute, and once more at the end; sooner where there are too many."""
        while not self._ended.is_set():
            try:
                async with asyncio.timeout(MINUTE):
                    await self._full.wait()
            except TimeoutError:
                pass
            await self.flush()

    def end(self) -> None:
        """Have `run` come to its end."""
        self._ended.set()
        self._full.set()

    async def flush(self) -> None:
        """Write what came together. A trail that cannot be written is logged: nothing waits for these records."""
        sums, self._sums = self._sums, {}
        if not self._ended.is_set():
            self._full.clear()
        for (_, _, service, host), each in sums.items():
            record = audit_record.traffic(
                client=each.client,
                service=service,
                host=host,
                bytes_up=each.up,
                bytes_down=each.down,
                uninspected=each.uninspected,
            )
            try:
                await self._trail.write(record, wait=False)
            except OSError:
                logger.error("the audit log cannot be written")
                return

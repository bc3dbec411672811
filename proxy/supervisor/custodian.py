"""The audit folder while hushgate runs: signed at intervals and at rotation, compressed, erased when old, watched.

Rules
1. The signing key lives in this object and nowhere else; workers never see it.
2. A fault of the disk is logged and counted, and the next round tries again. Serving goes on: the writers say
   themselves when they cannot write.
"""

import asyncio
import logging
import time
from collections.abc import Callable
from pathlib import Path

from proxy.audit import custody, upkeep
from proxy.audit.chain import segments
from proxy.audit.notary import Look, Notary
from proxy.audit.note import Signer
from proxy.audit.writer import AuditWriter
from proxy.evidence.reviewers import panel_of, read_panel
from proxy.evidence.shelf import Shelf

logger = logging.getLogger("hushgate.audit")
_HOUSEKEEPING = 60.0


class Custodian:
    """Signs and keeps one audit folder."""

    def __init__(
        self,
        folder: Path,
        signer: Signer,
        *,
        interval: float,
        days: float,
        signed: Callable[[int], None] = lambda records: None,  # noqa: ARG005
        changed: Callable[[], None] = lambda: None,
    ) -> None:
        """`signed` hears of each checkpoint how many records it covers, `changed` of each chain that was changed.

        Raises LedgerError, OSError.
        """
        self._folder = folder
        self._interval = interval
        self._days = days
        self._signed = signed
        self._changed = changed
        self._notary = Notary(folder, signer)
        self._torn: list[tuple[str, int]] = []
        self._lock = asyncio.Lock()

    def begin(self, *, alone: bool = True) -> None:
        """Sign what earlier runs left, before anything is written. `alone`: nobody writes any more. Raises OSError."""
        self._heard(self._notary.look(starting=alone))

    async def run(self, trail: AuditWriter) -> None:
        """Keep the folder until cancelled."""
        signed = kept = time.monotonic()
        closed = -1
        while True:
            await self._write_torn(trail)
            await asyncio.sleep(min(1.0, self._interval))
            files = await asyncio.to_thread(_closed, self._folder)
            if time.monotonic() - signed >= self._interval or closed not in (-1, files):
                signed, closed = time.monotonic(), files
                await self.sign()
            closed = files
            if time.monotonic() - kept >= _HOUSEKEEPING:
                kept = time.monotonic()
                await self.tidy(trail)

    async def sign(self) -> None:
        """Sign what is new."""
        async with self._lock:
            try:
                look = await asyncio.to_thread(self._notary.look)
            except OSError as error:
                logger.error("the audit log cannot be signed: %s", error.strerror or type(error).__name__)
                return
        self._heard(look)

    async def tidy(self, trail: AuditWriter) -> None:
        """Compress what is closed; write down what is too old, sign that, and erase it."""
        async with self._lock:
            try:
                await asyncio.to_thread(custody.packed, self._folder, self._notary.signed_to)
                await asyncio.to_thread(self._expire_evidence)
                old = await asyncio.to_thread(custody.expired, self._folder, self._notary.signed_to, self._days)
            except (OSError, ValueError) as error:
                logger.error("audit files cannot be kept: %s", getattr(error, "strerror", None) or type(error).__name__)
                return
        for each in old:
            record = upkeep.audit_erased(each.segment.chain, each.first, each.last, "retention")
            try:
                await asyncio.wrap_future(trail.append(record))
                await self.sign()
                each.segment.path.unlink(missing_ok=True)
            except OSError as error:
                logger.error("audit files cannot be erased: %s", error.strerror or type(error).__name__)
                return

    def _expire_evidence(self) -> None:
        state = self._folder.parent
        for day in Shelf(state).expire(read_panel(panel_of(state)).days):
            logger.info("evidence of %s is erased", day)

    async def _write_torn(self, trail: AuditWriter) -> None:
        torn, self._torn = self._torn, []
        for chain, size in torn:
            logger.warning("a crash had cut off the last line of %s; it was taken out", chain)
            trail.append(upkeep.torn(chain, size))

    def _heard(self, look: Look) -> None:
        self._torn += look.torn
        for chain, how in look.changed:
            self._changed()
            logger.error("the audit log was changed: %s: %s; run hushgate audit verify", chain, how)
        if look.checkpoint is not None:
            self._signed(look.checkpoint.size)


def _closed(folder: Path) -> int:
    """Return how many files have been followed by another of their chain."""
    return sum(files[-1].number for files in segments(folder).values())

"""The inspection of one answer, with its record and, where a rule stops it, its end."""

import logging
from typing import Protocol

from policies.message import with_ref
from proxy.audit import record as audit_record
from proxy.audit.ulid import new_id
from proxy.judging.answering import Answering, Stopped
from proxy.judging.inspection import Judged
from proxy.judging.tally import Tally
from proxy.refusals import refusal
from proxy.restore.ending import ending

logger = logging.getLogger("hushgate.answerer")


class Trail(Protocol):
    """Where records go."""

    async def write(self, record: dict[str, object], *, wait: bool) -> None:
        """Write one record. Raises OSError."""


class Answerer:
    """Takes the chunks of one answer, gives what the client gets."""

    def __init__(
        self, answering: Answering, kind: str, judged: Judged, revision: str, trail: Trail, tally: Tally
    ) -> None:
        self._answering = answering
        self._kind = kind
        self._judged = judged
        self._revision = revision
        self._trail = trail
        self._tally = tally

    @property
    def restored(self) -> int:
        """Return how many values were put back."""
        return self._answering.restored

    async def feed(self, data: bytes) -> bytes:
        """Return what leaves after `data` came. Raises CodingError, OSError where the record cannot be written."""
        return await self._left(await self._answering.feed(data))

    async def flush(self) -> bytes:
        """Return what leaves at the end, having recorded what was found."""
        stopped = self._answering.stopped
        left = await self._left(await self._answering.flush())
        judged = self._answering.judged()
        if judged is not None and not self._answering.stopped and not stopped:
            await self._record(judged, new_id())
        return left

    async def _left(self, left: bytes | Stopped) -> bytes:
        if not isinstance(left, Stopped):
            return left
        ref = new_id()
        await self._record(left.judged, ref)
        text = with_ref(left.judged.verdict.message.rstrip(), ref)
        text = text if ref in text else f"{text} (reference {ref})"
        endpoint = self._judged.match.endpoint
        error = refusal.refuse(endpoint.refusal, text, ref).body
        return ending(self._kind, endpoint.dialect, error, text, ref)

    async def _record(self, judged: Judged, event: str) -> None:
        self._tally.answered(judged)
        enforced = judged.verdict.action.stops or bool(judged.verdict.redactions)
        record = audit_record.decision(
            judged, event=event, replaced=self._answering.cut, revision=self._revision, ms={}
        )
        await self._trail.write(record, wait=enforced)

"""The inspection of one answer, with its record and, where a rule stops it, its end."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from policies.message import with_ref
from proxy.audit import record as audit_record
from proxy.audit.ulid import new_id
from proxy.judging.answering import Answering, Stopped
from proxy.judging.answers.editor import PAUSE
from proxy.judging.inspection import Judged
from proxy.judging.snapshot import Snapshot
from proxy.judging.tally import Tally
from proxy.refusals import refusal
from proxy.refusals.refusal import Asked
from proxy.restore.ending import ending
from proxy.restore.weave import Event

logger = logging.getLogger("hushgate.answerer")


class Trail(Protocol):
    """Where records go."""

    async def write(self, record: dict[str, object], *, wait: bool) -> None:
        """Write one record. Raises OSError."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A message of a service may not leave: what the user is told in the WebSocket, and what it is closed with."""

    frame: bytes | None = field(repr=False)
    close: tuple[int, str] = field(repr=False)


class Answerer:
    """Takes the chunks of one answer, or the events of one WebSocket, gives what the client gets."""

    def __init__(
        self,
        answering: Answering,
        kind: str,
        judged: Judged,
        revision: str,
        trail: Trail,
        tally: Tally,
        unread: str = "",
    ) -> None:
        """`unread`: why the answer cannot be read at all, a reason of `on_unknown`; then only `instead` is called."""
        self.unread = unread
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

    @property
    def over(self) -> bool:
        """Tell whether the answer has been ended: nothing more of the vendor's leaves."""
        return self._answering.stopped

    @property
    def restless(self) -> bool:
        """Tell whether `pause` is to be called in `PAUSE` seconds."""
        return self._answering.restless

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

    def ask(self, judged: Judged, snapshot: Snapshot) -> None:
        """Take what follows for the answer to this message of a WebSocket's client."""
        self._judged, self._revision = judged, snapshot.revision
        self._answering.ask(judged, snapshot)

    async def take(self, events: Sequence[Event], *, final: bool = False) -> list[bytes] | Refused:
        """Return what leaves of the events of a WebSocket, having recorded what was found. Raises OSError."""
        left = await self._answering.take(events, final=final)
        if isinstance(left, Stopped):
            text, ref = await self._told(left)
            shape = self._judged.match.endpoint.refusal
            asked = Asked.of(self._judged.exchange)
            return Refused(refusal.refuse_message(shape, text, ref, asked), refusal.refuse_close(shape, text))
        judged = self._answering.fresh()
        if judged is not None:
            await self._record(judged, new_id())
        return left

    def pause(self, seconds: float = PAUSE) -> bytes:
        """Return what leaves of what nothing was added to for so many seconds."""
        return b"".join(self.paused(seconds))

    def paused(self, seconds: float = PAUSE) -> list[bytes]:
        """Return the same as the events that it is."""
        return self._answering.pause(seconds)

    def closed(self) -> list[bytes]:
        """Return the events that leave when nothing more comes and no detector can be asked any more."""
        return self._answering.close()

    async def instead(self) -> refusal.Answer | None:
        """Return our own answer instead of one that cannot be read; None where it may pass as it is. Raises OSError."""
        left = await self._answering.take([Event(b"", unread=self.unread)])
        if not isinstance(left, Stopped):
            judged = self._answering.judged()
            if judged is not None:
                await self._record(judged, new_id())
            return None
        text, ref = await self._told(left)
        return refusal.refuse(self._judged.match.endpoint.refusal, text, ref, Asked.of(self._judged.exchange))

    async def _left(self, left: bytes | Stopped) -> bytes:
        if not isinstance(left, Stopped):
            return left
        text, ref = await self._told(left)
        endpoint = self._judged.match.endpoint
        error = refusal.refuse(endpoint.refusal, text, ref).body
        return ending(self._kind, endpoint.dialect, error, text, ref)

    async def _told(self, left: Stopped) -> tuple[str, str]:
        """Record that the answer ends; return what the user is told, and the reference."""
        ref = new_id()
        await self._record(left.judged, ref)
        text = with_ref(left.judged.verdict.message.rstrip(), ref)
        return text if ref in text else f"{text} (reference {ref})", ref

    async def _record(self, judged: Judged, event: str) -> None:
        self._tally.answered(judged)
        enforced = judged.verdict.action.stops or bool(judged.verdict.redactions)
        record = audit_record.decision(
            judged, event=event, replaced=self._answering.cut, revision=self._revision, ms={}
        )
        await self._trail.write(record, wait=enforced)

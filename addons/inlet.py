"""What comes in on a connection, handed over where it arrives instead of by a task that is woken for it.

A stream reader wakes a task for each piece: a future, two turns of the event loop, a copy. The inlet stands in the
reader's place while everything that was written is on its way. Otherwise the reader keeps what comes, and pauses the
transport when that is too much, until there is room again.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable

logger = logging.getLogger("hushgate.engine")
Take = Callable[[bytes], bool]
"""A piece, to whether what was written because of it is on its way."""

_PIECE = 65535


class Inlet:
    """`take` is called with each piece in order; after one that was not on its way, not before `drain` has returned."""

    def __init__(self, reader: asyncio.StreamReader, take: Take, drain: Callable[[], Awaitable[None]]) -> None:
        self._reader = reader
        self._take = take
        self._drain = drain
        self._draining: asyncio.Future[None] | None = None
        self._closed = False

    async def run(self) -> None:
        """Return when the other side has ended. Raises OSError where the connection, or taking a piece, failed."""
        self._reader.feed_data = self._fed  # type: ignore[method-assign, assignment]
        while data := await self._reader.read(_PIECE):
            while self._draining is not None:
                await asyncio.wait((self._draining,))
                await asyncio.sleep(0)  # for `_drained`
            if not self._taken(data):
                self._wait_for_room()

    def close(self) -> None:
        """Take nothing any more."""
        self._closed = True
        if self._draining is not None:
            self._draining.cancel()

    def _fed(self, data: bytes) -> None:
        if self._closed:
            return
        if self._draining is not None or self._reader._buffer:  # type: ignore[attr-defined]
            asyncio.StreamReader.feed_data(self._reader, data)
            return
        try:
            if not self._taken(data):
                self._wait_for_room()
        except OSError as error:
            self._reader.set_exception(error)

    def _taken(self, data: bytes) -> bool:
        try:
            return self._take(data)
        except Exception as error:  # noqa: BLE001 - the boundary
            logger.error("connection failed: %s", type(error).__name__)  # its text may hold a body
            raise OSError("the connection failed") from None

    def _wait_for_room(self) -> None:
        self._draining = asyncio.ensure_future(self._drain())
        self._draining.add_done_callback(self._drained)

    def _drained(self, draining: "asyncio.Future[None]") -> None:
        self._draining = None
        if not draining.cancelled() and draining.exception() is not None:
            self._reader.set_exception(OSError("the connection failed"))

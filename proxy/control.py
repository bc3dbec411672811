"""The wire between the supervisor and a child: one JSON object a line over an inherited socket, both ways.

A child is told `boot` first (settings, keys, snapshot), later `prepare` and `commit` (a snapshot), `drain`; it answers
`ready`, `applied`, and replies to what carries an `ask` number with the same number as `reply`. Keys travel here and
nowhere else.
"""

import asyncio
import contextlib
import os
import socket
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import orjson

Message = dict[str, Any]
Handler = Callable[[Message], Awaitable[Message | None]]

_LIMIT = 64 * 1024 * 1024
_QUIET_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Held:
    """A wire between two programs: its descriptor, what was read and not handled, how many questions were asked."""

    descriptor: int
    unread: bytes = field(repr=False)
    asked: int


class Control:
    """One end of the wire. Messages are handled in order; replies to `ask` wake whoever asked."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, handle: Handler) -> None:
        self._reader = reader
        self._writer = writer
        self._handle = handle
        self._asked = 0
        self._waiting: dict[int, asyncio.Future[Message]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._running: asyncio.Task[None] | None = None
        self._held = False

    @classmethod
    async def over(cls, sock: socket.socket, handle: Handler) -> "Control":
        """Return a control over a connected socket."""
        reader, writer = await asyncio.open_connection(sock=sock, limit=_LIMIT)
        return cls(reader, writer, handle)

    @classmethod
    async def resumed(cls, held: Held, handle: Handler) -> "Control":
        """Go on where another program stopped."""
        sock = socket.socket(fileno=held.descriptor)
        sock.set_inheritable(False)
        control = await cls.over(sock, handle)
        control._reader.feed_data(held.unread)
        control._asked = held.asked
        return control

    def tell(self, message: Message) -> None:
        """Send; nothing is sent once the other end is gone."""
        if not self._writer.is_closing():
            self._writer.write(orjson.dumps(message) + b"\n")

    async def ask(self, message: Message, timeout: float = 5.0) -> Message:
        """Send and return the reply. Raises TimeoutError, or ConnectionError where the other end is gone."""
        if self._writer.is_closing():
            raise ConnectionError("the other end is gone")
        self._asked = number = self._asked + 1
        future = self._waiting[number] = asyncio.get_running_loop().create_future()
        try:
            self.tell({**message, "ask": number})
            return await asyncio.wait_for(future, timeout)
        finally:
            self._waiting.pop(number, None)

    async def run(self) -> None:
        """Handle messages until the other end closes."""
        self._running = asyncio.current_task()
        try:
            while line := await self._reader.readline():
                message = orjson.loads(line)
                if "reply" in message:
                    future = self._waiting.get(message["reply"])
                    if future and not future.done():
                        future.set_result(message)
                    continue
                task = asyncio.create_task(self._one(message))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)
        except (ConnectionError, orjson.JSONDecodeError, ValueError):
            pass
        finally:
            for future in self._waiting.values():
                if not future.done():
                    future.set_exception(ConnectionError("the other end is gone"))
            if not self._held:
                self._writer.close()

    async def _one(self, message: Message) -> None:
        answer = await self._handle(message)
        if "ask" in message:
            self.tell({**(answer or {}), "reply": message["ask"]})

    async def hold(self) -> Held:
        """Stop between two messages, for another program to go on: what was begun is answered, nothing is lost."""
        self._held = True
        self._writer.transport.pause_reading()  # type: ignore[attr-defined] # a socket's transport has it
        if self._running is not None and not self._running.done():
            self._running.cancel()
            await asyncio.wait((self._running,))
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=_QUIET_SECONDS)
        self._writer.transport.set_write_buffer_limits(0)
        with contextlib.suppress(ConnectionError, TimeoutError):
            await asyncio.wait_for(self._writer.drain(), _QUIET_SECONDS)
        unread = b""
        with contextlib.suppress(TimeoutError, ConnectionError):
            unread = await asyncio.wait_for(self._reader.read(_LIMIT), 0.01)
        descriptor = os.dup(self._writer.get_extra_info("socket").fileno())
        os.set_inheritable(descriptor, True)
        return Held(descriptor, unread, self._asked)

    async def close(self) -> None:
        """Close the wire."""
        self._writer.close()
        with contextlib.suppress(ConnectionError):
            await self._writer.wait_closed()

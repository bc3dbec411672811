"""A client connection whose first bytes are read but not consumed, until it is known who shall have it."""

import asyncio
from collections.abc import Callable


class Arrival(asyncio.Protocol):
    """Keeps all that a client sends in `buffer`, reading no further than `limit` bytes ahead.

    Then one of `streams`, `yield_to` or `dismiss` takes the connection over.
    """

    __slots__ = ("_accepted", "_changed", "_deaf", "_ended", "_limit", "_lost", "buffer", "transport")

    transport: asyncio.Transport

    def __init__(self, accepted: Callable[["Arrival"], None], limit: int) -> None:
        self.buffer = bytearray()
        self._accepted = accepted
        self._limit = limit
        self._changed: asyncio.Future[None] | None = None
        self._ended = False
        self._lost = False
        self._deaf = False

    async def more(self) -> None:
        """Return when more bytes have arrived. Raises ConnectionError where none will come."""
        if self._ended or self._lost:
            raise ConnectionResetError
        if len(self.buffer) < self._limit:
            self.transport.resume_reading()
        await self._change()

    def streams(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Hand the connection over as streams that begin with what has been read so far."""
        loop = asyncio.get_running_loop()
        reader = asyncio.StreamReader(loop=loop)
        protocol = asyncio.StreamReaderProtocol(reader, loop=loop)
        data = self.yield_to(protocol)
        protocol.connection_made(self.transport)
        writer = asyncio.StreamWriter(self.transport, protocol, reader, loop)
        reader.feed_data(data)
        if self._ended:
            reader.feed_eof()
        elif self._lost:
            protocol.connection_lost(ConnectionResetError())
        return reader, writer

    def yield_to(self, protocol: asyncio.Protocol | asyncio.BufferedProtocol) -> bytes:
        """Hand the connection over to `protocol` and return what has been read so far."""
        data = bytes(self.buffer)
        self.buffer.clear()
        self.transport.set_protocol(protocol)
        self.transport.resume_reading()
        return data

    @property
    def ended(self) -> bool:
        """Say whether the client has sent its last byte."""
        return self._ended

    @property
    def lost(self) -> bool:
        """Say whether the connection is gone."""
        return self._lost

    async def dismiss(self, answer: bytes, linger: float) -> None:
        """Send a last answer and close, reading on for `linger` seconds lest it be lost (RFC 9112 9.6)."""
        self._deaf = True
        self.buffer.clear()
        try:
            self.transport.write(answer)
            if self.transport.can_write_eof():  # TLS has no half-close
                self.transport.write_eof()
            self.transport.resume_reading()
            async with asyncio.timeout(linger):
                while not (self._ended or self._lost):
                    await self._change()
        except OSError:  # a timeout is one too; a client that reset the connection gets no answer
            pass
        finally:
            self.transport.close()

    def abort(self) -> None:
        """Cut the connection, whoever has it by now; nothing happens where it is closed already."""
        if self.transport.get_extra_info("socket").fileno() >= 0:  # asyncio's abort fails after a graceful close
            self.transport.abort()

    async def _change(self) -> None:
        self._changed = asyncio.get_running_loop().create_future()
        await self._changed

    def _wake(self) -> None:
        if self._changed is not None and not self._changed.done():
            self._changed.set_result(None)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take up the connection."""
        self.transport = transport  # type: ignore[assignment]
        self._accepted(self)

    def data_received(self, data: bytes) -> None:
        """Keep the bytes, or drop them once the client is dismissed."""
        if self._deaf:
            return
        self.buffer += data
        if len(self.buffer) >= self._limit:
            self.transport.pause_reading()
        self._wake()

    def eof_received(self) -> bool:
        """Note that the client sends no more; it may still read."""
        self._ended = True
        self._wake()
        return self.transport.can_write_eof()

    def connection_lost(self, _exc: Exception | None) -> None:
        """Note that the client is gone."""
        self._lost = True
        self._wake()

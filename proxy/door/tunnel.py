"""Two connected sockets in, each one's bytes passed to the other unread until both have ended, their number out.

- A side that ends its sending (half-close) ends the sending on the other; answers go on.
- A side that reads slowly stops the reading on the other: no more than one write buffer waits in each direction.
- A tunnel in which nothing moves for the idle time is cut, also one that only waits for its last bytes to go out.
"""

import asyncio


class _Side(asyncio.Protocol):
    """One end of a tunnel."""

    __slots__ = ("count", "ended", "lost", "other", "transport", "tunnel")

    other: "_Side"
    transport: asyncio.Transport

    def __init__(self, tunnel: "Tunnel") -> None:
        self.tunnel = tunnel
        self.count = 0  # bytes received here
        self.ended = False
        self.lost = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport  # type: ignore[assignment]
        self.transport.pause_reading()  # until the tunnel is opened

    def data_received(self, data: bytes) -> None:
        self.tunnel.touch()
        self.count += len(data)
        self.other.transport.write(data)

    def eof_received(self) -> bool:
        self.tunnel.touch()
        self.ended = True
        if self.other.ended:
            self.transport.close()
            self.other.transport.close()
        else:
            try:
                if not self.other.transport.can_write_eof():  # TLS has no half-close
                    self.other.transport.close()
                else:
                    self.other.transport.write_eof()
            except OSError:  # already reset by its peer: connection_lost will tell
                self.other.transport.close()
        return self.transport.can_write_eof()

    def connection_lost(self, exc: Exception | None) -> None:
        self.lost = True
        self.tunnel.lose(self, reset=exc is not None)

    def pause_writing(self) -> None:
        self.other.transport.pause_reading()

    def resume_writing(self) -> None:
        self.tunnel.touch()
        self.other.transport.resume_reading()


class Tunnel:
    """A relay between a client and an upstream. `finished` holds how it ended: `closed`, `aborted`, `idle`, `drained`.

    Make `upstream` the protocol of the connected upstream and `client` that of the client, then call `open`.
    """

    def __init__(self, client: asyncio.Transport, idle: float) -> None:
        self.client = _Side(self)
        self.upstream = _Side(self)
        self.client.other, self.upstream.other = self.upstream, self.client
        self.client.transport = client
        self._loop = asyncio.get_running_loop()
        self.finished: asyncio.Future[str] = self._loop.create_future()
        self._idle = idle
        self._outcome = "closed"
        self._moved = self._loop.time()
        self._timer: asyncio.TimerHandle | None = None

    @property
    def up(self) -> int:
        """Return how many bytes the client sent."""
        return self.client.count

    @property
    def down(self) -> int:
        """Return how many bytes the upstream sent."""
        return self.upstream.count

    def open(self, first: bytes, *, ended: bool = False) -> None:
        """Begin to relay: `first` is what the client sent already, `ended` that it sends no more."""
        self._timer = self._loop.call_later(self._idle, self._look)
        if self.client.transport.is_closing():
            self.client.connection_lost(ConnectionResetError())
            return
        if first:
            self.client.data_received(first)
        if ended:
            self.client.eof_received()
        self.upstream.transport.resume_reading()

    def cut(self, outcome: str) -> None:
        """End both sides at once."""
        if not self.finished.done():
            self._outcome = outcome
        for side in (self.client, self.upstream):
            if not side.lost:
                side.transport.abort()

    def touch(self) -> None:
        """Note that something moved."""
        self._moved = self._loop.time()

    def lose(self, side: _Side, *, reset: bool) -> None:
        """Note that one side is gone: the other gets what is still on its way to it, and is closed."""
        if reset and self._outcome == "closed":
            self._outcome = "aborted"
        if not side.other.lost:
            side.other.transport.close()
        elif not self.finished.done():
            if self._timer is not None:
                self._timer.cancel()
            self.finished.set_result(self._outcome)

    def _look(self) -> None:
        rest = self._moved + self._idle - self._loop.time()
        if rest > 0:
            self._timer = self._loop.call_later(rest, self._look)
        else:
            self.cut("idle")

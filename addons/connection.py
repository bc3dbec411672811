"""One client connection as mitmproxy handles it, with what mitmproxy spends on each event taken away.

mitmproxy makes a task for each hook and has its completion wait for a lock and another turn of the loop. Here events
are worked off one after the other where they arise: a hook whose listeners do not wait is over at once.

The private parts that this builds on are checked by `engine.check` at start.
"""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any, cast

from mitmproxy.connection import Connection as Conn
from mitmproxy.connection import ConnectionState, Server
from mitmproxy.master import Master
from mitmproxy.proxy import commands, events, mode_servers, mode_specs, server, server_hooks
from mitmproxy.proxy.layers import modes

from addons import flowcontrol, lifetime, tower
from addons.cork import Cork
from addons.dispatch import Dispatch
from addons.express import Express
from addons.inlet import Inlet
from addons.lifetime import Lifetime, Patience
from addons.relay import Relay

logger = logging.getLogger("hushgate.engine")
Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]
Connect = Callable[[str, int], Awaitable[Streams]]
"""(host, port) to streams. Raises OSError, whose text goes to the client: it names no address of ours."""

_LOOK = 0.02  # seconds between two looks whether a client has read on
_REGULAR = mode_specs.ProxyMode.parse("regular")


class Connection(mode_servers.ProxyConnectionHandler):
    """A client connection that the front door handed over, with its upstreams."""

    def __init__(
        self,
        master: Master,
        dispatch: Dispatch,
        connect: Connect,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        patience: Patience | None = None,
    ) -> None:
        super().__init__(master, reader, cast(Any, Cork(writer)), master.options, _REGULAR)
        self.layer = modes.HttpProxy(self.layer.context)
        self._connect = connect
        self._dispatch = dispatch
        self._events: deque[events.Event] = deque()
        self._busy = False
        self._tasks: set[asyncio.Task[None]] = set()
        self._relays: dict[Conn, Relay] = {}
        self._patience = patience or Patience()
        self._lifetime = Lifetime(self._patience)
        self._leaving = False
        self._turn = 0
        self._express = Express(self)

    async def handle_hook(self, hook: commands.StartHook) -> None:
        """Call our addons; a hook that nobody listens to costs nothing. No flow is ever paused for a person."""
        if self._dispatch.listens(hook.name):
            with self.timeout_watchdog.disarm():
                await self._dispatch.call(hook)

    async def server_event(self, event: events.Event) -> None:
        """Work off an event."""
        self.work(event)

    def work(self, event: events.Event) -> None:
        """Have the layers work off an event, where one is being worked off after it."""
        self._events.append(event)
        if self._busy:
            return
        self._busy = True
        self._turn += 1
        try:
            while self._events:
                self.timeout_watchdog.register_activity()
                try:
                    for command in self.layer.handle_event(self._events.popleft()):
                        self._obey(command)
                except Exception as error:  # noqa: BLE001 - the boundary: its text may hold a body
                    logger.error("connection failed: %s", type(error).__name__)
                    self.close(self.client)  # its layers are in no known state: nobody is to wait for them
        finally:
            self._busy = False
        if isinstance(self.layer, modes.HttpProxy) and self.client.tls_established:
            self.layer = tower.shortened(self.layer) or self.layer
        if self._leaving:
            self._leave_if_idle()

    def _obey(self, command: commands.Command) -> None:
        if isinstance(command, commands.SendData):
            self.send(command.connection, command.data)
        elif isinstance(command, commands.StartHook):
            self._start(command)
        elif isinstance(command, commands.OpenConnection):
            task = asyncio.create_task(self.open_connection(command))
            self.transports[command.connection] = server.ConnectionIO(handler=task)
        elif isinstance(command, commands.CloseConnection):
            if command.connection in self.transports:
                half = isinstance(command, commands.CloseTcpConnection) and command.half_close
                self.close_connection(command.connection, half)
        elif isinstance(command, commands.RequestWakeup):
            self.wakeup_timer.add(asyncio.create_task(self.wakeup(command)))
        elif not isinstance(command, commands.Log):
            raise TypeError("a command that is not known")

    def send(self, connection: Conn, data: bytes) -> None:
        """Send bytes, unless the connection is closing."""
        transport = self.transports.get(connection)
        if transport is not None and transport.writer is not None and not transport.writer.is_closing():
            transport.writer.write(data)

    def close(self, connection: Conn) -> None:
        """Close a connection, if it is open."""
        transport = self.transports.get(connection)
        if transport is not None and transport.handler is not None:
            self.close_connection(connection)

    def _start(self, hook: commands.StartHook) -> None:
        if not self._dispatch.listens(hook.name) or self._express.heard(hook):
            self._completed(hook)
            return
        task = asyncio.create_task(self.handle_hook(hook))  # eager: it runs here, as far as it does not wait
        if task.done():
            self._finished(task, hook)
        else:
            self._tasks.add(task)
            task.add_done_callback(lambda task: self._finished(task, hook))

    def _finished(self, task: "asyncio.Task[None]", hook: commands.StartHook) -> None:
        """Go on after a hook; one that failed leaves its flow where it is, since to go on would be to forward."""
        self._tasks.discard(task)
        if task.cancelled():
            return
        error = task.exception()
        if error is None:
            self._completed(hook)
        else:
            logger.error("hook %s failed: %s", hook.name, type(error).__name__)

    def _completed(self, hook: commands.StartHook) -> None:
        if hook.blocking:
            self.work(events.HookCompleted(hook))

    async def handle_connection(self, connection: Conn) -> None:
        """Read until the other side ends, then wait until ours does (a TCP connection can be half-closed)."""
        reader = cast(asyncio.StreamReader, self.transports[connection].reader)
        cancelled: asyncio.CancelledError | None = None
        inlet = Inlet(reader, lambda data: self._received(connection, data), lambda: self._room(connection))
        try:
            await inlet.run()
        except OSError:
            pass
        except asyncio.CancelledError as error:
            cancelled = error
        finally:
            inlet.close()
        if cancelled is None:
            connection.state &= ~ConnectionState.CAN_READ
        else:
            connection.state = ConnectionState.CLOSED
        ended = events.ConnectionClosed(connection)
        if not self._express.take(ended):
            self.work(ended)
        if connection.state is ConnectionState.CAN_WRITE:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError as error:
                cancelled = error
        self._relays.pop(connection, None)
        writer = self.transports.pop(connection).writer
        if writer is not None:
            writer.close()
        if cancelled is not None:
            raise cancelled

    def _received(self, connection: Conn, data: bytes) -> bool:
        """Work off what came; tell whether all that was written meanwhile is on its way."""
        self.timeout_watchdog.register_activity()
        received = events.DataReceived(connection, data)
        if not self._express.take(received):
            relayed = self._relayed(connection, data) if isinstance(connection, Server) and not self._busy else None
            if relayed is not None:
                return relayed
            self.work(received)
        if self.client.alpn != b"h2":
            return self._settled()
        if connection is self.client:
            for command in flowcontrol.release(self.layer):
                self._obey(command)
        return self._settled() and not self._crowded(connection)

    def _crowded(self, connection: Conn) -> bool:
        return isinstance(connection, Server) and flowcontrol.crowded(self.layer, connection)

    async def _room(self, connection: Conn) -> None:
        await self.drain_writers()
        while self._crowded(connection):  # noqa: ASYNC110 - what a client reads is no event of ours
            await asyncio.sleep(_LOOK)

    def _settled(self) -> bool:
        settled = True
        for transport in self.transports.values():
            if transport.writer is not None and not cast(Cork, transport.writer).settled():
                settled = False  # and the others still send what they hold
        return settled

    def _relayed(self, connection: Server, data: bytes) -> bool | None:
        """Send on a piece of an answer that passes the layers by; None where it was none, else as `_received`."""
        relay = self._relays.get(connection)
        if relay is None:
            relay = Relay.between(self.layer, connection)
            if relay is None:
                return None
            self._relays[connection] = relay
        if not relay.ready(self._turn):
            return None
        out, left = relay.take(data)
        client = self.transports.get(self.client)
        settled = True
        if out and client is not None and client.writer is not None:
            settled = cast(Cork, client.writer).send(out)
        if left is None:
            return settled
        relay.leave(left)
        self.work(events.DataReceived(connection, b""))
        return self._settled()

    async def open_connection(self, command: commands.OpenConnection) -> None:
        """Dial through `connect` instead of asyncio: access list, pinned address, connect timeout."""
        upstream = command.connection
        data = server_hooks.ServerConnectionHookData(client=self.client, server=upstream)
        await self.handle_hook(server_hooks.ServerConnectHook(data))
        if upstream.error or not upstream.address:
            await self._failed(command, data, upstream.error or "no host name given")
            return
        async with self.max_conns[upstream.address]:
            upstream.timestamp_start = time.time()
            try:
                reader, writer = await self._connect(*upstream.address[:2])
            except (OSError, asyncio.CancelledError) as error:
                await self._failed(command, data, str(error) or "connection cancelled")
                if isinstance(error, asyncio.CancelledError):
                    raise
                return
            upstream.timestamp_tcp_setup = time.time()
            upstream.state = ConnectionState.OPEN
            upstream.peername = writer.get_extra_info("peername")
            upstream.sockname = writer.get_extra_info("sockname")
            self.transports[upstream] = server.ConnectionIO(
                handler=asyncio.current_task(), reader=reader, writer=cast(Any, Cork(writer))
            )
            await self.handle_hook(server_hooks.ServerConnectedHook(data))
            await self.server_event(events.OpenConnectionCompleted(command, None))
            timer = asyncio.get_running_loop().call_later(self._patience.connect, self._shake_hands, upstream)
            try:
                await self.handle_connection(upstream)
            finally:
                timer.cancel()
                upstream.timestamp_end = time.time()
                await self.handle_hook(server_hooks.ServerDisconnectedHook(data))

    def _shake_hands(self, upstream: Server) -> None:
        """End an upstream whose TLS handshake takes too long."""
        transport = self.transports.get(upstream)
        if upstream.tls and not upstream.tls_established and transport is not None and transport.handler is not None:
            transport.handler.cancel("timeout")

    def look(self, now: float) -> str:
        """End the connection where the client takes too long; return with what (`Lifetime.late`)."""
        if self._leaving:
            self._leave_if_idle()
        reason = self._lifetime.late(self.layer, now, self._express.reading)
        transport = self.transports.get(self.client)
        if reason and transport is not None and transport.handler is not None:
            transport.handler.cancel("timeout")
        return reason

    async def on_timeout(self) -> None:
        """Answer who still waits for a vendor, and close: nothing has moved for too long."""
        self._express.stand_aside()
        for command in lifetime.give_up(self.layer):
            self._obey(command)
        await super().on_timeout()

    def leave(self) -> None:
        """Close as soon as no exchange is open, which may be now."""
        self._leaving = True
        self._leave_if_idle()

    def _leave_if_idle(self) -> None:
        if (
            self.client in self.transports
            and self.client.connected
            and self._express.rests
            and lifetime.idle(self.layer)
        ):
            for command in lifetime.goodbye(self.layer):
                self._obey(command)
            self.close_connection(self.client)

    async def _failed(
        self, command: commands.OpenConnection, data: server_hooks.ServerConnectionHookData, why: str
    ) -> None:
        command.connection.error = why
        await self.handle_hook(server_hooks.ServerConnectErrorHook(data))
        await self.server_event(events.OpenConnectionCompleted(command, why))

    def log(self, message: str, level: int = logging.INFO, exc_info: object = None) -> None:  # noqa: ARG002
        """Drop the core's chatter; keep the type of what crashed, never its text, which may hold a body."""
        if level >= logging.ERROR:
            kind = exc_info[0].__name__ if isinstance(exc_info, tuple) and exc_info[0] else "error"
            logger.error("connection failed: %s", kind)

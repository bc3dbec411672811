"""One client connection in; its head is read, its client identified; it is tunnelled, intercepted, forwarded, refused.

head ─► client known? ─► CONNECT ─┬─► inspected host ──────────────► the engine, which reads the same bytes again
                                  └─► dial ─► 200 ─► first bytes fit? ─► relay, unread
        absolute http URL ────────┬─► inspected host ──────────────► the engine
                                  └─► dial ─► forward one request
"""

import asyncio
import contextlib
import ipaddress
import socket
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Never

from proxy.door.access import Network, literal
from proxy.door.arrival import Arrival
from proxy.door.dial import Dialer, DialError
from proxy.door.forwarder import Forwarder
from proxy.door.notice import CONNECTED, NOTICES, UNRECOGNIZED_NAME, render
from proxy.door.observer import Observer, Passage, Refusal
from proxy.door.opening import Opening, Refuse, Relay, Wait
from proxy.door.peer import Challenge, Peer
from proxy.door.proxyheader import read_header
from proxy.door.requesthead import Malformed, RequestHead, read_head
from proxy.door.secure import HANDSHAKE, ProxyTls, secure
from proxy.door.tunnel import Tunnel
from proxy.exchange import Client

BUFFER = 96 * 1024
"""Bytes read ahead of a decision: more than a ClientHello may take."""


@dataclass(frozen=True, slots=True)
class FrontDoorConfig:
    """Limits of the front door: times in seconds, sizes in bytes.

    `relay_other`: tunnels that carry neither TLS nor HTTP (SSH on port 443) are relayed, else refused. `balancers`:
    networks whose connections begin with a PROXY header. `own_headers`: names (lower case) that end here.
    """

    head_timeout: float = 10.0
    head_limit: int = 16 * 1024
    hello_timeout: float = 10.0
    idle_timeout: float = 600.0
    linger: float = 2.0
    max_connections: int = 8192
    max_connections_per_client: int = 1024
    relay_other: bool = True
    balancers: tuple[Network, ...] = ()
    own_headers: frozenset[str] = frozenset()
    allow_clients: tuple[Network, ...] = field(
        default=tuple(
            ipaddress.ip_network(text)
            for text in ("127.0.0.0/8", "::1/128", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")
        )
    )


async def trust_address(_head: RequestHead, peer: Peer) -> Client:
    """Identify a client by its address alone."""
    return Client(address=peer.address)


def inspect_all(_host: str, _client: Client) -> str:
    """Inspect what the catalogue inspects."""
    return "inspect"


def no_tls() -> ProxyTls | None:
    """Speak no TLS on the proxy's port."""
    return None


Inspection = Callable[[str, Client], str]
Intercept = Callable[[asyncio.StreamReader, asyncio.StreamWriter, Client, Peer], Awaitable[None]]
Authenticate = Callable[[RequestHead, Peer], Awaitable[Client | Challenge]]


@dataclass(frozen=True, slots=True)
class Wiring:
    """What the front door is connected to.

    `intercepts(host)`: the catalogue inspects this host. `inspection(host, client)`: the policy's `inspection` list;
    `refuse` holds for every host, `pass_through` and `inspect` decide about hosts that the catalogue inspects, `linked`
    says that an upload to this host was announced to this client, so it is inspected.
    `intercept(reader, writer, client, peer)`: the engine takes a connection, whose bytes begin with the head again, and
    returns when it is over. It must dial through the same `dialer`, since a kept-alive connection may name other hosts
    later. `authenticate(head, peer)`: who this is. `tls()`: how
    the proxy's own port speaks TLS, if it does.
    """

    intercepts: Callable[[str], bool]
    intercept: Intercept
    dialer: Dialer
    inspection: Inspection
    observer: Observer
    authenticate: Authenticate
    tls: Callable[[], ProxyTls | None] = no_tls


class _TurnedAway(Exception):
    """The connection is refused; `answer` is sent before it is closed."""

    def __init__(self, reason: str, answer: bytes, sni: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.answer = answer
        self.sni = sni


def _refuse(reason: str, headers: tuple[tuple[str, str], ...] = ()) -> Never:
    raise _TurnedAway(reason, render(reason, headers))


class Visit:
    """One client connection. `idle` is true as long as no head has come."""

    def __init__(self, config: FrontDoorConfig, wiring: Wiring, arrival: Arrival, peer: Peer) -> None:
        self.idle = True
        self._peer = peer
        self._config = config
        self._wiring = wiring
        self._arrival = arrival
        self._client = Client(address=peer.address)
        self._host = ""
        self._port = 0
        self._began = asyncio.get_running_loop().time()

    async def attend(self) -> None:
        """See the connection through to its end. Raises nothing but CancelledError, which cuts the connection."""
        try:
            await self._receive()
        except _TurnedAway as away:
            status = NOTICES[away.reason].status
            refusal = Refusal(self._client, away.reason, status, self._host, self._port, away.sni)
            self._wiring.observer.refused(refusal)
            await self._arrival.dismiss(away.answer, self._config.linger)
        except ConnectionError:
            pass  # the client went away
        except asyncio.CancelledError:
            self._arrival.abort()
            raise
        except Exception as fault:  # noqa: BLE001 - the boundary: one connection fails alone, and closed
            self._wiring.observer.failed(type(fault).__name__)
            self._arrival.abort()
        finally:
            self._arrival.transport.close()

    async def _receive(self) -> None:
        head = await self._read_head()
        self.idle = False
        self._host, self._port = head.host, head.port
        if not _is_in(self._client.address, self._config.allow_clients):
            _refuse("client")
        if not head.host:
            _refuse("not_proxied")
        who = await self._wiring.authenticate(head, self._peer)
        if isinstance(who, Challenge):
            _refuse(who.reason, who.headers)
        self._client = who
        connect = head.form == "authority"
        if not connect and head.scheme != "http":
            _refuse("scheme")
        todo = self._wiring.inspection(head.host, who)
        if todo == "refuse":
            _refuse("policy")
        if todo == "linked" or (self._wiring.intercepts(head.host) and todo != "pass_through"):
            await self._intercept(head)
        elif connect:
            await self._tunnel(head)
        else:
            await self._forward(head)

    async def _read_head(self) -> RequestHead:
        buffer = self._arrival.buffer
        limit = self._config.head_limit
        try:
            async with asyncio.timeout(self._config.head_timeout):
                await self._read_proxy_header()
                await self._read_tls()
                buffer = self._arrival.buffer
                while True:
                    head = read_head(buffer)
                    if len(buffer) > limit if head is None else head.size > limit:
                        _refuse("head_too_large")
                    if head is not None:
                        return head
                    await self._arrival.more()
        except Malformed:
            _refuse("malformed")
        except TimeoutError:
            if buffer:
                _refuse("head_timeout")
            raise ConnectionResetError from None  # a connection kept in reserve: closed without a word

    async def _read_proxy_header(self) -> None:
        """Learn the client's own address from a balancer. Raises Malformed where it does not say it."""
        direct = self._peer.address
        if not from_balancer(self._config, direct):
            return
        while (header := read_header(self._arrival.buffer)) is None:
            await self._arrival.more()
        del self._arrival.buffer[: header.size]
        self._peer = replace(self._peer, address=header.address or direct)
        self._client = Client(address=self._peer.address)

    async def _read_tls(self) -> None:
        """Take the connection into TLS where it begins so, and learn who its certificate names."""
        tls = self._wiring.tls()
        if tls is None:
            return
        while not self._arrival.buffer:
            await self._arrival.more()
        if self._arrival.buffer[0] == HANDSHAKE:
            inner, user, device = await secure(self._arrival, tls, self._config.head_timeout, BUFFER)
            self._arrival, self._peer = inner, replace(self._peer, user=user, device=device)

    async def _intercept(self, head: RequestHead) -> None:
        refused = self._wiring.dialer.access.check_name(head.host, head.port, plain=head.form == "absolute")
        if refused:
            _refuse(refused.reason)
        reader, writer = self._arrival.streams()
        outcome = "aborted"
        self._wiring.observer.opened(self._client, "intercepted", head.host, head.port)
        try:
            await self._wiring.intercept(reader, writer, self._client, self._peer)
            outcome = "closed"
        finally:
            self._report("intercepted", outcome)

    async def _tunnel(self, head: RequestHead) -> None:
        sock = await self._dial(plain=False)
        with contextlib.ExitStack() as stack:
            stack.callback(sock.close)
            self._arrival.transport.write(CONNECTED)
            del self._arrival.buffer[: head.size]
            protocol = await self._judge()
            stack.pop_all()
        tunnel = Tunnel(self._arrival.transport, self._config.idle_timeout)
        await asyncio.get_running_loop().create_connection(lambda: tunnel.upstream, sock=sock)
        first = self._arrival.yield_to(tunnel.client)
        self._wiring.observer.opened(self._client, "tunnel", head.host, head.port)
        tunnel.open(first, ended=self._arrival.ended)
        outcome = "drained"
        try:
            outcome = await tunnel.finished
        finally:
            tunnel.cut(outcome)
            self._report("tunnel", outcome, tunnel.up, tunnel.down, protocol)

    async def _judge(self) -> str:
        """Return the protocol of a tunnel that may be relayed."""
        opening = Opening(self._host, self._wiring.intercepts, relay_other=self._config.relay_other)
        fed = 0
        try:
            async with asyncio.timeout(self._config.hello_timeout):
                while True:
                    judgement = opening.feed(bytes(self._arrival.buffer[fed:]))
                    fed = len(self._arrival.buffer)
                    if not isinstance(judgement, Wait):
                        break
                    await self._arrival.more()
        except TimeoutError:
            judgement = Refuse("hello_timeout")
        if isinstance(judgement, Relay):
            return judgement.protocol
        raise _TurnedAway(judgement.reason, UNRECOGNIZED_NAME if judgement.alert else b"", judgement.sni)

    async def _forward(self, head: RequestHead) -> None:
        sock = await self._dial(plain=True)
        upstream = await asyncio.open_connection(sock=sock)
        reader, writer = self._arrival.streams()
        forwarder = Forwarder(head, (reader, writer), upstream, self._config.idle_timeout, self._config.own_headers)
        self._wiring.observer.opened(self._client, "http", head.host, head.port)
        outcome = "drained"
        try:
            outcome = await forwarder.run()
        finally:
            self._report("http", outcome, forwarder.up, forwarder.down)
        with contextlib.suppress(OSError):  # a timeout is one too
            async with asyncio.timeout(self._config.linger):
                if writer.can_write_eof():
                    writer.write_eof()
                while await reader.read(BUFFER):
                    pass

    async def _dial(self, *, plain: bool) -> socket.socket:
        try:
            return await self._wiring.dialer.dial(self._host, self._port, plain=plain)
        except DialError as error:
            _refuse(error.reason)

    def _report(self, kind: str, outcome: str, up: int = 0, down: int = 0, protocol: str = "") -> None:
        seconds = asyncio.get_running_loop().time() - self._began
        self._wiring.observer.closed(
            Passage(self._client, kind, self._host, self._port, protocol, up, down, outcome, seconds)
        )


def from_balancer(config: FrontDoorConfig, address: str) -> bool:
    """Tell whether connections from `address` begin with a PROXY header."""
    return _is_in(address, config.balancers)


def _is_in(address: str, networks: tuple[Network, ...]) -> bool:
    number = literal(address) if networks else None
    return number is not None and any(number in network for network in networks)


def client_address(peername: tuple[str, int]) -> str:
    """Return the address of a peer as it is written everywhere, IPv4-mapped ones as IPv4."""
    return str(literal(peername[0].partition("%")[0]))

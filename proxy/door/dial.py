"""A host and a port in, a connected socket or the addresses that may be dialled out: resolved, checked, pinned."""

import asyncio
import itertools
import socket
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

from proxy.door.access import AccessList, Refused, literal

Resolver = Callable[[str], Awaitable[Sequence[str]]]
"""A host name in, its addresses out, best first. Raises OSError where there are none."""

Endpoint = tuple[str, int]

_STAGGER = 0.25  # seconds before the next address is tried beside the first (RFC 8305 5)


class DialError(Exception):
    """A destination could not be reached or is refused. `reason` is a key of `proxy.door.notice.NOTICES`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class SystemResolver:
    """Resolves with getaddrinfo in threads of its own, so that a slow name holds up no other work.

    Those who ask for the same name at the same time share one look-up.
    """

    def __init__(self, threads: int = 32) -> None:
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="resolve")
        self._running: dict[str, asyncio.Future[list[str]]] = {}

    async def __call__(self, host: str) -> list[str]:
        """Return the addresses of `host`. Raises OSError."""
        running = self._running.get(host)
        if running is None:
            running = asyncio.get_running_loop().run_in_executor(self._threads, look_up, host)
            self._running[host] = running
            running.add_done_callback(lambda future: self._forget(host, future))
        return list(await asyncio.shield(running))

    def _forget(self, host: str, future: asyncio.Future[list[str]]) -> None:
        self._running.pop(host, None)
        if not future.cancelled():
            future.exception()  # those who asked may all have gone

    def close(self) -> None:
        """Let the threads end."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def look_up(host: str) -> list[str]:
    """Return the addresses of `host` by getaddrinfo, blocking. Raises OSError."""
    found = socket.getaddrinfo(host.encode("ascii"), None, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class Dialer:
    """Takes connections to where the access list allows.

    `connect_to` changes only what is dialled, as curl's --connect-to does: (host, port) to (host, port), where "" and
    0 on the left match anything and on the right keep what was asked for. The access list's rules for names and ports
    see what was asked for; a target that the operator named may be loopback or private. `timeout` bounds resolution
    and connection together, in seconds.
    """

    def __init__(
        self,
        access: AccessList,
        resolve: Resolver,
        *,
        connect_to: Mapping[Endpoint, Endpoint] | None = None,
        timeout: float = 10.0,
    ) -> None:
        self.access = access
        self._resolve = resolve
        self._connect_to = dict(connect_to or {})
        self._timeout = timeout

    async def resolve_checked(
        self, host: str, port: int, *, plain: bool = False, named: bool = False
    ) -> tuple[Endpoint, ...]:
        """Return the addresses that may be dialled for a lower-case host, best first. Raises DialError.

        `named`: the operator named host and port (a route of services.yaml), so that any port and private addresses do.
        """
        refused = None if named else self.access.check_name(host, port, plain=plain)
        if refused:
            raise DialError(refused.reason)
        target, target_port, renamed = self._target(host, port)
        named = named or renamed
        addresses: Sequence[str] = (target,)
        if literal(target) is None:
            try:
                async with asyncio.timeout(self._timeout):
                    addresses = await self._resolve(target)
            except TimeoutError:
                raise DialError("timeout") from None
            except (OSError, UnicodeError):
                raise DialError("unresolved") from None
        checked = self.access.check_addresses(addresses, target_port, host=host, named=named)
        if isinstance(checked, Refused):
            raise DialError(checked.reason)
        return tuple((address, target_port) for address in checked)

    async def dial(self, host: str, port: int, *, plain: bool = False, named: bool = False) -> socket.socket:
        """Return a connected, non-blocking TCP socket to one of the checked addresses. Raises DialError."""
        try:
            async with asyncio.timeout(self._timeout):
                endpoints = await self.resolve_checked(host, port, plain=plain, named=named)
                if len(endpoints) == 1:
                    return await _connect(endpoints[0])
                return await _race(_interleave(endpoints))
        except TimeoutError:
            raise DialError("timeout") from None
        except OSError:
            raise DialError("unreachable") from None

    def _target(self, host: str, port: int) -> tuple[str, int, bool]:
        for key in ((host, port), (host, 0), ("", port), ("", 0)):
            if key in self._connect_to:
                to_host, to_port = self._connect_to[key]
                return to_host or host, to_port or port, bool(to_host)
        return host, port, False


def _interleave(endpoints: Iterable[Endpoint]) -> list[Endpoint]:
    """Return the endpoints with the families taking turns, the family of the first first (RFC 8305 4)."""
    families: dict[bool, list[Endpoint]] = {}
    for endpoint in endpoints:
        families.setdefault(":" in endpoint[0], []).append(endpoint)
    turns = itertools.zip_longest(*families.values())
    return [endpoint for turn in turns for endpoint in turn if endpoint is not None]


async def _race(endpoints: Sequence[Endpoint]) -> socket.socket:
    """Return the first socket that connects; a further attempt starts when one fails or is slow (RFC 8305 5).

    Raises OSError where none does.
    """
    waiting = list(endpoints)
    running: set[asyncio.Task[socket.socket]] = set()
    winner: socket.socket | None = None
    try:
        while winner is None and (waiting or running):
            if waiting:
                running.add(asyncio.create_task(_connect(waiting.pop(0))))
            pause = _STAGGER if waiting else None
            done, running = await asyncio.wait(running, timeout=pause, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                if task.exception() is not None:
                    continue
                if winner is None:
                    winner = task.result()
                else:
                    task.result().close()
    finally:
        for task in running:
            task.add_done_callback(_close_late)
            task.cancel()
    if winner is None:
        raise OSError
    return winner


def _close_late(task: asyncio.Task[socket.socket]) -> None:
    if not task.cancelled() and task.exception() is None:
        task.result().close()


async def _connect(endpoint: Endpoint) -> socket.socket:
    family = socket.AF_INET6 if ":" in endpoint[0] else socket.AF_INET
    # The protocol is named because asyncio sets TCP_NODELAY only on sockets that name it.
    sock = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        sock.setblocking(False)
        await asyncio.get_running_loop().sock_connect(sock, endpoint)
    except (OSError, asyncio.CancelledError):  # nobody else knows the socket
        sock.close()
        raise
    return sock

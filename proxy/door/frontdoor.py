"""A listening socket in, its connections attended to one by one: the first thing a client meets.

Keeps the number of connections, in all and for each client address, within bounds, and lets them end when it drains.
"""

import asyncio
import functools
import socket
from collections import Counter
from collections.abc import Callable

from proxy.door.arrival import Arrival
from proxy.door.dial import Dialer
from proxy.door.notice import NOTICES, render
from proxy.door.observer import Observer, Refusal, Silence
from proxy.door.peer import Peer
from proxy.door.secure import ProxyTls
from proxy.door.visit import (
    BUFFER,
    Authenticate,
    FrontDoorConfig,
    Inspection,
    Intercept,
    Visit,
    Wiring,
    client_address,
    from_balancer,
    inspect_all,
    no_tls,
    trust_address,
)
from proxy.exchange import Client

__all__ = ("FrontDoor", "FrontDoorConfig")

_BACKLOG = 1024
_ACCEPTED = 0.05  # seconds in which what was accepted becomes a visit
_MOMENT = 1.0  # seconds in which a first request arrives that was under way


class FrontDoor:
    """Attends to the connections of one or more listening sockets, on the running loop.

    `proxy.door.visit.Wiring` says what the collaborators are asked.
    """

    def __init__(
        self,
        config: FrontDoorConfig,
        *,
        intercepts: Callable[[str], bool],
        intercept: Intercept,
        dialer: Dialer,
        inspection: Inspection = inspect_all,
        observer: Observer | None = None,
        authenticate: Authenticate = trust_address,
        tls: Callable[[], ProxyTls | None] = no_tls,
    ) -> None:
        self._config = config
        self._wiring = Wiring(intercepts, intercept, dialer, inspection, observer or Silence(), authenticate, tls)
        self._servers: list[asyncio.Server] = []
        self._visits: dict[asyncio.Task[None], Visit] = {}
        self._by_address: Counter[str] = Counter()

    @property
    def connections(self) -> int:
        """Return how many client connections are open."""
        return len(self._visits)

    async def serve(self, sock: socket.socket) -> asyncio.Server:
        """Accept connections on a bound TCP socket from now on.

        The socket must have been made with `proto=IPPROTO_TCP`, else asyncio sets no TCP_NODELAY on what it accepts.
        """
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: Arrival(self._accept, BUFFER), sock=sock, backlog=_BACKLOG)
        self._servers.append(server)
        return server

    async def drain(self, deadline: float) -> int:
        """Stop listening, let connections end for `deadline` seconds, cut the rest; return how many were cut.

        Connections that have not sent a request are closed after a moment: one that was only just accepted may have
        sent it already.
        """
        for server in self._servers:
            server.close()
        await asyncio.sleep(min(deadline, _ACCEPTED))
        if any(visit.idle for visit in self._visits.values()):
            await asyncio.sleep(min(deadline, _MOMENT))
        for task, visit in self._visits.items():
            if visit.idle:
                task.cancel()
        if self._visits:
            await asyncio.wait(self._visits, timeout=deadline)
        rest = [task for task in self._visits if not task.done()]
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)
        return len(rest)

    def _accept(self, arrival: Arrival) -> None:
        transport = arrival.transport
        address = client_address(transport.get_extra_info("peername"))
        if len(self._visits) >= self._config.max_connections:
            return self._turn_away(arrival, address, "busy")
        shared = from_balancer(self._config, address)  # many clients behind one address
        if not shared and self._by_address[address] >= self._config.max_connections_per_client:
            return self._turn_away(arrival, address, "client_busy")
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        visit = Visit(self._config, self._wiring, arrival, Peer(address))
        task = asyncio.get_running_loop().create_task(visit.attend())
        self._visits[task] = visit
        self._by_address[address] += 1
        task.add_done_callback(functools.partial(self._leave, address))
        return None

    def _turn_away(self, arrival: Arrival, address: str, reason: str) -> None:
        """Answer and close without a task: what is cheap to refuse cannot be used to wear us out."""
        arrival.transport.write(render(reason))
        arrival.transport.close()
        self._wiring.observer.refused(Refusal(Client(address), reason, NOTICES[reason].status))

    def _leave(self, address: str, task: asyncio.Task[None]) -> None:
        del self._visits[task]
        self._by_address[address] -= 1
        if not self._by_address[address]:
            del self._by_address[address]

"""A worker process: the front door, the engine behind it, and the judge; told everything by the supervisor.

Started as `python -OP -m proxy.worker LISTENER CONTROL KEYS` with two inherited sockets, and the folder of keys that it
gives up the sight of. It reads no configuration file and has no CA key: leaves are asked for by name.
"""

import asyncio
import base64
import gc
import logging
import signal
import socket
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mitmproxy import certs

from addons.connection import Streams
from addons.engine import Engine, EngineOptions, Mint, Minted
from addons.gate import Gate
from addons.intake import Intake
from addons.lifetime import Patience
from addons.linked import Linked
from proxy import hardening, landlock, logs
from proxy.announced import Announced
from proxy.audit import settings as audit_settings
from proxy.audit.writer import AuditWriter
from proxy.ca.leaves import LeafCache
from proxy.coaching.coach import remembered_from
from proxy.coaching.coachlink import CoachLink
from proxy.codecs.decode import Limits
from proxy.config import Config, connect_map, from_json
from proxy.control import Control, Message
from proxy.door.access import AccessList, read_allowed, read_networks
from proxy.door.dial import Dialer, DialError, SystemResolver
from proxy.door.frontdoor import FrontDoor, FrontDoorConfig
from proxy.door.notice import NOTICES
from proxy.door.observer import Refusal
from proxy.door.peer import Challenge, Peer
from proxy.evidence.keeper import Keeper
from proxy.evidence.reviewers import read_panel
from proxy.exchange import Client
from proxy.identity.authenticator import Authenticator, Head, Headers
from proxy.identity_section import Section
from proxy.identity_section import from_json as from_section
from proxy.inspector.client import InspectorPool
from proxy.judging.apologies import Apologies
from proxy.judging.budget import Budget
from proxy.judging.cache import FindingsCache
from proxy.judging.handover import Handover
from proxy.judging.judge import Judge
from proxy.judging.outcomes import Outcomes
from proxy.judging.ownpages import OwnPages
from proxy.judging.rate import Rate
from proxy.judging.snapshot import Snapshot, compile_texts
from proxy.judging.snapshot import from_json as texts_from_json
from proxy.judging.tally import Tally
from proxy.judging.traffic import Traffic
from proxy.judging.vault import Vault
from proxy.judging.virtualkeys import read as read_keys
from proxy.judging.watch import Watch
from proxy.keyvalue import SHARED, SqliteKeyValue
from proxy.metrics import Metrics
from proxy.uploads import store
from proxy.uploads.joining import Uploads

logger = logging.getLogger("hushgate.worker")


class Worker:
    """One worker: made from the boot message, changed by later ones."""

    def __init__(self, boot: Message, control: Control, listener: socket.socket) -> None:
        """Needs a running event loop. Raises PolicyError, CatalogueError, EngineError or OSError."""
        config = self._config = from_json(boot["settings"])
        self._control = control
        self._listener = listener
        self._tally = Tally(Metrics("worker"))
        self._handover = Handover()
        snapshot = compile_texts(texts_from_json(boot["snapshot"]))
        self._trail = AuditWriter.open(
            config.state / "audit",
            slot=str(boot["slot"]),
            settings=audit_settings.from_config(config),
            observe=self._tally.audited,
            committed=self._tally.audit_committed,
        )
        self._pool = InspectorPool(
            [Path(path) for path in boot["inspectors"]], names=_names(snapshot), observe=self._tally.inspector_event
        )
        budget = Budget(config.max_in_flight, config.max_in_flight_per_client)
        self.judge = Judge(
            snapshot,
            self._pool,
            self._trail,
            self._tally,
            FindingsCache(base64.b64decode(boot["value_key"]), config.cache_bytes, self._tally.cache_lookup),
            Limits(body_bytes=config.max_body),
            budget,
            Rate(config.max_rate, config.max_rate_per_client),
            placeholders=_vault(config, base64.b64decode(boot["vault_key"])),
        )
        self._value_key = base64.b64decode(boot["value_key"])
        self._announced = Announced(self._value_key, SqliteKeyValue(config.state / SHARED / "announced.sqlite"))
        self._take_keys(boot["identity"])
        self.judge.coach = CoachLink(control, config.own_host, boot["remembered"])
        self._pages = OwnPages(self.judge.coach, self._pool, lambda: self.judge.snapshot, self._tally)
        self._section = from_section(config.identity)
        self._authenticator = Authenticator(self._section, boot["identity"])
        self._traffic = Traffic(self._trail)
        self._watch = Watch(
            self._trail, self._tally, traffic=self._traffic, service=self._service_of, categories=self._categories_of
        )
        self._dialer = _dialer(config, boot["listeners"])
        self._engine = self._interception(boot, budget)
        self._door = self._front_door()
        self._tally.in_force(snapshot.revision)
        self._running: list[asyncio.Task[None]] = []

    def _interception(self, boot: Message, budget: Budget) -> Engine:
        return Engine(
            _engine_options(self._config, boot["roots"], self._tally),
            _minting(LeafCache(self._sign), boot["leaf_key"].encode()),
            self._connect,
            Intake(budget, Apologies(lambda: self.judge.snapshot, self._tally), self._client_of),
            self._gate(base64.b64decode(boot["pieces_key"])),
        )

    def _take_keys(self, texts: Message) -> None:
        """Use the virtual keys and the reviewers of evidence that stand in files of the state folder."""
        self.judge.keys = read_keys(texts.get("virtual_keys", ""), self._value_key)
        self.judge.evidence = Keeper(self._config.state, read_panel(texts.get("reviewers", "")))

    def _gate(self, pieces_key: bytes) -> Gate:
        outcomes = Outcomes(self._trail, self._tally, self._traffic)
        return Gate(
            self.judge,
            outcomes,
            self._client_of,
            self._who,
            self._section.own_headers,
            self._pages,
            Linked(self._announced, _uploads(self.judge, self._config, pieces_key)),
        )

    def _front_door(self) -> FrontDoor:
        return FrontDoor(
            _door_config(self._config, self._section),
            intercepts=self._intercepts,
            intercept=self._engine.handle,
            dialer=self._dialer,
            inspection=self._phase,
            observer=self._watch,
            authenticate=self._identify,
            tls=lambda: self._authenticator.tls,
        )

    async def start(self) -> None:
        """Begin to serve."""
        self._pool.start()
        self._running += [asyncio.create_task(run()) for run in (self._engine.run, self._traffic.run)]
        await self._door.serve(self._listener)
        gc.collect()
        gc.freeze()

    async def handle(self, message: Message) -> Message | None:
        """Answer the supervisor."""
        if "prepare" in message:
            return {"prepared": await self._handover.prepare(message["prepare"], texts_from_json(message["snapshot"]))}
        if "commit" in message:
            self._commit(message)
            return {"applied": self.judge.snapshot.revision}
        if "remembered" in message:
            if self.judge.coach is not None:
                self.judge.coach.memory.add(remembered_from(message["remembered"]))
            return {"known": True}
        if "metrics" in message:
            self._tally.connections(self._door.connections)
            self._tally.open_scans(self._pool.outstanding)
            self._tally.audit_waits(self._trail.lag, self._trail.queued)
            return {"metrics": self._tally.render().decode()}
        if "health" in message:
            return {"revision": self.judge.snapshot.revision, "inspectors": self._pool.healthy}
        return None

    def _commit(self, message: Message) -> None:
        snapshot = self._handover.commit(message["commit"])
        if snapshot is None:
            return
        if "inspectors" in message:
            self._pool.switch([Path(path) for path in message["inspectors"]], _names(snapshot))
            self.judge.forget()
        self.judge.snapshot = snapshot
        self._tally.in_force(snapshot.revision)
        if "identity" in message:
            self._take_keys(message["identity"])
            self._authenticator = Authenticator(self._section, message["identity"])

    async def drain(self, seconds: float) -> None:
        """Take no new connection, let the open ones end, write everything down."""
        self._engine.leave()
        await self._door.drain(seconds)
        self._engine.stop()
        self._traffic.end()
        await asyncio.gather(*self._running, return_exceptions=True)
        self._pool.close()
        await self._trail.close()

    def _intercepts(self, host: str) -> bool:
        return host == self._config.own_host or self.judge.snapshot.catalogue.intercepts(host)

    def _service_of(self, host: str) -> str:
        catalogue = self.judge.snapshot.catalogue
        return catalogue.match(host, "GET", "/").service.id if catalogue.intercepts(host) else ""

    def _categories_of(self, host: str) -> tuple[str, ...]:
        return self.judge.snapshot.catalogue.categories(host)

    def _client_of(self, conn: Any) -> Client | None:
        return self._engine.client_of(conn)

    async def _identify(self, head: Head, peer: Peer) -> Client | Challenge:
        return await self._authenticator(head, peer)

    async def _who(self, conn: Any, headers: tuple[tuple[str, str], ...]) -> Client | Challenge:
        peer = self._engine.peer_of(conn) or Peer(conn.peername[0])
        who = await self._identify(Headers(headers), peer)
        if isinstance(who, Challenge):
            self._watch.refused(Refusal(Client(peer.address), who.reason, NOTICES[who.reason].status))
        else:
            self._engine.identified(conn, who)
        return who

    def _phase(self, host: str, client: Client) -> str:
        if host == self._config.own_host:
            return "inspect"
        snapshot = self.judge.snapshot
        verb = snapshot.inspects(host, client.groups, client.address, datetime.now(UTC))
        linked = verb == "inspect" and snapshot.catalogue.links(host) and self._announced.opens(client, host)
        return "linked" if linked else verb

    async def _connect(self, host: str, port: int) -> Streams:
        try:
            named = (host, port) in self.judge.snapshot.catalogue.route_endpoints()
            sock = await self._dialer.dial(host, port, plain=port == 80, named=named)
        except DialError as error:
            raise OSError(f"cannot reach {host}: {error.reason}") from None
        return await asyncio.open_connection(sock=sock)

    async def _sign(self, host: str) -> bytes:
        answer = await self._control.ask({"sign": host}, timeout=60)  # the supervisor may be upgrading
        if "cert" not in answer:
            raise OSError("no leaf for this host")
        return str(answer["cert"]).encode()


def _uploads(judge: Judge, config: Config, key: bytes) -> Uploads:
    shelf = SqliteKeyValue(config.state / SHARED / store.FILE, most_bytes=config.max_in_flight)
    return Uploads(judge, store.Store(key, shelf), Limits(body_bytes=config.max_body))


def _engine_options(config: Config, roots: str, tally: Tally) -> EngineOptions:
    patience = Patience(config.head_timeout, config.connect_timeout)
    return EngineOptions(roots, int(config.idle_timeout), patience, tally.refused)


def _vault(config: Config, key: bytes) -> Vault:
    return Vault(key, SqliteKeyValue(config.state / SHARED / "vault.sqlite"), 3600.0 * config.vault_hours)


def _names(snapshot: Snapshot) -> frozenset[str]:
    return frozenset(detector.name for detector in snapshot.detectors if detector.cost == "names")


def _dialer(config: Config, listeners: list[list[Any]]) -> Dialer:
    networks, hosts = read_allowed(config.allow_destinations)
    access = AccessList(
        ports=config.ports,
        allow=networks,
        allow_hosts=hosts,
        own_listeners=tuple((str(host), int(port)) for host, port in listeners),
    )
    return Dialer(access, SystemResolver(), connect_to=connect_map(config.connect_to), timeout=config.connect_timeout)


def _door_config(config: Config, section: Section) -> FrontDoorConfig:
    return FrontDoorConfig(
        balancers=section.proxy_protocol,
        own_headers=section.own_headers,
        allow_clients=read_networks(config.allow_clients),
        max_connections=config.max_connections,
        max_connections_per_client=config.max_connections_per_client,
        head_timeout=config.head_timeout,
        idle_timeout=config.idle_timeout,
    )


def _minting(leaves: LeafCache, key: bytes) -> Mint:
    private = certs.load_pem_private_key(key, None)

    async def mint(host: str) -> Minted:
        chain = await leaves.get(host)
        return certs.CertStoreEntry(  # type: ignore[return-value]
            cert=certs.Cert.from_pem(chain),
            privatekey=private,
            chain_file=None,
            chain_certs=[],
        )

    return mint


async def serve(listener: socket.socket, wire: socket.socket) -> int:
    """Run a worker until the supervisor drains it or is gone; return the exit code."""
    ended = asyncio.Event()
    state: dict[str, Any] = {"worker": None, "seconds": 0.0}

    async def handle(message: Message) -> Message | None:
        if "boot" in message:
            hardening.name_process("hushgate worker")
            logs.configure(message["boot"]["settings"]["log_level"])
            try:
                state["worker"] = Worker(message["boot"], control, listener)
                await state["worker"].start()
            except Exception as error:  # noqa: BLE001 - the boundary: the supervisor is told why and ends
                ended.set()
                return {"ready": False, "error": f"{type(error).__name__}: {error}"}
            return {"ready": True}
        if "drain" in message:
            state["seconds"] = message["drain"]
            ended.set()
            return None
        worker: Worker | None = state["worker"]
        return await worker.handle(message) if worker else None

    control = await Control.over(wire, handle)
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, ended.set)
    loop.add_signal_handler(signal.SIGINT, lambda: None)
    reading = asyncio.create_task(control.run())
    reading.add_done_callback(lambda _: ended.set())
    await ended.wait()
    if state["worker"] is not None:
        await state["worker"].drain(state["seconds"])
    await control.close()
    return 0 if state["worker"] is not None else 3


def main() -> int:
    """Take over the inherited sockets and serve."""
    hardening.forbid_core_dumps()
    hardening.return_memory()
    hardening.die_with_parent()
    hardening.name_process("hushgate spare")  # until it is told to boot
    listener, wire = (socket.socket(fileno=int(number)) for number in sys.argv[1:3])
    listener.setblocking(False)
    try:
        landlock.keep_out_of(Path(sys.argv[3]))
        return asyncio.run(serve(listener, wire))
    except OSError as error:  # such as no file descriptor left for the loop
        sys.stderr.write(f"hushgate: error: a worker ends: {error}\n")
        return 3


if __name__ == "__main__":
    sys.exit(main())

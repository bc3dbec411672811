"""The supervisor: brings everything up in order, keeps it up, reloads it, and takes it down without losing a stream.

Rules
1. Order of start: keys and CA, inspectors (they say which detectors there are), policy and services, workers, admin.
   Whatever fails on the way up ends the program with a reason.
2. A reload is prepared here whole, and only then handed out; a bad one changes nothing and shows in the metrics.
3. Signal handlers only set events; the work happens in the loop.
4. The CA's key stays in this process: workers ask for leaves by name, and only names of the catalogue get one.
"""

import asyncio
import base64
import contextlib
import logging
import signal
import socket
import time
from collections.abc import Callable

from proxy.admin import Admin
from proxy.audit import record as audit_record
from proxy.audit.writer import AuditWriter
from proxy.config import Config, split_address, to_json
from proxy.control import Handler, Message
from proxy.inspector.launch import Inspectors
from proxy.keys import Keys, open_keys
from proxy.metrics import Merger, Metrics
from proxy.roots import write_roots
from proxy.signer import FileSigner
from proxy.authority import Authority, open_authority
from proxy.supervisor.children import BootError, Worker
from proxy.supervisor.files import Prepared, SnapshotError, keep, last_good, prepare, watched

logger = logging.getLogger("hushgate.supervisor")
_WATCH_SECONDS = 1.0
_BACKOFF = (0.1, 0.5, 1.0, 2.0, 5.0)


class Arbiter:
    """One running hushgate."""

    def __init__(self, config: Config, say: Callable[[str], None]) -> None:
        self._config = config
        self._say = say
        self._stop = asyncio.Event()
        self._reload = asyncio.Event()
        self._metrics = Metrics()
        self._merger = Merger()
        self._workers: list[Worker] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._fatal: BaseException | None = None
        self.listen: tuple[str, int] = ("", 0)
        self.admin: tuple[str, int] = ("", 0)

    async def run(self, started: Callable[["Arbiter"], None] = lambda _: None) -> None:
        """Serve until SIGTERM or SIGINT. Raises BootError, SnapshotError, KeysError, OSError where it cannot start."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop.set)
        loop.add_signal_handler(signal.SIGHUP, self._reload.set)
        try:
            await self._start()
            started(self)
            await self._stop.wait()
        finally:
            await self._finish()
        if self._fatal is not None:
            raise self._fatal

    async def _start(self) -> None:
        config = self._config
        config.state.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._keys: Keys = open_keys(config.state)
        self._authority: Authority = open_authority(config.state)
        self._signer = FileSigner(self._authority)
        self._trail = AuditWriter.open(config.state / "audit", node=config.node, slot="supervisor",
                                       durability=config.durability)  # fmt: skip
        self._roots = write_roots(config.state, config.upstream_ca)
        self._listener = bind(config.listen)
        self.listen = self._listener.getsockname()[:2]
        admin_socket = bind(config.admin)
        self.admin = admin_socket.getsockname()[:2]
        self._inspectors = await Inspectors.start(config, self._keys.value)
        self._prepared = self._first_snapshot()
        self._mtimes = watched(config)
        self._metrics.ca_expires(self._authority.not_after)
        for slot in range(config.workers):
            worker = Worker(slot, self._listener, self._from_worker)
            await worker.start(self._boot(slot))
            self._workers.append(worker)
            self._spawn(self._keep(worker))
        self._admin = Admin(self._readiness, self._scrape, self._authority.certificate_pem, self._pac)
        await self._admin.serve(admin_socket)
        self._spawn(self._reloading())
        self._spawn(self._watching())
        await self._trail.write(audit_record.start(self._prepared.snapshot.revision), wait=True)

    def _first_snapshot(self) -> Prepared:
        detectors = self._inspectors.detectors
        try:
            prepared = prepare(self._config, detectors)
        except SnapshotError as error:
            kept = last_good(self._config.state, detectors)
            if kept is None:
                raise
            for problem in error.problems:
                logger.error("%s", problem)
            logger.error("the last good policy stays in force")
            self._metrics.reloaded(kept.snapshot.revision, good=False)
            return kept
        keep(self._config.state, prepared.texts)
        self._metrics.reloaded(prepared.snapshot.revision, good=True)
        return prepared

    def _boot(self, slot: int) -> Message:
        config = self._config
        return {
            "settings": to_json(config),
            "slot": slot,
            "value_key": base64.b64encode(self._keys.value).decode(),
            "snapshot": self._prepared.texts.as_json(),
            "inspectors": [str(path) for path in self._inspectors.paths],
            "roots": str(self._roots),
            "listeners": [list(self.listen), list(self.admin)],
        }

    def _from_worker(self, slot: int) -> Handler:
        async def handle(message: Message) -> Message | None:
            if "sign" in message:
                host = str(message["sign"])
                if not self._prepared.snapshot.catalogue.intercepts(host):
                    return {"error": "not a host of the catalogue"}
                leaf = await self._signer.sign(host)
                return {"cert": leaf.chain_pem.decode(), "key": leaf.key_pem.decode()}
            logger.warning("worker %d says something unknown", slot)
            return None

        return handle

    async def _keep(self, worker: Worker) -> None:
        deaths = 0
        while not self._stop.is_set():
            code = await worker.ended()
            if self._stop.is_set():
                return
            self._merger.died(worker.slot)
            self._metrics.worker_restarted()
            deaths = deaths + 1 if time.monotonic() - worker.started < 10 else 0
            logger.error("worker %d ended with code %s and is restarted", worker.slot, code)
            await asyncio.sleep(_BACKOFF[min(deaths, len(_BACKOFF) - 1)])
            try:
                await worker.start(self._boot(worker.slot))
            except BootError as error:
                self._fatal = error
                self._stop.set()

    async def _watching(self) -> None:
        while not self._stop.is_set():
            await asyncio.sleep(_WATCH_SECONDS)
            if watched(self._config) != self._mtimes:
                self._reload.set()

    async def _reloading(self) -> None:
        while True:
            await self._reload.wait()
            self._reload.clear()
            self._mtimes = watched(self._config)
            await self.reload()

    async def reload(self) -> bool:
        """Put what is on disk in force everywhere; tell whether it could be. The old one stays where it cannot."""
        try:
            prepared = await asyncio.to_thread(prepare, self._config, self._inspectors.detectors)
        except SnapshotError as error:
            for problem in error.problems:
                logger.error("reload refused: %s", problem)
            self._metrics.reloaded(self._prepared.snapshot.revision, good=False)
            await self._trail.write(
                audit_record.policy_reload(self._prepared.snapshot.revision, good=False, problems=error.problems),
                wait=False,
            )
            return False
        self._prepared = prepared
        keep(self._config.state, prepared.texts)
        for worker in self._workers:
            await worker.ask({"snapshot": prepared.texts.as_json()}, timeout=30)
        self._metrics.reloaded(prepared.snapshot.revision, good=True)
        await self._trail.write(audit_record.policy_reload(prepared.snapshot.revision, good=True), wait=False)
        logger.info("reloaded: %s", prepared.snapshot.revision)
        return True

    async def _readiness(self) -> tuple[bool, list[str]]:
        reasons = [f"worker {worker.slot} is not up" for worker in self._workers if not worker.ready]
        for worker in self._workers:
            answer = await worker.ask({"health": True}, timeout=2)
            if answer is None:
                reasons.append(f"worker {worker.slot} does not answer")
            elif answer.get("revision") != self._prepared.snapshot.revision:
                reasons.append(f"worker {worker.slot} has not taken the policy over")
            elif not answer.get("inspectors"):
                reasons.append("no inspector answers")
        return not reasons, reasons

    async def _scrape(self) -> bytes:
        self._metrics.inspectors_restarted(self._inspectors.restarts)
        for worker in self._workers:
            answer = await worker.ask({"metrics": True}, timeout=2)
            if answer is not None:
                self._merger.update(worker.slot, str(answer["metrics"]).encode())
        return self._merger.merge(self._metrics.expose())

    def _pac(self) -> str:
        return self._prepared.snapshot.catalogue.pac(f"{self.listen[0]}:{self.listen[1]}")

    async def _finish(self) -> None:
        self._stop.set()
        await asyncio.gather(*(worker.stop(self._config.drain_timeout) for worker in self._workers))
        for task in self._tasks:
            task.cancel()
        if hasattr(self, "_inspectors"):
            await self._inspectors.stop()
        if hasattr(self, "_admin"):
            await self._admin.close()
        if hasattr(self, "_trail"):
            with contextlib.suppress(OSError):
                await self._trail.write(audit_record.stop(), wait=True)
            await self._trail.close()

    def _spawn(self, coroutine: object) -> None:
        task = asyncio.ensure_future(coroutine)  # type: ignore[arg-type]
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def bind(address: str) -> socket.socket:
    """Return a listening socket. Raises OSError that names the address."""
    host, port = split_address(address)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Without the protocol number asyncio never sets TCP_NODELAY on what is accepted (40 ms stalls).
    sock = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((host, port))
    except OSError as error:
        sock.close()
        raise OSError(error.errno, f"cannot listen on {address}: {error.strerror}") from None
    sock.listen(1024)
    sock.setblocking(False)
    return sock

"""The supervisor: brings everything up in order, keeps it up, reloads it, and takes it down without losing a stream.

Rules
1. Order of start: keys and CA, inspectors (they say which detectors there are), policy and services, workers, admin.
   Whatever fails on the way up ends the program with a reason.
2. A reload is prepared here whole, and only then handed out; a bad one changes nothing and shows in the metrics.
3. Signal handlers only set events; the work happens in the loop.
4. The CA's key stays in this process: workers ask for leaves by name, and only names of the catalogue get one.
5. An upgrade is tried first and then replaces this program in its process: sockets, workers and inspectors are handed
   over, and serve until the new program has its own.
"""

import asyncio
import base64
import contextlib
import logging
import secrets
import shutil
import signal
import time
from collections.abc import Callable, Coroutine, Sequence
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

from proxy import metrics
from proxy.admin import Admin
from proxy.audit import upkeep
from proxy.ca.roots import write_roots
from proxy.ca.rotation import trust_bundle
from proxy.coaching.coach import Desk
from proxy.config import Config, child_environment, to_json
from proxy.control import Handler, Message
from proxy.inspector.launch import Generation, LaunchError, Restart, launch, make_runtime
from proxy.inspector.retired import Retired
from proxy.inspector.settings import InspectorSettings
from proxy.judging.snapshot import describe
from proxy.judging.tally import Tally
from proxy.keyvalue import SHARED
from proxy.metrics import Merger, Metrics
from proxy.supervisor import handover, preflight, settings_seen, statefolder
from proxy.supervisor.children import Worker
from proxy.supervisor.coaching import Coaching
from proxy.supervisor.crew import Crew
from proxy.supervisor.detection import Wanted, stop_later, wanted
from proxy.supervisor.files import (
    Prepared,
    SnapshotError,
    first,
    identity_texts,
    keep,
    prepare,
    watched,
)
from proxy.supervisor.handover import Handover, hear_signals
from proxy.supervisor.issuer import Issuer
from proxy.supervisor.listening import inherited
from proxy.supervisor.spreading import spread
from proxy.supervisor.status import Status
from proxy.supervisor.trail import open_trail
from proxy.uploads import store

logger = logging.getLogger("hushgate.supervisor")
_WATCH_SECONDS = 1.0


class Arbiter:
    """One running hushgate."""

    def __init__(self, config: Config, handover: Handover | None = None) -> None:
        self._config = config
        self._handover = handover
        self._changing = asyncio.Lock()  # one reload or upgrade at a time
        self._retired: list[Retired] = []
        self._status: Status | None = None  # while it is starting
        self._stop = asyncio.Event()
        self._reload = asyncio.Event()
        self._renewal = asyncio.Event()
        self._metrics = Metrics("supervisor")
        self._tally = Tally(self._metrics)
        self._merger = Merger()
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
        loop.add_signal_handler(signal.SIGUSR2, self._renewal.set)
        hear_signals()
        try:
            await self._start()
            statefolder.write_addresses(self._config.state, self.listen, self.admin)
            started(self)
            await self._stop.wait()
        finally:
            await self._finish()
        if self._fatal is not None:
            raise self._fatal

    async def _start(self) -> None:
        config = self._config
        self._keys = statefolder.opened(config.state)
        left = self._handover
        self._pieces_key = bytes.fromhex(left.pieces_key) if left else secrets.token_bytes(32)
        if left is None:
            store.sweep(config.state / SHARED)
        self._issuer = Issuer(config, self._metrics)
        self._custodian, self._trail = open_trail(config, self._tally, alone=left is None)
        self._identity = identity_texts(config)
        self._roots = write_roots(config.state, config.upstream_ca)
        desk = Desk(self._keys.value, config.state / "coach.json", time.time())
        self._coaching = Coaching(desk, partial(self._trail.write, wait=True), self._tell_all)
        if left:
            desk.take_over(left.questions)
        await self._listen(left)
        self._runtime = Path(left.runtime) if left else make_runtime()
        self._wanted = wanted(config)
        self._inspectors = await self._launch(self._wanted)
        self._detectors = describe(self._inspectors.detectors)
        self._prepared, good = first(config, self._detectors)
        self._reloaded(self._prepared, good=good)
        self._mtimes = watched(config, self._prepared.texts.policies)
        self._metrics.tell(metrics.BUILD_INFO, version("hushgate"))
        await self._start_crew(left)
        self._spawn(self._reloading())
        self._spawn(self._renewing())
        self._spawn(self._watching())
        self._spawn(self._custodian.run(self._trail))
        await self._trail.write(upkeep.start(self._prepared.snapshot.revision), wait=True)
        await self._write_changes()

    async def _listen(self, left: Handover | None) -> None:
        """Listen for clients, whom the workers serve, and serve the admin pages."""
        config = self._config
        self._listener = inherited(config.listen, left.listener if left else None)
        self.listen = self._listener.getsockname()[:2]
        self._admin_socket = inherited(config.admin, left.admin if left else None)
        self.admin = self._admin_socket.getsockname()[:2]
        self._admin = Admin(self._readiness, self._scrape, self._trusted, self._pac)
        await self._admin.serve(self._admin_socket.dup())

    async def _start_crew(self, left: Handover | None) -> None:
        config = self._config
        self._crew = Crew(
            config.workers,
            self._listener,
            self._from_worker,
            self._boot,
            drain=config.drain_timeout,
            keys=config.state / "keys",
            memory_limit=config.max_memory,
            tell=self._crew_event,
            left=self._merger.retire,
            fatal=self._die,
        )
        if left:
            adopted = await self._crew.adopt(left.workers)
            self._retired = [Retired(each) for each in left.generations]
            self._spawn(self._outlive(adopted))
        await self._crew.start()
        self._status = Status(self._crew, self._merger, self._metrics, self._trail, config.state / "audit")

    async def _write_changes(self) -> None:
        """Write down which settings are others than before."""
        if names := settings_seen.changed(self._config, {"reviewers": self._identity["reviewers"]}):
            await self._trail.write(upkeep.config_change(names), wait=True)

    @property
    def ca_path(self) -> Path:
        """Return where the CA's certificate lies."""
        return self._config.state / "ca" / "ca.pem"

    def _boot(self, slot: int) -> Message:
        config = self._config
        return {
            "settings": to_json(config),
            "slot": slot,
            "leaf_key": self._issuer.leaf_key(),
            "value_key": base64.b64encode(self._keys.value).decode(),
            "pieces_key": base64.b64encode(self._pieces_key).decode(),
            "vault_key": base64.b64encode(self._keys.vault).decode(),
            "snapshot": self._prepared.texts.as_json(),
            "inspectors": [str(path) for path in self._inspectors.paths],
            "roots": str(self._roots),
            "identity": self._identity,
            "remembered": self._coaching.desk.remembered,
            "listeners": [list(self.listen), list(self.admin)],
        }

    def _from_worker(self, slot: int) -> Handler:
        async def handle(message: Message) -> Message | None:
            if "sign" in message:
                return await self._issuer.issue(str(message["sign"]), self._prepared.snapshot.catalogue.decrypts)
            if "coach" in message:
                return await self._coaching.handle(message["coach"])
            logger.warning("worker %d says something unknown", slot)
            return None

        return handle

    async def _tell_all(self, message: Message) -> None:
        await asyncio.gather(*(worker.ask(message, timeout=2) for worker in self._crew.all))

    def _crew_event(self, event: str) -> None:
        if event == "restarted":
            self._metrics.count(metrics.WORKER_RESTARTS)

    def _die(self, error: BaseException) -> None:
        self._fatal = error
        self._stop.set()

    async def renew(self) -> bool:
        """Put new inspectors and workers in place of those that serve; tell whether that could be done.

        They run the code and the detector rules that are on disk now. Streams go on to their end.
        """
        if not await self.reload(fresh=True):
            return False
        self._issuer.reopen()
        await self._crew.renew()
        return True

    async def _renewing(self) -> None:
        while True:
            await self._renewal.wait()
            self._renewal.clear()
            if handover.possible():
                await self.upgrade()
            else:
                await self.renew()

    async def upgrade(self) -> None:
        """Let the program that is on disk now take over, where it would start: then this does not return."""
        logger.info("trying what is on disk before it takes over")
        for problem in (problems := await preflight.attempt()):
            logger.error("the upgrade is refused: %s", problem)
        if problems:
            return
        async with self._changing:
            try:
                handover.replace_program(await self._leave())
            except OSError as error:  # half handed over: a restart by whoever watches us is all that helps
                self._die(error)

    async def _leave(self) -> Handover:
        """Stop all that is ours alone, and return what the next program goes on with."""
        handover.hold_signals()
        await self._admin.close()
        others = self._tasks - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        workers = await self._crew.hand_over()
        generations = [await self._inspectors.hand_over(), *(each.hand_over() for each in self._retired)]
        with contextlib.suppress(OSError):
            await self._trail.write(upkeep.stop(), wait=True)
        await self._trail.close()
        await asyncio.get_running_loop().shutdown_default_executor()
        return Handover(
            handover.listening(self._config.listen, self._listener),
            handover.listening(self._config.admin, self._admin_socket),
            str(self._runtime),
            self._pieces_key.hex(),
            workers,
            tuple(generations),
            self._coaching.desk.hand_over(),
        )

    async def _outlive(self, adopted: Sequence[Worker]) -> None:
        """End the inspectors of the program before this one when the last worker that asks them is gone."""
        await asyncio.gather(*(worker.ended() for worker in adopted))
        while self._retired:
            await self._retired.pop().stop()

    async def _watching(self) -> None:
        while not self._stop.is_set():
            await asyncio.sleep(_WATCH_SECONDS)
            if watched(self._config, self._prepared.texts.policies) != self._mtimes:
                self._reload.set()

    async def _reloading(self) -> None:
        while True:
            await self._reload.wait()
            self._reload.clear()
            self._mtimes = watched(self._config, self._prepared.texts.policies)
            await self.reload()

    async def reload(self, *, fresh: bool = False) -> bool:
        """Put what is on disk in force when no other change is under way; tell whether it could be."""
        async with self._changing:
            return await self._put_in_force(fresh=fresh)

    async def _put_in_force(self, *, fresh: bool) -> bool:
        """Put what is on disk in force everywhere; tell whether it could be. The old one stays where it cannot.

        Detectors whose files changed, with `fresh` all, come with new inspectors: a generation never changes its own.
        """
        inspectors, want = self._inspectors, await asyncio.to_thread(wanted, self._config)
        try:
            if fresh or want != self._wanted:
                inspectors = await self._launch(want)
            detectors = describe(inspectors.detectors)
            prepared = await asyncio.to_thread(prepare, self._config, detectors)
            identity = await asyncio.to_thread(identity_texts, self._config)
        except (SnapshotError, LaunchError) as error:
            if inspectors is not self._inspectors:
                await inspectors.stop()
            await self._refused(error)
            return False
        self._prepared, self._identity, self._detectors = prepared, identity, detectors
        keep(self._config.state, prepared.texts)
        message: Message = {"snapshot": prepared.texts.as_json(), "identity": identity}
        if inspectors is not self._inspectors:
            old, self._inspectors, self._wanted = self._inspectors, inspectors, want
            message["inspectors"] = [str(path) for path in inspectors.paths]
            self._spawn(stop_later(old))
        await spread(self._crew.all, message)
        self._reloaded(prepared, good=True)
        await self._trail.write(upkeep.policy_reload(prepared.snapshot.revision, good=True), wait=False)
        await self._write_changes()
        logger.info("reloaded: %s", prepared.snapshot.revision)
        return True

    async def _refused(self, error: SnapshotError | LaunchError) -> None:
        problems = error.problems if isinstance(error, SnapshotError) else (str(error),)
        for problem in problems:
            logger.error("reload refused: %s", problem)
        self._reloaded(self._prepared, good=False)
        record = upkeep.policy_reload(self._prepared.snapshot.revision, good=False, problems=problems)
        await self._trail.write(record, wait=False)

    async def _launch(self, want: Wanted) -> Generation:
        return await launch(
            InspectorSettings(want.settings),
            self._config.inspectors,
            self._keys.value,
            self._runtime,
            observe=self._inspector_restarted,
            environment=child_environment(),
            keys=self._config.state / "keys",
        )

    async def _readiness(self) -> tuple[bool, list[str]]:
        if self._status is None:  # after a handover, the workers of the program before serve
            return self._handover is not None, ["it is starting"]
        return await self._status.readiness(self._prepared.snapshot.revision)

    async def _scrape(self) -> bytes:
        return await self._status.scrape() if self._status else self._metrics.render()

    def _inspector_restarted(self, restart: Restart) -> None:
        self._metrics.count(metrics.INSPECTOR_RESTARTS)
        logger.warning("inspector %d ended with status %d and is restarted", restart.slot, restart.status)

    def _reloaded(self, prepared: Prepared, *, good: bool) -> None:
        self._metrics.tell(metrics.POLICY_INFO, prepared.snapshot.revision)
        self._metrics.replace(metrics.VENDOR_EVIDENCE, prepared.snapshot.catalogue.evidence())
        self._metrics.set(metrics.POLICY_RELOAD_OK, int(good))
        if good:
            self._metrics.set(metrics.POLICY_RELOAD_TIME, time.time())

    def _trusted(self) -> bytes:
        return trust_bundle(self._config.state)

    def _pac(self) -> str:
        return self._prepared.snapshot.catalogue.pac(f"{self.listen[0]}:{self.listen[1]}", self._config.own_host)

    async def _finish(self) -> None:
        self._stop.set()
        statefolder.remove_addresses(self._config.state)
        if hasattr(self, "_crew"):
            await self._crew.stop()
        for task in self._tasks:
            task.cancel()
        for retired in self._retired:
            await retired.stop()
        if hasattr(self, "_inspectors"):
            await self._inspectors.stop()
            shutil.rmtree(self._runtime, ignore_errors=True)
        if hasattr(self, "_admin"):
            await self._admin.close()
            self._admin_socket.close()
        if hasattr(self, "_trail"):
            with contextlib.suppress(OSError):
                await self._trail.write(upkeep.stop(), wait=True)
            await self._trail.close()
            await self._custodian.sign()

    def _spawn(self, coroutine: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

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
import json
import logging
import os
import secrets
import shutil
import signal
import time
from collections.abc import Callable, Coroutine
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

from proxy import landlock, metrics
from proxy.admin import Admin
from proxy.audit import settings as audit_settings
from proxy.audit import upkeep
from proxy.audit.signing import open_signer
from proxy.audit.writer import AuditWriter
from proxy.ca.roots import write_roots
from proxy.ca.rotation import trust_bundle
from proxy.coaching.coach import Desk
from proxy.config import Config, child_environment, to_json
from proxy.control import Handler, Message
from proxy.evidence import shelf as evidence
from proxy.inspector.launch import Generation, LaunchError, Restart, launch, make_runtime
from proxy.inspector.settings import InspectorSettings
from proxy.judging.snapshot import describe
from proxy.judging.tally import Tally
from proxy.keys import Keys, open_keys
from proxy.keyvalue import SHARED
from proxy.metrics import Merger, Metrics
from proxy.supervisor import settings_seen
from proxy.supervisor.coaching import Coaching
from proxy.supervisor.crew import Crew
from proxy.supervisor.custodian import Custodian
from proxy.supervisor.detection import Wanted, stop_later, wanted
from proxy.supervisor.files import (
    Prepared,
    SnapshotError,
    identity_texts,
    keep,
    last_good,
    prepare,
    watched,
)
from proxy.supervisor.issuer import Issuer
from proxy.supervisor.listening import bind
from proxy.uploads import store

logger = logging.getLogger("hushgate.supervisor")
_WATCH_SECONDS = 1.0


class Arbiter:
    """One running hushgate."""

    def __init__(self, config: Config) -> None:
        self._config = config
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
        try:
            await self._start()
            self._write_addresses()
            started(self)
            await self._stop.wait()
        finally:
            await self._finish()
        if self._fatal is not None:
            raise self._fatal

    async def _start(self) -> None:
        config = self._config
        self._prepare_state()
        self._pieces_key = secrets.token_bytes(32)
        store.sweep(config.state / SHARED)
        self._issuer = Issuer(config, self._metrics)
        self._open_trail(config)
        self._roots = write_roots(config.state, config.upstream_ca)
        desk = Desk(self._keys.value, config.state / "coach.json", time.time())
        self._coaching = Coaching(desk, partial(self._trail.write, wait=True), self._tell_all)
        self._listener = bind(config.listen)
        self.listen = self._listener.getsockname()[:2]
        admin_socket = bind(config.admin)
        self.admin = admin_socket.getsockname()[:2]
        self._runtime = make_runtime()
        self._wanted = wanted(config)
        self._inspectors = await self._launch(self._wanted)
        self._detectors = describe(self._inspectors.detectors)
        self._prepared = self._first_snapshot()
        self._mtimes = watched(config, self._prepared.texts.policies)
        self._metrics.tell(metrics.BUILD_INFO, version("hushgate"))
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
        await self._crew.start()
        self._admin = Admin(self._readiness, self._scrape, self._trusted, self._pac)
        await self._admin.serve(admin_socket)
        self._spawn(self._reloading())
        self._spawn(self._renewing())
        self._spawn(self._watching())
        self._spawn(self._custodian.run(self._trail))
        await self._trail.write(upkeep.start(self._prepared.snapshot.revision), wait=True)
        await self._write_changes()

    def _prepare_state(self) -> None:
        """Make the folders that workers write to: beside the keys, where they cannot make any."""
        state = self._config.state
        for folder in (state, state / "audit", state / SHARED, state / evidence.FOLDER):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._keys: Keys = open_keys(state)
        if landlock.can_keep(state / "keys"):
            logger.info("workers and inspectors cannot read the keys (Landlock %d)", landlock.version())
        else:
            logger.warning("nothing but file permissions keeps workers and inspectors from the keys: no Landlock here")

    async def _write_changes(self) -> None:
        """Write down which settings are others than before."""
        if names := settings_seen.changed(self._config, {"reviewers": self._identity["reviewers"]}):
            await self._trail.write(upkeep.config_change(names), wait=True)

    def _open_trail(self, config: Config) -> None:
        """Sign what earlier runs left, then begin a chain of our own."""
        self._custodian = Custodian(
            config.state / "audit",
            open_signer(config.state),
            interval=config.audit_checkpoint,
            days=config.audit_retention,
            signed=self._tally.audit_signed,
            changed=self._tally.audit_changed,
        )
        self._custodian.begin()
        self._trail = AuditWriter.open(
            config.state / "audit",
            slot="supervisor",
            settings=audit_settings.from_config(config),
            observe=self._tally.audited,
            committed=self._tally.audit_committed,
        )
        self._identity = identity_texts(config)

    @property
    def ca_path(self) -> Path:
        """Return where the CA's certificate lies."""
        return self._config.state / "ca" / "ca.pem"

    def _write_addresses(self) -> None:
        """Say where we listen, for whoever started us with port 0."""
        fresh = self._config.state / "run.json.new"
        fresh.write_text(json.dumps({"pid": os.getpid(), "listen": self.listen, "admin": self.admin}), encoding="utf-8")
        fresh.replace(self._config.state / "run.json")

    def _first_snapshot(self) -> Prepared:
        detectors = self._detectors
        try:
            prepared = prepare(self._config, detectors)
        except SnapshotError as error:
            kept = last_good(self._config.state, detectors)
            if kept is None:
                raise
            for problem in error.problems:
                logger.error("%s", problem)
            logger.error("the last good policy stays in force")
            self._reloaded(kept, good=False)
            return kept
        keep(self._config.state, prepared.texts)
        self._reloaded(prepared, good=True)
        return prepared

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
            await self.renew()

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
        for worker in self._crew.all:
            await worker.ask(message, timeout=30)
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
        reasons = [f"worker {worker.slot} is not up" for worker in self._crew.serving if not worker.ready]
        for worker in self._crew.serving:
            answer = await worker.ask({"health": True}, timeout=2)
            if answer is None:
                reasons.append(f"worker {worker.slot} does not answer")
            elif answer.get("revision") != self._prepared.snapshot.revision:
                reasons.append(f"worker {worker.slot} has not taken the policy over")
            elif not answer.get("inspectors"):
                reasons.append("no inspector answers")
        return not reasons, reasons

    async def _scrape(self) -> bytes:
        texts = {}
        for worker in reversed(self._crew.all):  # of one slot, the gauges of the worker that serves stand last
            answer = await worker.ask({"metrics": True}, timeout=2)
            if answer is not None:
                texts[worker.name] = str(answer["metrics"]).encode()
        self._tally.audit_waits(self._trail.lag, self._trail.queued)
        self._tally.audit_free(shutil.disk_usage(self._config.state / "audit").free)
        return self._merger.merge(texts, self._metrics.render())

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
        (self._config.state / "run.json").unlink(missing_ok=True)
        if hasattr(self, "_crew"):
            await self._crew.stop()
        for task in self._tasks:
            task.cancel()
        if hasattr(self, "_inspectors"):
            await self._inspectors.stop()
            shutil.rmtree(self._runtime, ignore_errors=True)
        if hasattr(self, "_admin"):
            await self._admin.close()
        if hasattr(self, "_trail"):
            with contextlib.suppress(OSError):
                await self._trail.write(upkeep.stop(), wait=True)
            await self._trail.close()
            await self._custodian.sign()

    def _spawn(self, coroutine: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

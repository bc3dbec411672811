"""Drives inspections for a worker: exchange in, ruling out; scans over the inspectors, records before it answers.

Rules
1. `judge` never raises and never lets an exchange through that was not decided: whatever goes wrong is a refusal.
2. The record of a refusal or a redaction is on disk before the ruling is returned (durability `ack`).
3. One snapshot serves an exchange from its beginning to its end, whatever is reloaded meanwhile.
"""

import asyncio
import logging
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from typing import Protocol

from detectors.scan import Report, Task
from policies.message import with_ref
from policies.model import Action
from proxy.audit import record as audit_record
from proxy.audit.ulid import new_id
from proxy.catalogue import confirmation
from proxy.catalogue.assembly import UNKNOWN
from proxy.coaching.coachlink import CoachLink
from proxy.codecs.decode import Limits
from proxy.earlier import Earlier
from proxy.evidence.keeper import Keeper
from proxy.exchange import Client, Exchange
from proxy.judging.answerer import Answerer
from proxy.judging.answering import Answering, concerns
from proxy.judging.answers.listener import Listener
from proxy.judging.budget import Budget
from proxy.judging.cache import FindingsCache
from proxy.judging.forwarding import Changes
from proxy.judging.inspection import Answer, Apart, Judged, Outcome, Overloaded, Record, Scan, inspect
from proxy.judging.noticing import Noticing
from proxy.judging.rate import Rate
from proxy.judging.routing import Unroutable, follow
from proxy.judging.snapshot import Snapshot
from proxy.judging.standing import Standing, assess
from proxy.judging.tally import Tally
from proxy.judging.vault import Vault
from proxy.judging.virtualkeys import KeyRing
from proxy.refusals import refusal
from proxy.refusals.refusal import Asked
from proxy.restore.restorer import Lookup
from proxy.restore.splitter import Splitter

logger = logging.getLogger("hushgate.judge")


class Scans(Protocol):
    """Something that runs scans: a pool of inspectors, or a scanner in this process."""

    async def scan(self, tasks: Sequence[Task], timeout_s: float) -> list[Report] | None:
        """Return one report a task, or None where there is no room. Raises nothing."""


class Trail(Protocol):
    """Where records go."""

    async def write(self, record: dict[str, object], *, wait: bool) -> None:
        """Write one record; with `wait`, return when it is on disk. Raises OSError where it cannot be written."""


@dataclass(frozen=True, slots=True)
class Ruling:
    """What to do with one exchange."""

    event: str
    service: str
    action: str
    answer: refusal.Answer | None = field(default=None, repr=False)  # ours, instead of forwarding
    frame: bytes | None = field(default=None, repr=False)  # ours, inside a WebSocket
    body: bytes | None = field(default=None, repr=False)  # to forward instead of the original
    replaced: int = 0
    changes: Changes = field(default=Changes(), repr=False)  # to the head of what is forwarded
    issued: Mapping[str, str] = field(default_factory=dict, repr=False)  # placeholders in `body` to their values
    client: Client | None = None  # who it turned out to be, where that is not the connection's
    judged: Judged | None = field(default=None, repr=False)  # of what is forwarded
    said: str = field(default="", repr=False)  # the words of a refusal
    close: tuple[int, str] | None = field(default=None, repr=False)  # ours, where a WebSocket knows no other refusal

    @property
    def recorded(self) -> bool:
        """Tell whether there is a decision record of it."""
        return self.judged is not None and worth_a_record(self.judged)

    @property
    def unlisted(self) -> bool:
        """Tell whether it goes to an AI service that nobody listed, or to a host that may be one."""
        return self.judged is not None and self.judged.match.service.id == UNKNOWN

    @property
    def announcement(self) -> str:
        """Return the value of `x-hushgate` for the answer to a changed request; empty where nothing changed."""
        said = [f"redacted; n={self.replaced}; ref={self.event}"] if self.replaced else []
        if self.changes.to is not None:
            said.append(f"routed; to={self.changes.to.name}; ref={self.event}")
        return ", ".join(said)


class Judge:
    """One worker's inspections."""

    def __init__(
        self,
        snapshot: Snapshot,
        scans: Scans,
        trail: Trail,
        tally: Tally,
        cache: FindingsCache,
        limits: Limits | None = None,
        budget: Budget | None = None,
        rate: Rate | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        placeholders: Vault | None = None,
    ) -> None:
        self.snapshot = snapshot
        self.keys = KeyRing()
        self.coach: CoachLink | None = None
        self.evidence: Keeper | None = None
        self._scans = scans
        self._trail = trail
        self._tally = tally
        self._noticing = Noticing(tally)
        self._cache = cache
        self._limits = limits or Limits()
        self._budget = Budget(256 << 20, 64 << 20) if budget is None else budget
        self._rate = rate
        self._now = now
        self._placeholders = placeholders or Vault(secrets.token_bytes(32))

    async def judge(self, exchange: Exchange, client: Client, earlier: Earlier | None = None) -> Ruling:
        """Return what to do with `exchange`, which came after `earlier` messages. Raises only CancelledError."""
        event = new_id()
        snapshot = self.snapshot
        started = time.perf_counter()
        try:
            with self._budget.hold(client.address, len(exchange.body)) as room:
                standing = self._standing(exchange, client, snapshot)
                if standing.refused:
                    return await self._turned_away(exchange, standing, snapshot, event, "virtual_key")
                if room and (self._rate is None or self._rate.admit(client.address)):
                    outcome = await self._drive(exchange, standing, snapshot, event, started, earlier)
                else:
                    outcome = Outcome(Action.BLOCK, None, overloaded=True)
            ruling = self._ruling(outcome, exchange, snapshot, event)
            if outcome.judged and outcome.action is Action.COACH:
                ruling = await self._asked(ruling, outcome.judged, event)
            if ruling.answer is None:
                ruling = await self._forwarded(ruling, outcome, exchange, standing, snapshot)
                await self._placeholders.keep(standing.client, ruling.issued)
                if earlier is not None and ruling.answer is None:
                    earlier.left()
        except Exception as error:  # noqa: BLE001 - the boundary: an exception never forwards, its text is never shown
            logger.error("inspection failed: %s; ref=%s", type(error).__name__, event)
            ruling = await self._failed(exchange, client, snapshot, event, type(error).__name__)
        self._tally.took("total", time.perf_counter() - started)
        return ruling

    def forget(self) -> None:
        """Forget what was found before: from now on other detectors look."""
        self._cache.renew()

    async def confirm(self, ruling: Ruling, content_type: str, head: bytes) -> None:
        """Tell what the first bytes of an answer say of a service that nobody listed. Raises nothing."""
        if ruling.judged is None:
            return
        for noticed in self._noticing.confirmed(ruling.judged, confirmation.confirm(content_type, head)):
            try:
                await self._trail.write(noticed, wait=False)
            except OSError:
                logger.error("the audit log cannot be written")

    def lookup(self, client: Client, issued: Mapping[str, str]) -> Lookup | None:
        """Return what finds the values for an answer to `client`, given what its request had issued; None: no need."""
        return self._placeholders.lookup(client, issued)

    def looks(self, ruling: Ruling) -> bool:
        """Tell whether a rule could be about the answer to a request that was ruled so."""
        return ruling.judged is not None and concerns(ruling.judged, self.snapshot, self._now())

    def answerer(self, ruling: Ruling, lookup: Lookup | None, content_type: str, coding: str) -> Answerer | None:
        """Return what inspects the answer to a request that was ruled so; None where no rule is about answers."""
        if ruling.judged is None or not self.looks(ruling):
            return None
        splitter = Splitter(content_type, coding, inspects=True)
        if splitter.unread:
            self._tally.uninspected(ruling.service, splitter.unread, 0)
        return self._answerer(ruling.judged, lookup, splitter)

    def listener(self, ruling: Ruling, lookup: Lookup) -> Listener | None:
        """Return what inspects what a service says on a WebSocket, as an answer to what was ruled so."""
        if ruling.judged is None or not self.looks(ruling):
            return None
        return Listener(self._answerer(ruling.judged, lookup, None))

    def _answerer(self, judged: Judged, lookup: Lookup | None, splitter: Splitter | None) -> Answerer:
        snapshot = self.snapshot
        answering = Answering(judged, snapshot, self._scans, lookup, splitter, self._now)
        kind, unread = (splitter.kind, splitter.unread) if splitter else ("", "")
        return Answerer(answering, kind, judged, snapshot.revision, self._trail, self._tally, unread)

    async def _drive(
        self,
        exchange: Exchange,
        standing: Standing,
        snapshot: Snapshot,
        event: str,
        started: float,
        earlier: Earlier | None = None,
    ) -> Outcome:
        detect = 0.0
        stage, before = "decode", started
        issuer = self._placeholders.issuer(standing.client)
        now, fallen, limits = self._now(), self._noticing.fallen, self._limits
        steps = inspect(
            exchange, standing.client, snapshot, self._cache, now, limits, standing, issuer, fallen, earlier
        )
        answer: Answer = None
        while True:
            try:
                step = steps.send(answer)
            except StopIteration as stop:
                outcome: Outcome = stop.value
                return outcome
            if isinstance(step, Apart):
                answer = await asyncio.to_thread(step.work)
                continue
            self._tally.took(stage, time.perf_counter() - before)
            if isinstance(step, Scan):
                before = time.perf_counter()
                answer = await self._scans.scan(step.tasks, step.seconds)
                stage, detect = "decide", time.perf_counter() - before
                self._tally.took("detect", detect)
                before += detect
                if answer is None:
                    answer = Overloaded()
                else:
                    self._tally.scanned(answer)
            else:
                total = time.perf_counter() - started
                await self._record(step, snapshot, event, {"detect": 1000 * detect, "total": 1000 * total})
                answer = None

    def _standing(self, exchange: Exchange, client: Client, snapshot: Snapshot) -> Standing:
        match = snapshot.catalogue.match(exchange.host, exchange.method, exchange.path)
        standing = assess(exchange, client, match, snapshot, self.keys, self._now())
        link = self.coach
        return standing if link is None else replace(standing, answers=partial(link.recall, standing.client))

    async def _turned_away(
        self, exchange: Exchange, standing: Standing, snapshot: Snapshot, event: str, reason: str
    ) -> Ruling:
        """Refuse for a reason that is no rule's: a key that opens nothing, a target that cannot take it."""
        match = snapshot.catalogue.match(exchange.host, exchange.method, exchange.path)
        self._tally.refused(reason)
        record = audit_record.refused(
            client=standing.client, reason=reason, host=exchange.host, port=exchange.port, event=event
        )
        await self._trail.write(record, wait=True)
        return self._refusal(exchange, match.endpoint.refusal, match.service.id, standing.refused, event)

    async def _forwarded(
        self, ruling: Ruling, outcome: Outcome, exchange: Exchange, standing: Standing, snapshot: Snapshot
    ) -> Ruling:
        """Return the ruling with what becomes of the head; where a route cannot be followed, the refusal."""
        judged = outcome.judged
        ruling = replace(ruling, changes=standing.changes, client=standing.client, judged=judged)
        if judged is None or judged.verdict.route is None:
            return ruling
        try:
            routed = follow(judged.verdict.route.to, judged, ruling.body, snapshot, self.keys, self._now())
        except Unroutable as error:
            standing = replace(standing, refused=f"{judged.verdict.route.message} {error}".strip())
            refused = await self._turned_away(exchange, standing, snapshot, ruling.event, "unroutable")
            return replace(refused, client=standing.client, judged=judged)
        return replace(ruling, body=routed.body, changes=standing.changes + routed.changes)

    async def _asked(self, ruling: Ruling, judged: Judged, event: str) -> Ruling:
        """Put the question to the user; without a link, because nobody can take the answer, the rule blocks."""
        link = await self.coach.open(event, judged.client, judged.facts, judged.verdict) if self.coach else ""
        self._tally.coached("asked" if link else "limited")
        if not link:
            return ruling
        exchange, asked = judged.exchange, Asked.of(judged.exchange)
        said = f"{judged.verdict.message.rstrip()} You may decide yourself: {link}"
        ruling = self._refusal(exchange, judged.match.endpoint.refusal, ruling.service, said, event, "coach")
        return replace(ruling, answer=refusal.elsewhere(link, event)) if asked.navigates else ruling

    async def _record(self, step: Record, snapshot: Snapshot, event: str, ms: dict[str, float]) -> None:
        judged = step.judged
        self._tally.judged(judged)
        for noticed in self._noticing.records(judged):
            await self._trail.write(noticed, wait=False)
        if not worth_a_record(judged):
            return
        kept = await self.evidence.keep(judged, event) if self.evidence else ""
        enforced = judged.verdict.action.stops or step.changed or judged.verdict.route is not None
        await self._trail.write(
            audit_record.decision(
                judged, event=event, replaced=step.replaced, revision=snapshot.revision, ms=ms, evidence=kept
            ),
            wait=enforced,
        )

    def _ruling(self, outcome: Outcome, exchange: Exchange, snapshot: Snapshot, event: str) -> Ruling:
        match = snapshot.catalogue.match(exchange.host, exchange.method, exchange.path)
        shape = match.endpoint.refusal
        if outcome.overloaded:
            self._tally.overloaded(match.service.id, match.endpoint.activity)
            return Ruling(
                event, match.service.id, "overload", answer=refusal.overload(shape, event, Asked.of(exchange))
            )
        action = str(outcome.action)
        if outcome.judged is None:
            self._tally.uninspected(match.service.id, "policy", len(exchange.body))
        if not outcome.refused:
            return Ruling(
                event, match.service.id, action, body=outcome.body, replaced=outcome.replaced, issued=outcome.issued
            )
        judged = outcome.judged
        message = judged.verdict.message if judged else ""
        return self._refusal(exchange, shape, match.service.id, message, event)

    def _refusal(
        self, exchange: Exchange, shape: str, service: str, message: str, event: str, said: str = "blocked"
    ) -> Ruling:
        text = with_ref(message.rstrip(), event)
        if event not in text:
            text = f"{text} (reference {event})"
        asked = Asked.of(exchange)
        return Ruling(
            event,
            service,
            "block" if said == "blocked" else said,
            answer=refusal.refuse(shape, text, event, asked, said),
            said=text,
            frame=refusal.refuse_message(shape, text, event, asked) if exchange.transport == "websocket" else None,
            close=refusal.refuse_close(shape, text) if exchange.transport == "websocket" else None,
        )

    async def _failed(self, exchange: Exchange, client: Client, snapshot: Snapshot, event: str, error: str) -> Ruling:
        match = snapshot.catalogue.match(exchange.host, exchange.method, exchange.path)
        self._tally.failed(match.service.id, match.endpoint.activity)
        record = audit_record.failure(exchange, client, match, event=event, error=error, revision=snapshot.revision)
        try:
            await self._trail.write(record, wait=True)
        except OSError:
            logger.error("the audit log cannot be written; ref=%s", event)
        message = "hushgate could not inspect this request, so it was not sent. Please try again or tell your IT team."
        return self._refusal(exchange, match.endpoint.refusal, match.service.id, message, event)


_ASIDE = {"credential", "metadata", "header"}  # kinds of parts that are no text of a user's


def worth_a_record(judged: Judged) -> bool:
    """Tell whether an exchange gets a record of its own: it held text or an upload, or something was found."""
    if _frame_of_media(judged):
        return False
    if judged.findings or judged.verdict.rules or judged.facts.unknown:
        return True
    kinds = {part.kind for part in judged.decoded.prompt.parts}
    return bool(judged.exchange.body) and bool(kinds - _ASIDE)


def _frame_of_media(judged: Judged) -> bool:
    """Tell whether it is a message of a socket that only carries sound or pictures, which the policy lets pass."""
    verdict = judged.verdict
    hits = (*verdict.rules, *(verdict.would.rules if verdict.would else ()))
    return (
        judged.exchange.transport == "websocket"
        and set(judged.facts.unknown) == {"media"}
        and not (judged.findings or verdict.action.stops or verdict.errors)
        and all(hit.because == "unknown" for hit in hits)
        and not any(part.text for part in judged.decoded.prompt.parts if part.kind not in _ASIDE)
    )

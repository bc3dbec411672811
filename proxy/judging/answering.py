"""An answer in, chunk by chunk; the answer out as the policy's rules with `direction: response` want it.

Rules
1. Only answers that such a rule could match come here. Detectors run elsewhere (`Scans`), on what has not left yet and
   the `BEFORE` characters that left last; the rules see everything that was found so far.
2. Text leaves when what follows cannot change what is found in it, or after a pause (`proxy.answers.editor`).
3. What the vendor writes is looked at before values are put back into it: the user's own values are no finding. Signed
   parts are looked at too; nothing can be cut out of them.
4. A block ends the answer with an error in the vendor's form for streams. What was not looked at in time, or cannot be
   read, is unknown, and the policy decides before it leaves.
5. The record is on disk before the last byte, or the error, is returned.
6. Code is looked for only where a rule could ask for it: that costs as much as all the rest, on texts so short.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from detectors.base import Source
from detectors.finding import Finding
from detectors.resolve import resolve
from detectors.scan import Report, Task
from policies.engine import decide
from policies.facts import Facts
from policies.model import Verdict
from policies.scene import prepare
from proxy.codecs.decode import Decoded
from proxy.exchange import Part, Prompt, Unread
from proxy.judging.answers.editor import AnswerEditor
from proxy.judging.answers.found import Found, Place
from proxy.judging.inspection import Judged
from proxy.judging.redaction import label, without_placeholders
from proxy.judging.snapshot import Snapshot
from proxy.restore.restorer import Lookup
from proxy.restore.splitter import Splitter
from proxy.restore.weave import Event, Replacement, Waiting, Weave

_SECONDS = 2.0
_SHORT = 128  # characters of an identifier
_CLEAN = 256
_PARTS = (Part("answer:", "assistant", "prompt", ""),)
_WHO = frozenset({"identity"})
_FINDS_CODE = "code."  # how the names of detectors begin that find nothing but source code
_CODE = "SOURCE_CODE"


class Scans(Protocol):
    """Something that runs scans."""

    async def scan(self, tasks: Sequence[Task], timeout_s: float) -> list[Report] | None:
        """Return one report a task, or None where there is no room. Raises nothing."""


@dataclass(frozen=True, slots=True)
class Stopped:
    """The answer is to end here, with these findings."""

    judged: Judged


def concerns(judged: Judged, snapshot: Snapshot, now: datetime) -> bool:
    """Tell whether a rule could match the answer to a request that was judged so."""
    return next(snapshot.policy.index.scoped(prepare(_facts(judged), now)), None) is not None


def _facts(judged: Judged) -> Facts:
    who = tuple(reason for reason in judged.facts.unknown if reason in _WHO)
    return replace(judged.facts, direction="response", findings=(), unknown=who, rewritable=True, bytes=0)


def _asks_for_code(facts: Facts, snapshot: Snapshot, now: datetime) -> bool:
    """Tell whether what a rule says of an answer could depend on code in it."""
    return any(
        rule.liftings or any(asked.wants(_CODE) for asked in (*rule.question.positive, *rule.question.none))
        for rule in snapshot.policy.index.scoped(prepare(facts, now))
    )


class Answering:
    """One answer, or all that a service says on one WebSocket (`take`). Raises CodingError where a coding is broken."""

    def __init__(
        self,
        judged: Judged,
        snapshot: Snapshot,
        scans: Scans,
        lookup: Lookup | None,
        splitter: Splitter | None,
        now: Callable[[], datetime],
    ) -> None:
        self._scans = scans
        self._now = now
        self._splitter = splitter
        self._editor = AnswerEditor(lookup if splitter is None or splitter.restores else None)
        self._weave = Weave(self._editor, inspects=True)
        self._found = Found()
        self._verdict: Verdict | None = None
        self._clean = self._weave.quiet  # whole texts that hold nothing: kinds and identifiers come with each event
        self._told: set[str] = set()  # reasons that are on record
        self.stopped = False
        self.ask(judged, snapshot)

    def ask(self, judged: Judged, snapshot: Snapshot) -> None:
        """Take what follows for the answer to this request, under these rules."""
        self._judged, self._snapshot = judged, snapshot
        self._facts = _facts(judged)
        self._clean.clear()
        needed = {"structured", *snapshot.policy.needs(self._facts)}
        without = "" if _asks_for_code(self._facts, snapshot, self._now()) else _FINDS_CODE
        names = [detector.name for detector in snapshot.detectors if detector.cost in needed]
        self._detectors = tuple(name for name in names if not (without and name.startswith(without)))

    @property
    def cut(self) -> int:
        """Return how many stretches were taken out."""
        return len({*self._verdict.redactions, *self._verdict.tokenisations}) if self._verdict else 0

    @property
    def restored(self) -> int:
        """Return how many values were put back."""
        return max(self._weave.replaced - self.cut, 0)

    @property
    def restless(self) -> bool:
        """Tell whether `pause` could let something go."""
        return not self.stopped and self._weave.restless

    async def feed(self, data: bytes) -> bytes | Stopped:
        """Return what can leave after `data` came, or that the answer ends."""
        return await self._joined(list(self._splitter.feed(data)) if self._splitter else [], final=False)

    async def flush(self) -> bytes | Stopped:
        """Return what waited, or that the answer ends."""
        return await self._joined(list(self._splitter.flush()) if self._splitter else [], final=True)

    def pause(self, seconds: float) -> list[bytes]:
        """Return what may leave of texts that nothing was added to for `seconds`."""
        return [] if self.stopped else self._weave.pause(seconds)

    def close(self) -> list[bytes]:
        """Return what may leave without another look: all that waits, unless its end could stop the answer."""
        if self.stopped or (self._verdict is not None and self._verdict.action.stops):
            return []
        return self._weave.flush()

    def fresh(self) -> Judged | None:
        """Return what is to be recorded and was not returned before; None where there is nothing, or a block pends."""
        judged = self.judged()
        if judged is None or judged.verdict.action.stops:
            return None
        new = self._found.fresh()
        told = set(self._facts.unknown) - _WHO - self._told
        self._told |= told
        if not (new or told):
            return None
        return replace(judged, findings=tuple((0, finding) for finding in new))

    def judged(self) -> Judged | None:
        """Return what is to be recorded; None where nothing was found and no rule matched."""
        verdict = self._verdict
        if verdict is None or not (self._found.by_place or verdict.rules or verdict.would):
            return None
        unread = tuple(Unread("answer:", reason, 0) for reason in self._facts.unknown if reason not in _WHO)
        decoded = Decoded(Prompt(_PARTS, unread), (None,), b"")
        findings = tuple((0, finding) for finding in self._found.by_place.values())
        return replace(self._judged, decoded=decoded, findings=findings, facts=self._facts, verdict=verdict)

    async def take(self, events: Sequence[Event], *, final: bool = False) -> list[bytes] | Stopped:
        """Return the events that can leave after these came, as they are written then, or that the answer ends."""
        if self.stopped:
            return []
        for event in events:
            self._weave.take(event)
        await self._look(self._weave.waiting() if final else self._weave.touched(), final=final)
        judged = self.judged()
        if judged is not None and self._stops():
            self.stopped = True
            return Stopped(judged)
        return self._weave.settle() + (self._weave.flush() if final else [])

    async def _joined(self, events: Sequence[Event], *, final: bool) -> bytes | Stopped:
        left = await self.take(events, final=final)
        return left if isinstance(left, Stopped) else b"".join(left)

    def _stops(self) -> bool:
        """Tell whether the answer is to end, tentative findings aside."""
        if self._verdict is None or not self._verdict.action.stops or not self._found.tentative:
            return self._verdict is not None and self._verdict.action.stops
        facts = replace(self._facts, findings=self._found.facts(sure=True))
        return decide(facts, self._snapshot.policy, self._now()).action.stops

    async def _look(self, waiting: Sequence[Waiting], *, final: bool) -> None:
        """Scan what waits, decide, and note what is to be cut out."""
        waiting = [each for each in waiting if each.pending]
        tasks = [Task(Source(each.before + each.pending, "answer prompt"), self._detectors) for each in waiting]
        reports = await self._scans.scan(tasks, _SECONDS) if tasks else []
        if len(self._clean) > _CLEAN:
            self._clean.clear()
        unknown = dict(self._weave.unread) | ({} if reports is not None else {"timeout": None})
        places: list[tuple[Waiting, dict[Place, Finding]]] = []
        before = len(self._found.by_place)
        for each, report in zip(waiting, reports or (), strict=False):
            unknown |= dict.fromkeys(report.failed.values())
            found = resolve(finding for group in report.findings.values() for finding in group)
            text = each.before + each.pending
            places.append((each, self._found.learn(each, without_placeholders(text, found), final=final)))
            empty = each.whole and not (each.before or found or report.failed or "[" in each.pending)
            if empty and len(each.pending) <= _SHORT:
                self._clean.add(each.pending)
        if self._verdict is None or unknown or before or self._found.by_place:
            self._decide(tuple(unknown))
            self._mark(places)

    def _decide(self, unknown: tuple[str, ...]) -> None:
        self._facts = replace(
            self._facts,
            findings=self._found.facts(),
            unknown=tuple(dict.fromkeys((*self._facts.unknown, *unknown))),
            ran=frozenset(self._detectors),
        )
        self._verdict = decide(self._facts, self._snapshot.policy, self._now())

    def _mark(self, places: Sequence[tuple[Waiting, dict[Place, Finding]]]) -> None:
        if self._verdict is None:
            return
        order = list(self._found.by_place)
        out = {order[ref] for ref in (*self._verdict.redactions, *self._verdict.tokenisations)}
        for each, found in places:
            cuts: list[Replacement] = []
            for place, finding in sorted(found.items(), key=lambda item: (item[1].start, -item[1].end)):
                if place not in out:
                    continue
                if cuts and finding.start < cuts[-1].end:
                    cuts[-1] = replace(cuts[-1], end=max(cuts[-1].end, finding.end))
                else:
                    cuts.append(Replacement(finding.start, finding.end, label(finding.entity)))
            held = self._found.open_in(found) if self._verdict.action.stops else ()
            self._editor.learn(each, cuts, tuple(held))

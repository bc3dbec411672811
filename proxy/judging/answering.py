"""An answer in, chunk by chunk; the answer out as the policy's rules with `direction: response` want it.

Rules
1. Only answers that such a rule could match come here. Detectors run elsewhere (`Scans`), on what has not left yet and
   the `BEFORE` characters that left last; the rules see everything that was found so far.
2. Text leaves when what follows cannot change what is found in it: `REACH` characters behind it, at the beginning of a
   word; a key block waits for its end.
3. What the vendor writes is looked at before values are put back into it: the user's own values are no finding.
4. A block ends the answer with an error in the vendor's form for streams. What was not looked at in time is unknown,
   and the policy decides.
5. The record is on disk before the last byte, or the error, is returned.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol

from detectors.base import Source
from detectors.finding import Finding
from detectors.resolve import resolve
from detectors.scan import Report, Task
from policies.engine import decide
from policies.facts import Facts, fact_of
from policies.model import Verdict
from policies.scene import prepare
from proxy import placeholder
from proxy.codecs.decode import Decoded
from proxy.exchange import Part, Prompt
from proxy.judging.inspection import Judged
from proxy.judging.redaction import label, without_placeholders
from proxy.judging.snapshot import Snapshot
from proxy.restore.restorer import Lookup, Values
from proxy.restore.splitter import Splitter
from proxy.restore.weave import BEFORE, Event, Replacement, Waiting, Weave

REACH = 48  # characters: the longest identifier that is written with spaces
_WORD = 512  # characters without a space that are still one word
_BLOCK = 8192  # characters that a key block may have
_MOST = 2000  # findings that are remembered
_KNOWN = 2048  # ends of texts whose cuts are remembered
_SECONDS = 2.0
_PARTS = (Part("answer:", "assistant", "prompt", ""),)


class Scans(Protocol):
    """Something that runs scans."""

    async def scan(self, tasks: Sequence[Task], timeout_s: float) -> list[Report] | None:
        """Return one report a task, or None where there is no room. Raises nothing."""


Place = tuple[int, int, str]
"""Number of a text, position in it, entity."""


@dataclass(frozen=True, slots=True)
class Stopped:
    """The answer is to end here, with these findings."""

    judged: Judged


def concerns(judged: Judged, snapshot: Snapshot, now: datetime) -> bool:
    """Tell whether a rule could match the answer to a request that was judged so."""
    return next(snapshot.policy.index.scoped(prepare(_facts(judged), now)), None) is not None


def _facts(judged: Judged) -> Facts:
    return replace(judged.facts, direction="response", findings=(), unknown=(), rewritable=True, bytes=0)


class _Editor:
    """Cuts out what the rules want out, and puts values back."""

    def __init__(self, lookup: Lookup | None) -> None:
        self._values = Values(lookup or (lambda _: None))
        self.known: dict[tuple[str, str], list[Replacement]] = {}

    def learn(self, text: str, before: str, cuts: list[Replacement]) -> None:
        """Note what is to be cut out of the end of a text, and out of what will wait of it when the rest has left."""
        self.known[text, before] = cuts
        left = self.settled(text, before)
        rest = [replace(cut, start=cut.start - left, end=cut.end - left) for cut in cuts if cut.start >= left]
        self.known[text[left:], (before + text[:left])[-BEFORE:]] = rest
        while len(self.known) > _KNOWN:
            del self.known[next(iter(self.known))]

    def replacements(self, text: str, before: str) -> Sequence[Replacement]:
        """Return both, in order."""
        cuts = self.known.get((text, before), [])
        values = [v for v in self._values.replacements(text) if all(v.end <= c.start or c.end <= v.start for c in cuts)]
        return sorted((*cuts, *values), key=lambda each: each.start)

    def settled(self, text: str, before: str) -> int:
        """Return where a word begins that is far enough from the end, and neither in a finding nor a key block."""
        far = max(len(text) - REACH, 0)
        start = max(far - _WORD, 0)
        space = max(text.rfind(" ", start, far), text.rfind("\n", start, far))
        cut = min(space + 1 if space >= 0 else start, placeholder.begun(text))
        block = text.rfind("-----BEGIN ", max(0, len(text) - _BLOCK))
        if block >= 0 and "-----END " not in text[block:]:
            cut = min(cut, block)
        for each in self.known.get((text, before), ()):
            if each.start < cut < each.end:
                cut = each.start
        return cut


@dataclass(slots=True)
class _Found:
    """What was found, by text and place in it: what is looked at again is found anew.

    `tentative`: those that more text could turn into something else.
    """

    by_place: dict[Place, Finding] = field(default_factory=dict)
    tentative: set[Place] = field(default_factory=set)

    def learn(self, waiting: Waiting, findings: Sequence[Finding], *, final: bool) -> dict[Place, Finding]:
        """Take in what was found in the end of one text; return it with its places."""
        for place in [p for p in self.by_place if p[0] == waiting.number and p[1] >= waiting.left]:
            del self.by_place[place]
            self.tentative.discard(place)
        shown = len(waiting.before)
        new = {}
        for finding in findings:
            if finding.end > shown and len(self.by_place) < _MOST:
                start = max(finding.start - shown, 0)
                place = (waiting.number, waiting.left + start, finding.entity)
                if finding.start >= shown or place not in self.by_place:
                    new[place] = replace(finding, start=start, end=finding.end - shown)
                    behind = waiting.pending[finding.end - shown : finding.end - shown + 1]
                    if not (final or waiting.whole) and (not behind or behind.isalnum()):
                        self.tentative.add(place)
        self.by_place.update(new)
        return new


class Answering:
    """One answer. Raises CodingError where a coding is broken."""

    def __init__(
        self,
        judged: Judged,
        snapshot: Snapshot,
        scans: Scans,
        lookup: Lookup | None,
        splitter: Splitter,
        now: Callable[[], datetime],
    ) -> None:
        self._judged = judged
        self._snapshot = snapshot
        self._scans = scans
        self._now = now
        self._splitter = splitter
        self._editor = _Editor(lookup)
        self._weave = Weave(self._editor)
        self._found = _Found()
        self._facts = _facts(judged)
        self._verdict: Verdict | None = None
        needed = {"structured", *snapshot.policy.needs(self._facts)}
        self._detectors = tuple(d.name for d in snapshot.detectors if d.cost in needed)
        self.stopped = False

    @property
    def cut(self) -> int:
        """Return how many stretches were taken out."""
        return len({*self._verdict.redactions, *self._verdict.tokenisations}) if self._verdict else 0

    @property
    def restored(self) -> int:
        """Return how many values were put back."""
        return max(self._weave.replaced - self.cut, 0)

    async def feed(self, data: bytes) -> bytes | Stopped:
        """Return what can leave after `data` came, or that the answer ends."""
        return b"" if self.stopped else await self._pass(list(self._splitter.feed(data)), final=False)

    async def flush(self) -> bytes | Stopped:
        """Return what waited, or that the answer ends."""
        return b"" if self.stopped else await self._pass(list(self._splitter.flush()), final=True)

    def judged(self) -> Judged | None:
        """Return what is to be recorded; None where nothing was found and no rule matched."""
        verdict = self._verdict
        if verdict is None or not (self._found.by_place or verdict.rules or verdict.would):
            return None
        decoded = Decoded(Prompt(_PARTS), (None,), b"")
        findings = tuple((0, finding) for finding in self._found.by_place.values())
        return replace(self._judged, decoded=decoded, findings=findings, facts=self._facts, verdict=verdict)

    async def _pass(self, events: list[Event], *, final: bool) -> bytes | Stopped:
        for event in events:
            self._weave.take(event)
        await self._look(self._weave.waiting() if final else self._weave.touched(), final=final)
        judged = self.judged()
        if judged is not None and self._stops():
            self.stopped = True
            return Stopped(judged)
        return b"".join(self._weave.settle() + (self._weave.flush() if final else []))

    def _stops(self) -> bool:
        """Tell whether the answer is to end, tentative findings aside."""
        if self._verdict is None or not self._verdict.action.stops or not self._found.tentative:
            return self._verdict is not None and self._verdict.action.stops
        sure = [finding for place, finding in self._found.by_place.items() if place not in self._found.tentative]
        facts = replace(self._facts, findings=tuple(fact_of(finding, -1) for finding in sure))
        return decide(facts, self._snapshot.policy, self._now()).action.stops

    async def _look(self, waiting: Sequence[Waiting], *, final: bool) -> None:
        """Scan what waits, decide, and note what is to be cut out."""
        waiting = [each for each in waiting if each.pending]
        tasks = [Task(Source(each.before + each.pending, "answer prompt"), self._detectors) for each in waiting]
        reports = await self._scans.scan(tasks, _SECONDS) if tasks else []
        unknown = {} if reports is not None else {"timeout": None}
        places: list[tuple[Waiting, dict[Place, Finding]]] = []
        before = len(self._found.by_place)
        for each, report in zip(waiting, reports or (), strict=False):
            unknown |= dict.fromkeys(report.failed.values())
            found = resolve(finding for group in report.findings.values() for finding in group)
            text = each.before + each.pending
            places.append((each, self._found.learn(each, without_placeholders(text, found), final=final)))
        if self._verdict is None or unknown or before or self._found.by_place:
            self._decide(tuple(unknown))
            self._mark(places)

    def _decide(self, unknown: tuple[str, ...]) -> None:
        numbered = enumerate(self._found.by_place.values())
        self._facts = replace(
            self._facts,
            findings=tuple(fact_of(finding, number) for number, finding in numbered),
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
            self._editor.learn(each.pending, each.before, cuts)

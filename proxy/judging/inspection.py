"""The whole product in one file: an exchange goes in, an outcome comes out, and the record says why.

Rules
1. `inspect` is a generator without input or output of its own. It yields `Scan` and receives reports; it yields
   `Record` and receives nothing; of a large body it yields `Apart` and receives what its work returns. Whoever drives
   it (worker, command line, tests) owns the sockets, the threads and the clock.
2. This is the only place that orders decode, scan, decide, rewrite and record.
3. What was not read is unknown, and the policy decides about it. Nothing here turns an unknown into an allow.
4. A body that is allowed is not touched: `Outcome.body` is None then, and the caller forwards the original bytes.
"""

from collections import Counter
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial

from detectors.base import Source
from detectors.finding import Finding
from detectors.language.telling import told
from detectors.resolve import resolve
from detectors.scan import Report, Task, why_unread
from policies.engine import decide
from policies.facts import Facts, FindingFact, fact_of
from policies.model import Action, Verdict
from proxy import seams
from proxy.catalogue.catalogue import Match
from proxy.catalogue.endpoint import Endpoint
from proxy.codecs.decode import Decoded, Limits, decode
from proxy.earlier import Earlier
from proxy.exchange import Client, Exchange, Part, Unread
from proxy.judging import redaction
from proxy.judging.cache import FindingsCache
from proxy.judging.redaction import Cut
from proxy.judging.snapshot import Snapshot
from proxy.judging.standing import Standing
from proxy.placeholder import Issuer
from proxy.seams import Seam


@dataclass(frozen=True, slots=True)
class Scan:
    """Run these tasks, within so many seconds. Answer with one report a task, or with `Overloaded`."""

    tasks: tuple[Task, ...]
    seconds: float


@dataclass(frozen=True, slots=True)
class Overloaded:
    """The answer to `Scan` when there is no room: the exchange is answered 503 and no policy is consulted."""


@dataclass(frozen=True, slots=True)
class Judged:
    """Everything that was found and decided about one exchange."""

    exchange: Exchange
    client: Client
    match: Match
    decoded: Decoded = field(repr=False)
    findings: tuple[tuple[int, Finding], ...]
    facts: Facts
    verdict: Verdict
    ran: frozenset[str]


@dataclass(frozen=True, slots=True)
class Record:
    """Write this down before acting on it."""

    judged: Judged
    replaced: int
    changed: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """What to do: forward the original (`body` None), forward `body` instead, or refuse."""

    action: Action
    judged: Judged | None
    body: bytes | None = field(default=None, repr=False)
    replaced: int = 0
    overloaded: bool = False
    issued: Mapping[str, str] = field(default_factory=dict, repr=False)  # placeholders in `body` to their values

    @property
    def refused(self) -> bool:
        """Tell whether nothing may be forwarded."""
        return self.overloaded or self.action.stops


@dataclass(frozen=True, slots=True)
class Read:
    """A request as read: its parts, the cache's keys (of parts, then of seams), and by key what is to be scanned."""

    decoded: Decoded = field(repr=False)
    seams: list[Seam] = field(repr=False)
    addresses: list[bytes] = field(repr=False)
    sources: dict[bytes, Source] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Apart:
    """Run this where it holds up nobody else, and answer with what it returns: it takes long, and touches nothing."""

    work: Callable[[], Read] = field(repr=False)


Step = Scan | Record | Apart
Answer = Sequence[Report] | Overloaded | Read | None
_LARGE = 1 << 18  # bytes of a body that takes more than a few milliseconds to read


def inspect(
    exchange: Exchange,
    client: Client,
    snapshot: Snapshot,
    cache: FindingsCache,
    now: datetime,
    limits: Limits = Limits(),  # noqa: B008 - frozen
    standing: Standing | None = None,
    issuer: Issuer | None = None,
    fallen: frozenset[str] = frozenset(),
    earlier: Earlier | None = None,
) -> Generator[Step, Answer, Outcome]:
    """Inspect one request. Yields steps, returns the outcome; raises nothing for any bytes on the wire.

    `issuer` makes the placeholders of this user; without one, what would get a placeholder gets a label. `fallen` are
    the dialects whose table does not fit at present: their requests are read by the generic reader. `earlier` are the
    messages that went before, where the exchange is one of a socket or a call.
    """
    match = snapshot.catalogue.match(exchange.host, exchange.method, exchange.path)
    if not match.inspect:
        return Outcome(Action.ALLOW, None)
    work = partial(_read, exchange, match.endpoint, limits, fallen, cache, earlier)
    read = (yield Apart(work)) if len(exchange.body) > _LARGE else work()
    if not isinstance(read, Read):
        return Outcome(Action.BLOCK, None, overloaded=True)
    decoded, standing = read.decoded, standing or Standing(client)
    known = _facts(exchange, standing, snapshot, match, decoded)
    reading = _Reading(read, cache, _wanted(snapshot, known))
    tasks = reading.tasks()
    if tasks:
        answer = yield Scan(tasks, _seconds(tasks, snapshot))
        if answer is None or isinstance(answer, Overloaded | Read):
            return Outcome(Action.BLOCK, None, overloaded=True)
        reading.learn(answer)
    findings = reading.findings()
    unread = reading.unread()
    if unread:
        decoded = replace(decoded, prompt=replace(decoded.prompt, unread=(*decoded.prompt.unread, *unread)))
    facts = reading.facts(known, findings, unread)
    if answers := standing.answers(facts):
        facts = replace(facts, answers=answers)
    verdict = decide(facts, snapshot.policy, now)
    judged = Judged(exchange, standing.client, match, decoded, findings, facts, verdict, facts.ran)
    body, replaced = _rewrite(judged, issuer)
    yield Record(judged, replaced, body is not None)
    return Outcome(verdict.action, judged, body, replaced, issued=issuer.issued if issuer else {})


def _read(
    exchange: Exchange,
    endpoint: Endpoint,
    limits: Limits,
    fallen: frozenset[str],
    cache: FindingsCache,
    earlier: Earlier | None,
) -> Read:
    decoded = _decoded(exchange, endpoint, limits, fallen)
    parts = decoded.prompt.parts
    between = [*seams.seams(parts), *(earlier.seams(parts) if earlier else ())]
    addresses: list[bytes] = []
    sources: dict[bytes, Source] = {}
    same: dict[tuple[str, str, str], bytes] = {}  # names, roles and types come again and again
    for part in parts:
        key = (part.hint, part.kind, part.text)
        address = same.get(key) if part.blob is None else None
        if address is None:
            source = _source(part)
            address = cache.address(source)
            sources[address] = source
            if part.blob is None:
                same[key] = address
        addresses.append(address)
    for seam in between:
        addresses.append(cache.address(seam.source))
        sources[addresses[-1]] = seam.source
    return Read(decoded, between, addresses, sources)


def _decoded(exchange: Exchange, endpoint: Endpoint, limits: Limits, fallen: frozenset[str]) -> Decoded:
    """Return the request as read; where its dialect has fallen, as the generic reader reads it, who trusts no role."""
    decoded = decode(exchange, endpoint.dialect, limits, endpoint.activity, endpoint.read_only)
    if endpoint.dialect not in fallen:
        return decoded
    told, deep = decoded.prompt, decode(exchange, "generic", limits, endpoint.activity, endpoint.read_only)
    prompt = replace(deep.prompt, model=told.model, stream=told.stream, tools=told.tools)
    return replace(deep, prompt=replace(prompt, prose=told.prose, mapped=told.mapped))


def _rewrite(judged: Judged, issuer: Issuer | None) -> tuple[bytes | None, int]:
    """Return the edited body, or None where nothing changes, and how many stretches were replaced."""
    verdict, parts = judged.verdict, judged.decoded.prompt.parts
    if verdict.action.stops:
        return None, 0
    cuts = [Cut(*judged.findings[ref], label=verdict.labels.get(ref, "")) for ref in verdict.redactions]
    cuts += [
        Cut(*judged.findings[ref], tokenise=True, restore=ref in verdict.restorable) for ref in verdict.tokenisations
    ]
    edits = redaction.edits([cut for cut in cuts if parts[cut.part].writable], parts, issuer)
    return (judged.decoded.encode(edits), len(edits)) if edits else (None, 0)


def _facts(exchange: Exchange, standing: Standing, snapshot: Snapshot, match: Match, decoded: Decoded) -> Facts:
    service, endpoint, prompt, client = match.service, match.endpoint, decoded.prompt, standing.client
    signed = (
        endpoint.rewrite == "body-signed"
        or exchange.transport == "upload"
        or (endpoint.rewrite == "sigv4" and exchange.header("authorization").startswith("AWS4-"))
    )
    return Facts(
        user=client.subject,
        groups=client.groups,
        address=client.address,
        device=client.device,
        app=service.id,
        app_name=service.title,
        host=exchange.host,
        category=service.category,
        status=snapshot.catalogue.status(service.id, exchange.host),
        trust_zone=snapshot.catalogue.trust_zone(service.id, exchange.host),
        residency=snapshot.catalogue.residency(service.id),
        account=standing.account.kind,
        tenant=standing.account.tenant,
        model=prompt.model,
        activity=endpoint.activity,
        bytes=len(exchange.body),
        tools=prompt.tools,
        rewritable=not signed,
        unknown=tuple(
            dict.fromkeys((*(unread.reason for unread in prompt.unread), *(("identity",) if client.unknown else ())))
        ),
    )


def _wanted(snapshot: Snapshot, known: Facts) -> dict[str, str]:
    """Return the detectors to run, by name to cost: the cheap ones always, the others when a rule may need them."""
    needed = {"structured", "file", *snapshot.policy.needs(known), *snapshot.policy.classifier.costs}
    return {detector.name: detector.cost for detector in snapshot.detectors if detector.cost in needed}


def _seconds(tasks: Sequence[Task], snapshot: Snapshot) -> float:
    """Return the deadline: 2 s and 10 ms/kB; with names 300 ms and 6 ms/kB more (at most 5 s more); at most 15 s.

    A file has 2 s more, as its text is not known yet.
    """
    size = sum(len(task.source.text) + len(task.source.file.data if task.source.file else b"") for task in tasks) / 1000
    seconds = 2.0 + 0.010 * size + 2.0 * any(task.source.file for task in tasks)
    costs = {detector.name: detector.cost for detector in snapshot.detectors}
    if any(costs.get(name) == "names" for task in tasks for name in task.detectors):
        seconds += min(0.3 + 0.006 * size, 5.0)
    return min(seconds, 15.0)


def _fact(number: int, finding: Finding, part: Part) -> FindingFact:
    return fact_of(finding, number, place=part.kind, writable=part.writable, decided=part.decided)


_NO_PROSE = frozenset({"metadata", "header", "credential"})


class _Reading:
    """The texts and files of one prompt (its parts, then its seams), what is known of them, and what was learned."""

    def __init__(self, read: Read, cache: FindingsCache, wanted: Mapping[str, str]) -> None:
        self._parts = read.decoded.prompt.parts
        self._cache = cache
        self._wanted = wanted
        self._seams = read.seams
        self._addresses = read.addresses
        self._found: dict[bytes, dict[str, tuple[Finding, ...]]] = {}
        self._pending: dict[bytes, Task] = {}
        self.failed: dict[str, None] = {}
        self.incomplete: set[str] = set()
        self._marked: set[bytes] = set()  # addresses with findings
        self._reads_files = "file" in wanted.values()
        texts, files = {name: "" for name, cost in wanted.items() if cost != "file"}, dict.fromkeys(wanted, "")
        looked: Counter[str] = Counter()
        for address, source in read.sources.items():
            if source.text or source.file:
                looked[self._look_up(address, source, files if source.file else texts)] += 1
        for result in ("hit", "partial", "miss"):
            if looked[result]:
                cache.observe(result, looked[result])

    def _look_up(self, address: bytes, source: Source, names: Mapping[str, str]) -> str:
        """Take in what is known of a text or file; tell whether that is all, nothing for a file that nobody reads."""
        known = self._cache.get(address)
        whole = known.keys() == names.keys()
        found = self._found[address] = dict(known) if whole else {name: known[name] for name in names if name in known}
        if any(found.values()):
            self._marked.add(address)
        if source.file and not self._reads_files:
            return ""
        if len(found) == len(names):
            return "hit"
        self._pending[address] = Task(source, tuple(name for name in names if name not in found))
        return "partial" if found else "miss"

    def tasks(self) -> tuple[Task, ...]:
        """Return what has to be scanned, each text once."""
        return tuple(self._pending.values())

    def learn(self, reports: Sequence[Report]) -> None:
        """Take in one report a task."""
        for address, report in zip(self._pending, reports, strict=True):
            self._found[address].update(report.findings)
            if any(report.findings.values()):
                self._marked.add(address)
            done = {name: found for name, found in report.findings.items() if name not in report.failed}
            self._cache.add(address, done)
            for name, reason in report.failed.items():
                self.failed[reason] = None
                self.incomplete.add(name)

    def unread(self) -> tuple[Unread, ...]:
        """Return which files were not read, or not whole, and why: `media` where there is no reader."""
        found = []
        for number, part in enumerate(self._parts):
            if part.blob is not None:
                known = self._found.get(self._addresses[number], {})
                reasons = {why for group in known.values() for finding in group if (why := why_unread(finding))}
                if not self._reads_files:
                    reasons = {"media"}
                found += [Unread(part.path, reason, len(part.blob.data)) for reason in sorted(reasons)]
        return tuple(found)

    def languages(self) -> tuple[tuple[str, str], ...]:
        """Return the kinds of parts with the languages that their prose is in; the service's own words left out."""
        said: dict[tuple[str, str], None] = {}
        for part, address in zip(self._parts, self._addresses, strict=False):
            if address in self._marked and not part.decided and part.kind not in _NO_PROSE:
                for found in self._found.get(address, {}).values():
                    said.update(((part.kind, code), None) for finding in found if (code := told(finding)))
        return tuple(sorted(said))

    def facts(self, known: Facts, findings: Sequence[tuple[int, Finding]], unread: Sequence[Unread]) -> Facts:
        """Return the facts with what was found and what was not read."""
        return replace(
            known,
            findings=tuple(_fact(number, each, self._parts[part]) for number, (part, each) in enumerate(findings)),
            unknown=tuple(dict.fromkeys((*known.unknown, *(miss.reason for miss in unread), *self.failed))),
            languages=self.languages(),
            ran=frozenset(name for name in self._wanted if name not in self.incomplete),
        )

    def findings(self) -> tuple[tuple[int, Finding], ...]:
        """Return `(part number, finding)` pairs, resolved part by part."""
        marked = [address in self._marked for address in self._addresses]
        by_part = [self._in_part(number) if marked[number] else [] for number in range(len(self._parts))]
        for seam, number in zip(self._seams, range(len(self._parts), len(self._addresses)), strict=True):
            for finding in self._of(number):
                pieces = seams.split(seam, finding)
                if not any(
                    f.category == piece.category and f.touches(piece) for at, piece in pieces for f in by_part[at]
                ):
                    for at, piece in pieces:
                        by_part[at].append(piece)
        return tuple((number, finding) for number, found in enumerate(by_part) if found for finding in resolve(found))

    def _of(self, number: int) -> list[Finding]:
        known = self._found.get(self._addresses[number], {})
        return [finding for found in known.values() for finding in found if not (why_unread(finding) or told(finding))]

    def _in_part(self, number: int) -> list[Finding]:
        return redaction.without_placeholders(self._parts[number].text, self._of(number))


def _source(part: Part) -> Source:
    """Return what is to be scanned of a part: its text, or its file."""
    if part.blob is not None:
        return Source("", part.kind, part.blob.file())
    # NUL ends the hint in a cache address: with one of its own, a text of the client's would stand for another.
    return Source(part.text, f"{part.hint} {part.kind}".replace("\0", " "))

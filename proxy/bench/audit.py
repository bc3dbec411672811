"""`hushgate bench audit`: records in, events per second, time to acknowledgement and CPU per request out.

The records are decisions about a chat request with three findings, about 2 kB each, as a worker makes them. The disk is
the one that holds the temporary folder.
"""

import asyncio
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from detectors.finding import Finding
from policies.facts import Facts
from policies.model import Action, RuleHit, Verdict
from proxy.audit import record as records
from proxy.audit.heading import Record
from proxy.audit.settings import AuditSettings, Durability
from proxy.audit.ulid import new_id
from proxy.audit.writer import AuditWriter
from proxy.bench.effort import Effort
from proxy.bench.figures import Figure, percentile
from proxy.catalogue.catalogue import Match, from_texts
from proxy.codecs.decode import Decoded, decode
from proxy.exchange import Client, Exchange
from proxy.judging.inspection import Judged

DURABILITIES: tuple[Durability, ...] = ("ack", "strict", "async")
_EVENTS = 4000
_IN_FLIGHT = (16, 128)
_GOAL = 0.15  # milliseconds of CPU a request


def run(parts: Sequence[str], effort: Effort, tell: Callable[[str], None]) -> Iterator[Figure]:
    """Yield the figures of the parts named, of all without names. Raises ValueError, OSError."""
    for name in parts:
        if name not in PARTS:
            raise ValueError(f"there is no part {name!r}; there are {', '.join(PARTS)}")
    for name in parts or PARTS:
        tell(f"{name}: {(PARTS[name].__doc__ or '').splitlines()[0]}")
        yield from PARTS[name](effort)


def throughput(effort: Effort) -> Iterator[Figure]:
    """Refusals that wait for their record, so many in flight: records per second and time until the disk has one."""
    for durability in DURABILITIES:
        for flying in _IN_FLIGHT:
            rounds = [asyncio.run(_flight(durability, flying, effort.of(_EVENTS))) for _ in range(effort.rounds)]
            name = f"{durability}, {flying} in flight"
            yield Figure("throughput", name, "records/s", tuple(len(waits) / seconds for seconds, waits in rounds))
            for share, label in ((0.5, "p50"), (0.99, "p99")):
                values = tuple(1000 * percentile(waits, share) for _, waits in rounds)
                yield Figure("throughput", f"{name}: acknowledged {label}", "ms", values)


def cost(effort: Effort) -> Iterator[Figure]:
    """CPU of the worker for one request that is allowed: the record made, written, its thread included."""
    for durability in DURABILITIES:
        values = tuple(asyncio.run(_spent(durability, effort.of(_EVENTS))) for _ in range(effort.rounds))
        yield Figure("cost", f"{durability}: CPU a request", "ms", values, _GOAL if durability == "ack" else None)


PARTS: dict[str, Callable[[Effort], Iterator[Figure]]] = {"throughput": throughput, "cost": cost}


async def _flight(durability: Durability, flying: int, count: int) -> tuple[float, list[float]]:
    """Return how long `count` records took with `flying` of them under way, and how long each did."""
    judged, waits = sample(), []
    with tempfile.TemporaryDirectory(prefix="hushgate-bench-") as folder:
        trail = AuditWriter.open(Path(folder), slot="0", settings=AuditSettings("bench", durability))

        async def client(number: int) -> None:
            for _ in range(number):
                record = _decision(judged)
                begun = time.perf_counter()
                await trail.write(record, wait=True)
                waits.append(time.perf_counter() - begun)

        begun = time.perf_counter()
        await asyncio.gather(*(client(count // flying or 1) for _ in range(flying)))
        seconds = time.perf_counter() - begun
        await trail.close()
    return seconds, waits


async def _spent(durability: Durability, count: int) -> float:
    """Return the milliseconds of CPU of this process for each of `count` records that come one by one."""
    judged = sample()
    with tempfile.TemporaryDirectory(prefix="hushgate-bench-") as folder:
        trail = AuditWriter.open(Path(folder), slot="0", settings=AuditSettings("bench", durability))
        begun = time.process_time()
        for number in range(count):
            await trail.write(_decision(judged), wait=False)
            if number % 8 == 7:  # other requests of a busy worker
                await asyncio.sleep(0)
        await trail.close()
        spent = time.process_time() - begun
    return 1000 * spent / count


def _decision(judged: Judged) -> Record:
    return records.decision(
        judged, event=new_id(), replaced=1, revision="sha256:" + "0" * 64, ms={"detect": 8.25, "total": 9.5}
    )


def sample() -> Judged:
    """Return a decision about a chat request, with what a worker knows of it."""
    body = b'{"model":"gpt-4o","messages":[{"role":"system","content":"be brief"},{"role":"user","content":"%s"}]}'
    head = (("content-type", "application/json"), ("host", "api.openai.com"))
    path = "/v1/chat/completions"
    exchange = Exchange("POST", "https", "api.openai.com", 443, path, head, body % (b"words " * 200))
    catalogue = from_texts({})
    match: Match = catalogue.match(exchange.host, exchange.method, exchange.path)
    decoded: Decoded = decode(exchange, match.endpoint.dialect)
    last = len(decoded.prompt.parts) - 1
    kinds = (("PERSON", "pii", 0.85), ("EMAIL_ADDRESS", "pii", 1.0), ("SECRET_GENERIC", "secret", 0.7))
    findings = tuple(
        (last, Finding(entity, category, 6 * n, 6 * n + 5, score, "bench@1", f"{n:032x}"))
        for n, (entity, category, score) in enumerate(kinds)
    )
    client = Client("10.0.0.1", "somebody@example.com", ("everyone", "engineering"), "kerberos", "laptop-17")
    facts = Facts(
        user=client.subject, app=match.service.id, host=exchange.host, model="gpt-4o", activity="chat",
        bytes=len(exchange.body), ran=frozenset(f"detector-{n}@1" for n in range(6)),
    )  # fmt: skip
    hit = RuleHit("personal-data", Action.REDACT, "medium", "enforce")
    verdict = Verdict(Action.REDACT, (hit,), None, {0: "personal-data"}, severity="medium", data_class="Internal")
    return Judged(exchange, client, match, decoded, findings, facts, verdict, facts.ran)

"""`hushgate bench policy`: what a decision costs at 10, 300 and 5,000 rules, how long loading and `check` take.

All only compute, so the figures are processor time: who else is on the machine does not count.
"""

import gc
import random
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime

from policies.engine import decide
from policies.facts import Facts, FindingFact
from policies.load import from_texts
from policies.model import Policy
from policies.words import ACTIVITIES, STATUSES
from proxy.bench.effort import Effort
from proxy.bench.figures import Figure

SIZES = {10: None, 300: 30.0, 5000: None}
"""Number of rules to the goal of a decision in microseconds, None: no goal."""
LOAD_GOAL = 500.0  # ms for 300 rules
START_GOAL = 300.0  # ms for `policy check`, from its start to its end
PARTS = ("decide", "load", "start")
_NOW = datetime(2026, 1, 14, 12, tzinfo=UTC)
_ENTITIES = (
    "US_SSN",
    "CREDIT_CARD",
    "IBAN_CODE",
    "EMAIL_ADDRESS",
    "PHONE_NUMBER",
    "SOURCE_CODE",
    "SECRET_JWT",
    "PERSON",
)


def run(parts: Sequence[str], effort: Effort, tell: Callable[[str], None]) -> Iterator[Figure]:
    """Yield the figures of the parts named, of all without names. Raises ValueError for a part that there is not."""
    for part in parts:
        if part not in PARTS:
            raise ValueError(f"there is no part {part!r}; there are {', '.join(PARTS)}")
    wanted = parts or PARTS
    tell("policies of rules over status, activity, group, network and content, as made by chance from the seed")
    if "start" in wanted:
        values = tuple(_start() for _ in range(effort.rounds))
        yield Figure("start", "policy check pack:default", "ms", values, START_GOAL)
    for size, goal in SIZES.items() if set(wanted) & {"decide", "load"} else ():
        text = policy_text(size, effort.seed)
        if "load" in wanted:
            values = tuple(_milliseconds(lambda text=text: from_texts({"p.yaml": text})) for _ in range(effort.rounds))  # type: ignore[misc]
            yield Figure("load", f"load {size:,} rules", "ms", values, LOAD_GOAL if size == 300 else None)
        if "decide" in wanted:
            policy = from_texts({"p.yaml": text})
            asked = requests(effort.of(2000), effort.seed)
            values = tuple(_microseconds(policy, asked) for _ in range(effort.rounds))
            yield Figure("decide", f"decide by {size:,} rules", "us", values, goal)


def policy_text(size: int, seed: int) -> str:
    """Return a policy of so many rules; every one asks for two to four things, as rules of people do."""
    chance = random.Random(seed)  # noqa: S311 - a benchmark
    rules = []
    for n in range(size):
        match = [f"app: {{status: [{', '.join(chance.sample(STATUSES, 2))}]}}"]
        if chance.random() < 0.6:
            match.append(f"activity: [{', '.join(chance.sample(ACTIVITIES[:9], 2))}]")
        if chance.random() < 0.5:
            match.append(f"who: {{groups: [group{chance.randrange(40)}]}}")
        elif chance.random() < 0.4:
            match.append(f"who: {{networks: [10.{chance.randrange(200)}.0.0/16]}}")
        entity, confidence = chance.choice(_ENTITIES), chance.choice((0.4, 0.5, 0.8))
        match.append(f"content: {{any: [{{entities: [{entity}], min_confidence: {confidence}}}]}}")
        action = chance.choice(("block", "monitor", "monitor", "redact"))
        rules.append(
            f"  - {{id: rule-{n}, mode: enforce, match: {{{', '.join(match)}}}, action: {{type: {action}}}}}\n"
        )
    return "schema: policy/v1\npolicy: bench\nrules:\n" + "".join(rules)


def requests(count: int, seed: int) -> list[Facts]:
    """Return facts of requests: most hold nothing, some one finding, a few many."""
    chance = random.Random(seed + 1)  # noqa: S311 - a benchmark
    made = []
    for _ in range(count):
        found = chance.choices((0, 1, 2, 6), (50, 30, 15, 5))[0]
        findings = tuple(
            FindingFact(entity, "pii", round(chance.uniform(0.3, 1), 2), ref=n)
            for n, entity in enumerate(chance.choices(_ENTITIES, k=found))
        )
        made.append(
            Facts(
                user=f"user{chance.randrange(100)}",
                groups=tuple(f"group{g}" for g in chance.sample(range(40), chance.randrange(4))),
                address=f"10.{chance.randrange(200)}.1.1",
                app="openai-api",
                category="genai.api",
                status=chance.choices(STATUSES, (40, 30, 20, 5, 5))[0],
                activity=chance.choices(("chat", "completion", "embedding", "upload"), (70, 10, 10, 10))[0],
                findings=findings,
            )
        )
    return made


def _microseconds(policy: Policy, asked: Sequence[Facts]) -> float:
    """Return the mean of one decision."""
    gc.collect()
    started = time.thread_time()
    for facts in asked:
        decide(facts, policy, _NOW)
    return (time.thread_time() - started) / len(asked) * 1e6


def _milliseconds(work: Callable[[], object]) -> float:
    gc.collect()
    started = time.thread_time()
    work()
    return (time.thread_time() - started) * 1e3


def _start() -> float:
    """Return the processor time of one `policy check` in a process of its own."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-P", "-m", "proxy.cli", "policy", "check", "pack:default"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime) * 1e3

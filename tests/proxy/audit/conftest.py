"""Fixtures: a decision as the core hands it to the record, and the schema that every record is held against."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import jsonschema
import pytest
import rfc8785

from detectors.finding import Finding
from policies.facts import Facts
from policies.model import Action, RuleHit, Verdict, Would
from proxy.audit import record as records
from proxy.audit import upkeep
from proxy.audit.chain import segments
from proxy.audit.heading import Record
from proxy.audit.notary import Notary
from proxy.audit.schema import schema
from proxy.audit.settings import AuditSettings
from proxy.audit.signing import signer_of
from proxy.audit.verify import told, verify
from proxy.audit.writer import AuditWriter
from proxy.catalogue.endpoint import Endpoint, Match, Route, Service
from proxy.exchange import Client, Exchange, Part, Prompt, Unread

CANARY = "CANARY-4711"

ENDPOINT = Endpoint("openai-chat", "openai-api", ("api.openai.com",), (Route("POST", "/v1/chat/completions"),),
                    "openai-chat", "chat", "openai")  # fmt: skip
SERVICE = Service("openai-api", "OpenAI", "OpenAI API", "genai.api", "openai", ("api.openai.com",), (ENDPOINT,))
MATCH = Match(SERVICE, ENDPOINT)
CLIENT = Client("10.20.3.7", "alice@example.com", ("eng",), "kerberos", "lt-0231")


@dataclass(frozen=True)
class Decoded:
    prompt: Prompt


@dataclass(frozen=True)
class Judged:
    """What `proxy.judging.inspection.Judged` is to the record."""

    exchange: Exchange
    client: Client
    match: Match
    decoded: Decoded
    findings: tuple[tuple[int, Finding], ...]
    facts: Facts
    verdict: Verdict


def exchange(path: str = f"/v1/chat/completions?q={CANARY}") -> Exchange:
    body = f'{{"messages":[{{"content":"{CANARY}"}}]}}'.encode()
    return Exchange("POST", "https", "api.openai.com", 443, path, (("authorization", CANARY),), body)


def judged(model: str = "gpt-4o", unread: tuple[Unread, ...] = ()) -> Judged:
    parts = (
        Part("$.model", "", "metadata", model, hint="model"),
        Part("$.messages[0].content", "user", "prompt", CANARY, group=1),
        Part(f"$.metadata['{CANARY}']", "", "metadata", CANARY, hint=CANARY),
    )
    findings = (
        (1, Finding("US_SSN", "pii", 0, 6, 0.97, "pii.structured@1", "ab" * 16, ("checksum",))),
        (2, Finding("US_SSN", "pii", 0, 6, 0.6, "pii.structured@1", "ab" * 16)),
        (1, Finding("SOURCE_CODE", "code", 0, 9, 0.8, "code@1", language="python", kind="code", lines=12)),
    )
    facts = Facts(
        user=CLIENT.subject, groups=CLIENT.groups, address=CLIENT.address, app="openai-api", host="api.openai.com",
        category="genai.api", model=model, activity="chat", bytes=41, ran=frozenset({"pii.structured@1", "code@1"}),
        unknown=tuple(each.reason for each in unread),
    )  # fmt: skip
    verdict = Verdict(
        Action.REDACT,
        (RuleHit("redact-government-ids", Action.REDACT, "high", "enforce"),),
        Would(Action.BLOCK, (RuleHit("no-code", Action.BLOCK, "medium", "shadow"),)),
        {0: "redact-government-ids"},
        message=f"not sent {CANARY}",
        severity="high",
        data_class="restricted",
        data_class_because=("US_SSN",),
    )
    return Judged(exchange(), CLIENT, MATCH, Decoded(Prompt(parts, unread, model)), findings, facts, verdict)


ENVELOPE = {"v": 1, "seq": 1, "node": "egress-1", "slot": "0", "boot": "6923a1f29c4e"}


def check_record(record: Record) -> None:
    """Raise unless the record, with its envelope, is what the schema says, can be written, and holds no canary."""
    whole = {**record, **{key: value for key, value in ENVELOPE.items() if key not in record}}
    kind = str(record["type"])
    jsonschema.validate(whole, {**schema(), "oneOf": [{"$ref": f"#/$defs/{kind}"}]}, jsonschema.Draft202012Validator)
    if CANARY.encode() in rfc8785.dumps(whole):  # type: ignore[arg-type]
        raise ValueError("the record holds a canary")


@pytest.fixture
def check() -> Callable[[Record], None]:
    return check_record


@dataclass(frozen=True)
class Samples:
    """Values to make records of."""

    client: Client = CLIENT
    match: Match = MATCH
    judged: Callable[..., Judged] = judged
    exchange: Callable[..., Exchange] = exchange
    canary: str = CANARY


@pytest.fixture
def sample() -> Samples:
    return Samples()


SIGNER = signer_of(bytes(range(32)))


class Trail:
    """An audit folder with records in it, as the program writes and signs them."""

    def __init__(self, state: Path) -> None:
        self.state, self.folder = state, state / "audit"
        self.notary = Notary(self.folder, SIGNER)
        self.verifier = SIGNER.verifier
        self.signer = SIGNER

    def write(self, *kinds: int | Record, slot: str = "0", segment_bytes: int = 1 << 20) -> str:
        """Write a chain: numbers stand for heartbeats. Return its name."""
        settings = AuditSettings(node="n", segment_bytes=segment_bytes)
        writer = AuditWriter.open(self.folder, slot=slot, settings=settings)
        for kind in kinds:
            record = upkeep.heartbeat(kind, 0) if isinstance(kind, int) else kind
            writer.append(record).result(30)
        writer.end()
        return next(chain for chain in sorted(segments(self.folder), reverse=True) if f"-{slot}-" in chain)

    def sign(self) -> None:
        """Make a checkpoint."""
        self.notary.look()

    def file(self, chain: str, number: int = 0) -> Path:
        """Return a file of a chain."""
        return segments(self.folder)[chain][number].path

    def problems(self, carried: bytes | None = None) -> list[str]:
        """Return what `verify` says."""
        return told(verify(self.folder, self.verifier, carried).problems)

    def edit(self, path: Path, change: Callable[[list[bytes]], list[bytes]]) -> None:
        """Change the lines of a file."""
        path.write_bytes(b"".join(change(path.read_bytes().splitlines(keepends=True))))


@pytest.fixture
def trail(tmp_path: Path) -> Trail:
    return Trail(tmp_path)


HOSTILE = 'a|b=c\\d"]\n\r\tCEF:0|x,\u2028=1+1'
"""A name that would like to be more than a field."""


def whole(sample_record: Record, number: int = 1) -> dict[str, object]:
    """Return a record as it lies in a file, with a fixed id and time."""
    fixed = {"id": "01KAR4V3W0QJ8Z7S1C5N2M6XTP", "ts": "2026-11-23T15:26:31.123456Z", "seq": number}
    return {**sample_record, **ENVELOPE, **fixed}


def golden() -> list[dict[str, object]]:
    """Return records for golden files: one as usual, one with hostile names, and a gap."""
    usual = records.decision(judged(), event="E", replaced=2, revision="sha256:" + "4c" * 32, ms={"total": 1.5})
    hostile = {
        **usual,
        "who": {"user": HOSTILE, "src": "x", "groups": [HOSTILE], "ip": "2001:db8::1", "device": HOSTILE},
        "app": {**usual["app"], "id": HOSTILE, "host": HOSTILE},  # type: ignore[dict-item]
        "req": {**usual["req"], "path": HOSTILE, "model": HOSTILE},  # type: ignore[dict-item]
        "reason": HOSTILE,
    }
    return [whole(usual), whole(hostile), whole(upkeep.audit_gap(3, "A", "B")), whole(upkeep.start("sha256:1")),
            whole(records.refused(client=CLIENT, reason="private", host="10.0.0.1", port=443))]  # fmt: skip


@pytest.fixture
def golden_records() -> list[dict[str, object]]:
    return golden()

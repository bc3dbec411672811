"""What a rule may ask: everything known of one exchange, without its text."""

from dataclasses import dataclass, field

from detectors.finding import Finding

REASONS = (
    "undecodable",
    "too_large",
    "timeout",
    "names_timeout",
    "media",
    "encrypted",
    "tokens",
    "protobuf",
    "identity",
    "language",
    "error",
)
"""Why something is unknown: the keys of `on_unknown`."""


@dataclass(frozen=True, slots=True)
class FindingFact:
    """Findings of one kind in one place, counted.

    Live, each finding is one fact with `count` 1 and its `digest`; replayed from the audit log, one fact stands for
    `count` findings of which `distinct` differ. `place` is the part kind (`prompt`, `file`, …). `ref` is the
    caller's own number for the finding: the verdict names it when it is to be redacted.
    """

    entity: str
    category: str
    score: float
    place: str = "prompt"
    writable: bool = True
    decided: bool = False
    digest: str = ""
    count: int = 1
    distinct: int = 1
    language: str = ""
    kind: str = ""
    lines: int = 0
    source: str = ""
    overlap: float = 0.0
    ref: int = -1


def fact_of(
    finding: Finding, ref: int, *, place: str = "prompt", writable: bool = True, decided: bool = False
) -> FindingFact:
    """Return what a rule may know of one finding in a part of the given kind."""
    return FindingFact(
        entity=finding.entity,
        category=finding.category,
        score=finding.score,
        place=place,
        writable=writable,
        decided=decided,
        digest=finding.digest,
        language=finding.language,
        kind=finding.kind,
        lines=finding.lines,
        source=finding.source,
        overlap=finding.overlap,
        ref=ref,
    )


@dataclass(frozen=True, slots=True)
class Facts:
    """One exchange as rules see it. Empty string = known to be absent; None = not known."""

    user: str = ""
    groups: tuple[str, ...] = ()
    address: str = ""
    device: str = ""
    app: str = ""  # service id
    app_name: str = ""  # its title, for messages; "" = the id is shown
    host: str = ""
    category: str = ""  # genai.chat, …
    status: str = "tolerated"  # sanctioned | tolerated | unsanctioned | prohibited | unknown
    trust_zone: str = ""
    residency: tuple[str, ...] = ()  # regions where the service keeps data; empty = not known
    account: str = ""  # personal | corporate; empty = the wire does not show it
    tenant: str = ""
    model: str = ""
    activity: str = "other"
    direction: str = "request"
    bytes: int = 0
    tools: bool = False  # the request carries tools (a coding agent's turn)
    rewritable: bool = True  # the body can be rewritten for this endpoint
    findings: tuple[FindingFact, ...] = ()
    unknown: tuple[str, ...] = ()  # reasons out of REASONS
    ran: frozenset[str] = field(default_factory=frozenset)  # detectors that ran; empty = all
    languages: tuple[tuple[str, str], ...] = ()  # (kind of part, ISO 639-1): what its prose is surely written in
    answers: tuple[tuple[str, str], ...] = ()  # rule id -> `justify` | `redact`: what the user answered to coaching

"""What happened to exchanges in, audit records out, as `audit.schema.json` has them; never a text, never a value.

Rules
1. A record is made whole here but for what only the writer knows: `v`, `seq`, `node`, `slot`, `boot` (and, later, its
   link in the chain).
2. Everything that a user can choose passes `masking`. Paths of requests lose their query.
3. A decision holds all that a rule may have asked, so that another policy can be tried on it: `policy simulate`.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Protocol

from detectors.finding import Finding
from policies.facts import Facts
from policies.model import RuleHit, Verdict
from proxy.audit import findings as rows
from proxy.audit import masking
from proxy.audit.heading import Record, head, stamp
from proxy.catalogue.endpoint import Match
from proxy.exchange import Client, Ending, Exchange, Prompt, Unread

KEY = "k1"
"""The value key's name: `STATE/keys/value.k1`."""
_REASONS = 16
"""At most so many reasons for the class of the data."""


class Decoded(Protocol):
    """A request that was read."""

    @property
    def prompt(self) -> Prompt:
        """Return its text."""


class Judged(Protocol):
    """Everything that was found and decided about one exchange (`proxy.judging.inspection.Judged`)."""

    @property
    def exchange(self) -> Exchange:
        """Return the request."""

    @property
    def client(self) -> Client:
        """Return who sent it."""

    @property
    def match(self) -> Match:
        """Return its service and endpoint."""

    @property
    def decoded(self) -> Decoded:
        """Return its text."""

    @property
    def findings(self) -> Sequence[tuple[int, Finding]]:
        """Return `(part number, finding)` pairs."""

    @property
    def facts(self) -> Facts:
        """Return what the rules were asked with."""

    @property
    def verdict(self) -> Verdict:
        """Return what was decided."""


def decision(
    judged: Judged,
    *,
    event: str,
    replaced: int,
    revision: str,
    ms: Mapping[str, float] | None = None,
    evidence: str = "",
) -> Record:
    """Return the record of one decision. `replaced` counts stretches, `ms` maps stages to milliseconds.

    `evidence` is the hash of what was sealed for reviewers, `failed`, or nothing.
    """
    facts, prompt, verdict = judged.facts, judged.decoded.prompt, judged.verdict
    shown, omitted = rows.rows(judged.findings, prompt.parts, KEY)
    return {
        **head("decision", event),
        "who": _who(judged.client),
        "app": _app(judged.match, facts),
        "req": {
            **_request(judged.exchange, judged.match),
            "model": _model(judged),
            "parts": len(prompt.parts),
            "stream": prompt.stream,
            "tools": prompt.tools,
            "direction": facts.direction,
            "rewritable": facts.rewritable,
            "inspected": _inspected(prompt),
            "unread": _unread(prompt.unread),
        },
        "facts": {
            "class": verdict.data_class,
            "class_because": [masking.line(reason) for reason in verdict.data_class_because[:_REASONS]],
            "ran": sorted(facts.ran),
            "unknown": list(facts.unknown),
            "findings": shown,
            "omitted": omitted,
            "below": sum(1 for _, finding in judged.findings if finding.score < rows.FLOOR),
            "answers": [{"rule": rule, "answer": answer} for rule, answer in facts.answers],
            **_languages(facts),
        },
        "decision": outline(verdict, replaced),
        "policy": {"rev": revision},
        "ms": {stage: round(time, 3) for stage, time in (ms or {}).items()},
        **({"evidence": evidence} if evidence else {}),
    }


def _languages(facts: Facts) -> Record:
    """Return the languages that were told; nothing where none was, as no rule asks in most deployments."""
    told = [{"in": place, "language": code} for place, code in facts.languages]
    return {"languages": told} if told else {}


def failure(exchange: Exchange, client: Client, match: Match, *, event: str, error: str, revision: str) -> Record:
    """Return the record of a request that was refused as its inspection failed. `error` is an exception's class."""
    return {
        **head("decision", event),
        "who": _who(client),
        "app": _app(match, Facts(host=exchange.host, status="")),
        "req": {**_request(exchange, match), "inspected": "none"},
        "facts": {"ran": [], "unknown": ["error"], "findings": [], "omitted": 0},
        "decision": {
            "action": "block",
            "rules": [],
            "unknown": ["error"],
            "errors": [masking.name(error)],
            "replaced": 0,
        },
        "policy": {"rev": revision},
    }


def outcome(event: str, service: str, ending: Ending) -> Record:
    """Return how the exchange of an earlier decision ended."""
    first = ending.first_byte_ms
    return {
        **head("outcome", event),
        "app": {"id": service},
        "status": ending.status,
        "bytes": {"up": ending.sent, "down": ending.received},
        "ms": {"first_byte": None if first is None else round(first, 3), "total": round(ending.total_ms, 3)},
        "restored": ending.restored,
        "aborted": ending.aborted,
    }


def skipped(*, host: str, reason: str, method: str = "", service: str = "", size: int = 0) -> Record:
    """Return the record of a request to an AI host that was not inspected; `reason` as in `on_unknown`, or our own."""
    return {
        **head("skipped"),
        "app": {"id": service, "host": masking.host(host)},
        "req": {"method": masking.name(method), "bytes": size},
        "action": "refused" if reason == "too_large" else "passed",
        "reason": reason,
    }


def refused(*, client: Client, reason: str, host: str, port: int, sni: str = "", event: str = "") -> Record:
    """Return the record of a connection that was turned away before any inspection; `reason` of `proxy.door.notice`.

    Or of one request, `event`: its key opens nothing (`virtual_key`), its route cannot be followed (`unroutable`).
    """
    return {
        **head("skipped", event),
        "who": _who(client),
        "app": {"host": masking.host(host)},
        "req": {"port": port, "sni": masking.host(sni)},
        "action": "refused",
        "reason": reason,
    }


def traffic(
    *, client: Client, service: str, host: str, bytes_up: int, bytes_down: int, uninspected: Mapping[str, int]
) -> Record:
    """Return what one connection moved in a minute beside decisions. `uninspected` maps reasons to bytes."""
    return {
        **head("traffic"),
        "who": _who(client),
        "app": {"id": service, "host": masking.host(host)},
        "bytes": {"up": bytes_up, "down": bytes_down},
        "uninspected": [{"reason": reason, "bytes": size} for reason, size in sorted(uninspected.items())],
    }


def discovery(client: Client, host: str, service: str, confidence: str, told: Record) -> Record:
    """Return the record of an unlisted AI service: `suspected` by a request, `confirmed` by an answer, or `listed`.
    `told` has `score`, `signs` or `categories`."""
    app = {"id": service, "host": masking.host(host)}
    seen: Record = {"confidence": confidence, "score": 0, "signs": [], **told}
    return {**head("discovery"), "who": _who(client), "app": app, **seen}


def drift(dialect: str, share: float, normal: float) -> Record:
    """Return the record of a wire form that its table no longer fits: the share of words on mapped paths fell."""
    return {**head("drift"), "dialect": dialect, "share": round(share, 3), "normal": round(normal, 3)}


def justification(
    event: str, client: Client, app: str, rules: Sequence[str], choice: str, reason: str = "", text: str = ""
) -> Record:
    """Return a user's answer to coaching: `justify`, `redact` or `cancel`. `text` was inspected before."""
    return {
        **head("justification", event),
        "who": _who(client),
        "app": {"id": app},
        "rules": sorted(rules),
        "choice": choice,
        "reason": masking.line(reason),
        "text": masking.line(text, 500),
    }


def _who(client: Client) -> Record:
    return {
        "user": masking.line(client.subject),
        "src": client.source,
        "groups": [masking.line(group) for group in client.groups[:64]],
        "ip": client.address,
        "device": masking.line(client.device),
    }


def _app(match: Match, facts: Facts) -> Record:
    return {
        "id": match.service.id,
        "category": match.service.category,
        "status": facts.status,
        "trust_zone": facts.trust_zone,
        "account": masking.line(facts.account),
        "tenant": masking.line(facts.tenant),
        "residency": [masking.line(region) for region in facts.residency],
        "host": masking.host(facts.host),
    }


def _request(exchange: Exchange, match: Match) -> Record:
    return {
        "activity": match.endpoint.activity,
        "endpoint": match.endpoint.id,
        "dialect": match.endpoint.dialect,
        "transport": exchange.transport,
        "method": masking.name(exchange.method),
        "path": masking.target(exchange.path),
        "bytes": len(exchange.body),
    }


def _model(judged: Judged) -> str:
    """Return the model's name, unless something was found in it."""
    parts = judged.decoded.prompt.parts
    model = judged.facts.model
    return masking.HIDDEN if any(parts[part].text == model for part, _ in judged.findings) else masking.name(model)


def _inspected(prompt: Prompt) -> str:
    if prompt.unread:
        return "partial" if prompt.parts else "none"
    return "full"


def _unread(unread: Sequence[Unread]) -> list[Record]:
    count = Counter(each.reason for each in unread)
    size: Counter[str] = Counter()
    for each in unread:
        size[each.reason] += each.bytes
    return [{"reason": reason, "count": count[reason], "bytes": size[reason]} for reason in sorted(count)]


def outline(verdict: Verdict, replaced: int = 0) -> Record:
    """Return what a record says of a verdict: all that a replay has to come to, but for `replaced` and `at`."""
    would = verdict.would
    return {
        "action": str(verdict.action),
        "severity": verdict.severity,
        "rules": [_hit(hit) for hit in verdict.rules],
        "would": {"action": str(would.action), "rules": [_hit(hit) for hit in would.rules]} if would else None,
        "exceptions": list(verdict.exceptions),
        "unknown": list(verdict.unknown),
        "errors": list(verdict.errors),
        "by_default": verdict.by_default,
        "at": stamp(verdict.at) if verdict.at else None,
        "route": verdict.route.to if verdict.route else "",
        "replaced": replaced,
    }


def _hit(hit: RuleHit) -> Record:
    return {
        "id": hit.id,
        "action": str(hit.action),
        "severity": hit.severity,
        "mode": hit.mode,
        "because": hit.because,
        "exception": hit.exception,
    }

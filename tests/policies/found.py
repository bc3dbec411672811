"""Findings that the tests of the engine share, and a short way to say which rules bear on a verdict."""

from datetime import UTC, datetime

from detectors.entities import catalogue
from policies.facts import FindingFact
from policies.model import Verdict

NOW = datetime(2026, 1, 14, 12, tzinfo=UTC)


def fact(entity: str, score: float = 0.9, **more: object) -> FindingFact:
    return FindingFact(entity, catalogue().get(entity).category, score, **more)  # type: ignore[arg-type]


SSN = fact("US_SSN", ref=0)
KEY = fact("SECRET_AWS_ACCESS_KEY", ref=1)
MAIL = fact("EMAIL_ADDRESS", ref=2)


def ids(verdict: Verdict) -> list[tuple[str, str]]:
    return [(hit.id, hit.action.value) for hit in verdict.rules]


ONE = "rules: [{id: r, action: {type: redact%s}, match: {content: {any: [{entities: [US_SSN]}]}}}]"

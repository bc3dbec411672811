"""A secret rule: an expression, the checks behind it, and the examples that prove it."""

from dataclasses import dataclass

from detectors.secrets import checks
from detectors.secrets.candidate import Candidate, bounded
from detectors.secrets.placeholder import is_placeholder
from detectors.secrets.randomness import entropy

_PROVED = 0.99
# checks that look for placeholders themselves, or whose values may look like one
_OWN_JUDGEMENT = frozenset(
    {
        "literal",
        "pem",
        "bearer",
        "password",
        "password_in_prose",
        "password_of_user",
        "url_password",
        "assigned_password",
        "assigned_secret",
    }
)


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of secret.

    `match` are texts in which the rule must find its secret, `passed` texts in which it must not. `min_entropy` is in
    bits a character. `gate` as in detectors.patterns.pattern. `checks` run in order; the first that refuses ends it.
    """

    id: str
    entity: str
    title: str
    pattern: str
    keywords: tuple[str, ...]
    gate: str
    min_entropy: float
    checks: tuple[str, ...]
    score: float
    source: str
    family: str
    match: tuple[str, ...]
    passed: tuple[str, ...]

    def judge(self, candidate: Candidate) -> Candidate | None:
        """Return what stands of `candidate` after the rule's checks, or None."""
        if not bounded(candidate):
            return None
        if self.min_entropy and entropy(candidate.value) < self.min_entropy:
            return None
        if not _OWN_JUDGEMENT.intersection(self.checks) and is_placeholder(candidate.value):
            return None
        found: Candidate | None = candidate
        for name in self.checks:
            if found is None:
                return None
            found = checks.run(name, found)
        return found if found is not None and found.start < found.end else None

    def certainty(self, candidate: Candidate) -> float:
        """Return the score of a candidate that stands."""
        return max(self.score, _PROVED) if candidate.proved else self.score

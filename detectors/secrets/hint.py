"""A text that is one JSON value in, whether its key makes it a secret out."""

from detectors.base import Source
from detectors.secrets import assignment, password
from detectors.secrets.assignment import Strength
from detectors.secrets.candidate import Candidate, whole

ENTITIES = frozenset({"SECRET_PASSWORD", "SECRET_GENERIC"})
SCORE = 0.8
_LONGEST = 1024


def judge(source: Source) -> tuple[str, Candidate] | None:
    """Return the entity and the span of a text whose key says that all of it is a secret."""
    text = source.text
    if not source.hint or not 4 <= len(text) <= _LONGEST:
        return None
    value = text.strip()
    if not value or any(character.isspace() for character in value):
        return None
    start = text.index(value)
    span = whole(text, start, start + len(value))
    for name in source.hint.split():
        if assignment.names_password(name):
            return ("SECRET_PASSWORD", span) if password.acceptable(value, quoted=True) else None
        level = assignment.strength(name)
        if level is not Strength.NONE and assignment.secret_text(value, level):
            return "SECRET_GENERIC", span
    return None

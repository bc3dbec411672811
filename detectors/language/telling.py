"""The finding that says that a stretch of a text is in some language: it stays between detector and whoever asked."""

from detectors.finding import Finding

CATEGORY = "language"
"""Not among the categories of `detectors.finding`: no rule selects it, no scan shows it, nothing of it is cut out."""


def telling(language: str, start: int, end: int, score: float, detector: str) -> Finding:
    """Return what says that `start..end` is in `language` (ISO 639-1)."""
    return Finding("LANGUAGE", CATEGORY, start, end, score, detector, language=language)


def told(finding: Finding) -> str:
    """Return the language that a finding of `telling` names; empty for any other finding."""
    return finding.language if finding.category == CATEGORY else ""

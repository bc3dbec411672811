from dataclasses import FrozenInstanceError

import pytest

from detectors.patterns.pattern import Hit, Pattern


def test_a_pattern_needs_no_keywords() -> None:
    assert Pattern("x", "a+").keywords == ()


def test_a_hit_cannot_be_changed() -> None:
    hit = Hit(0, 1, 2, 0, 3)
    with pytest.raises(FrozenInstanceError):
        hit.start = 5  # type: ignore[misc]

import pytest

from detectors.entities import catalogue
from detectors.pii.checks import CHECKS, FITS
from detectors.pii.patterns import compile_pattern
from detectors.pii.table import Kind, read, table


@pytest.mark.parametrize("kind", table().kinds, ids=lambda kind: kind.entity)
def test_a_kind_is_whole(kind: Kind) -> None:
    assert catalogue().matches("PII.STRUCTURED", kind.entity)
    assert kind.check == "" or kind.check in CHECKS
    assert kind.lax == "" or kind.lax in CHECKS
    assert kind.fit == "" or kind.fit in FITS
    assert kind.forms or kind.reader == "phone"
    assert kind.cues
    assert 0.5 < kind.score <= 1
    for form in kind.forms:
        assert 0 <= form.bare < kind.score
        compile_pattern(form.pattern)


def test_every_structured_entity_has_its_kind() -> None:
    listed = {name for name in catalogue().entities if catalogue().matches("PII.STRUCTURED", name)}
    assert {kind.entity for kind in table().kinds} == listed


def test_a_word_that_yaml_takes_for_a_truth_value_is_refused() -> None:
    with pytest.raises(TypeError, match="put it in quotes"):
        read("kinds: {A: {score: 0.9, cues: [no]}}")


def test_a_kind_without_cues_is_refused() -> None:
    with pytest.raises(KeyError):
        read("kinds: {A: {score: 0.9}}")

from detectors.finding import CATEGORIES, Finding
from detectors.language.telling import CATEGORY, telling, told


def test_a_telling_names_its_language_and_no_other_finding_does() -> None:
    assert told(telling("de", 0, 9, 0.9, "d@1")) == "de"
    assert told(Finding("SOURCE_CODE", "code", 0, 9, 0.9, "d@1", language="python")) == ""


def test_no_rule_can_select_it() -> None:
    assert CATEGORY not in CATEGORIES

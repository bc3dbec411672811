from detectors.pii.engine import HintedArtifacts
from detectors.pii.recognizer import EVIDENCE, TableRecognizer
from detectors.pii.table import table

RECOGNIZER = TableRecognizer(table())


def test_it_is_a_presidio_recogniser_of_every_kind() -> None:
    assert RECOGNIZER.get_supported_entities() == sorted(kind.entity for kind in table().kinds)
    assert RECOGNIZER.get_supported_language() == "en"


def test_a_result_says_what_where_how_sure_and_why() -> None:
    (result,) = RECOGNIZER.analyze("my SSN is 563-10-8343", ["US_SSN"])
    assert (result.entity_type, result.start, result.end, result.score) == ("US_SSN", 10, 21, 0.95)
    assert result.recognition_metadata is not None
    assert result.recognition_metadata[EVIDENCE] == ("checksum", "cue:ssn")


def test_only_the_wanted_kinds_are_returned() -> None:
    assert RECOGNIZER.analyze("my SSN is 563-10-8343", ["IBAN_CODE"]) == []


def test_the_hint_of_the_artifacts_is_a_cue() -> None:
    (result,) = RECOGNIZER.analyze("563108343", ["US_SSN"], HintedArtifacts("ssn"))
    assert result.entity_type == "US_SSN"

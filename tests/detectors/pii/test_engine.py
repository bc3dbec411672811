from presidio_analyzer import Pattern, PatternRecognizer

from detectors.pii.engine import LANGUAGE, BlankNlpEngine, HintedArtifacts, build_engine
from detectors.pii.recognizer import TableRecognizer
from detectors.pii.table import table


def staff_number(context: list[str] | None = None) -> PatternRecognizer:
    return PatternRecognizer("STAFF_NUMBER", patterns=[Pattern("staff", r"\bE\d{6}\b", 0.2)], context=context)


def test_the_engine_runs_our_kinds_and_nothing_of_presidio() -> None:
    engine = build_engine([TableRecognizer(table())])
    assert set(engine.get_supported_entities()) == {kind.entity for kind in table().kinds}
    results = engine.analyze("jo@example.com on 12 May, see www.example.com", LANGUAGE)
    assert [result.entity_type for result in results] == ["EMAIL_ADDRESS"]


def test_artifacts_can_be_given_instead_of_tokens() -> None:
    engine = build_engine([TableRecognizer(table())])
    (result,) = engine.analyze("563108343", LANGUAGE, nlp_artifacts=HintedArtifacts("ssn"))
    assert result.entity_type == "US_SSN"


def test_lemmas_are_there_without_a_model() -> None:
    artifacts = BlankNlpEngine().process_text("Staff Numbers: E123456", LANGUAGE)
    assert artifacts.lemmas == ["staff", "numbers", ":", "e123456"]
    assert "staff" in artifacts.keywords


def test_a_batch_is_its_texts_one_by_one() -> None:
    batch = BlankNlpEngine().process_batch(["a b", "c"], LANGUAGE)
    assert [(text, artifacts.lemmas) for text, artifacts in batch] == [("a b", ["a", "b"]), ("c", ["c"])]


def test_stop_words_and_punctuation_are_known() -> None:
    engine = BlankNlpEngine()
    assert engine.is_stopword("the", LANGUAGE)
    assert engine.is_punct("?", LANGUAGE)
    assert not engine.is_stopword("staff", LANGUAGE)


def test_a_context_word_on_either_side_raises_the_score() -> None:
    engine = build_engine([staff_number(["staff"])])
    scores = [
        engine.analyze(text, LANGUAGE)[0].score
        for text in ("E123456", "staff E123456", "E123456 is the staff number", "stafford E123456")
    ]
    assert scores == [0.2, 0.55, 0.55, 0.2]


def test_a_given_context_word_counts_as_well() -> None:
    engine = build_engine([staff_number(["staff"])])
    assert engine.analyze("E123456", LANGUAGE, context=["staff"])[0].score == 0.55


def test_a_recogniser_without_context_words_keeps_its_score() -> None:
    engine = build_engine([staff_number()])
    assert engine.analyze("staff E123456", LANGUAGE)[0].score == 0.2

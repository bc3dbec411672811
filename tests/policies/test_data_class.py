"""The class of a request: the highest that a sure finding makes it."""

from detectors.entities import catalogue
from policies.data_class import Classifier
from policies.facts import FindingFact
from policies.rule import DataClass

CLASSES = (
    DataClass("Public"),
    DataClass("Internal", groups=("PII.CONTACT",)),
    DataClass("Restricted", entities=("US_SSN",), groups=("SECRET.*", "PII.CONTACT")),
)
CLASSIFIER = Classifier(CLASSES, catalogue())


def classify(*found: tuple[str, float]) -> tuple[str, tuple[str, ...]]:
    return CLASSIFIER.classify(FindingFact(entity, "pii", score) for entity, score in found)


def test_nothing_found_is_the_lowest_class() -> None:
    assert classify() == ("Public", ())


def test_the_highest_class_counts_with_what_made_it_so() -> None:
    assert classify(("US_SSN", 0.9), ("SECRET_ACME_KEY", 0.9), ("LOCATION", 0.9)) == (
        "Restricted",
        ("SECRET_ACME_KEY", "US_SSN"),
    )


def test_an_entity_in_two_classes_makes_the_higher() -> None:
    assert classify(("EMAIL_ADDRESS", 0.9))[0] == "Restricted"


def test_guesses_and_logins_do_not_count() -> None:
    assert classify(("US_SSN", 0.49)) == ("Public", ())
    assert CLASSIFIER.classify([FindingFact("SECRET_JWT", "secret", 1.0, place="credential")]) == ("Public", ())


def test_without_classes_there_is_none() -> None:
    assert Classifier((), catalogue()).classify([FindingFact("US_SSN", "pii", 0.9)]) == ("", ())


def test_a_document_or_table_that_a_class_names_makes_it_so() -> None:
    classes = (DataClass("Public"), DataClass("Restricted", documents=("board/*", "customers")))
    classifier = Classifier(classes, catalogue())
    facts = [FindingFact("DOCUMENT", "fingerprint", 0.9, source=source) for source in ("board/plan.txt", "other/x")]
    assert classifier.classify(facts[:1]) == ("Restricted", ("DOCUMENT:board/plan.txt",))
    assert classifier.classify(facts[1:]) == ("Public", ())
    assert classifier.classify(facts) == ("Restricted", ("DOCUMENT:board/plan.txt",))
    assert classifier.costs == {"fingerprint"}
    assert Classifier((DataClass("Public"),), catalogue()).costs == frozenset()

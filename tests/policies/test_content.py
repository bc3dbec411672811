"""Clauses: which findings they select, when that is enough, and when it cannot be told."""

from datetime import datetime

import pytest

from detectors.entities import catalogue
from policies.content import Question, all_hold, any_holds, ask, distinct, none_holds
from policies.facts import Facts, FindingFact
from policies.rule import Clause, Content, DataClass
from policies.scene import Scene, prepare

CLASSES = (
    DataClass("Internal", groups=("PII.NAME",)),
    DataClass("Confidential", labels=("LABEL_CONFIDENTIAL",)),
    DataClass("Restricted", entities=("US_SSN",), groups=("SECRET.*",)),
)


def fact(entity: str = "US_SSN", score: float = 0.9, **more: object) -> FindingFact:
    return FindingFact(entity, catalogue().get(entity).category, score, **more)  # type: ignore[arg-type]


def scene(now: datetime, *findings: FindingFact, unknown: tuple[str, ...] = ()) -> Scene:
    return prepare(Facts(findings=findings, unknown=unknown), now)


def question(**content: tuple[Clause, ...]) -> Question:
    return ask(Content(**content), CLASSES, catalogue())


def matches(now: datetime, clause: Clause, *findings: FindingFact, unknown: tuple[str, ...] = ()) -> object:
    return any_holds(question(any=(clause,)), scene(now, *findings, unknown=unknown))


@pytest.mark.parametrize(
    ("clause", "hit", "miss"),
    [
        (Clause(entities=("US_SSN",)), fact(), fact("IBAN_CODE")),
        (Clause(entities=("SECRET.*",)), fact("SECRET_ACME_KEY"), fact()),
        (Clause(groups=("PII.CONTACT",)), fact("EMAIL_ADDRESS"), fact()),
        (Clause(labels=("LABEL_TLP_RED",)), fact("LABEL_TLP_RED"), fact("LABEL_TLP_GREEN")),
        (Clause(categories=("code",)), fact("SOURCE_CODE"), fact()),
        (Clause(class_at_least="Confidential"), fact("LABEL_CONFIDENTIAL"), fact("PERSON")),
        (Clause(class_at_least="Confidential"), fact("SECRET_ACME_KEY"), fact("EMAIL_ADDRESS")),
        (Clause(groups=("PII.FINANCIAL",), entities=("PII.GOVERNMENT_ID",)), fact("DE_TAX_ID"), fact("CREDIT_CARD")),
        (Clause(entities=("US_SSN",), places=("file",)), fact(place="file"), fact(place="prompt")),
        (Clause(entities=("US_SSN",)), fact(place="metadata"), fact(place="credential")),
        (Clause(entities=("US_SSN",), places=("credential",)), fact(place="credential"), fact()),
        (Clause(entities=("US_SSN",), decided=False), fact(), fact(decided=True)),
        (Clause(entities=("US_SSN",), decided=True), fact(decided=True), fact()),
        (Clause(entities=("US_SSN",), min_confidence=0.5), fact(score=0.5), fact(score=0.49)),
        (Clause(entities=("US_SSN",), min_count=3), fact(count=3), fact(count=2)),
        (Clause(entities=("US_SSN",), min_distinct=3), fact(count=9, distinct=3), fact(count=9, distinct=2)),
        (Clause(entities=("SOURCE_CODE",), min_lines=8), fact("SOURCE_CODE", lines=8), fact("SOURCE_CODE", lines=7)),
        (
            Clause(categories=("code",), code_languages=("go",)),
            fact("SOURCE_CODE", language="go"),
            fact("SOURCE_CODE", language="c"),
        ),
        (
            Clause(entities=("DOCUMENT",), documents=("plan",)),
            fact("DOCUMENT", source="plan"),
            fact("DOCUMENT", source="x"),
        ),
        (Clause(entities=("DOCUMENT",), min_overlap=0.2), fact("DOCUMENT", overlap=0.2), fact("DOCUMENT", overlap=0.1)),
    ],
)
def test_each_key_of_a_clause(now: datetime, clause: Clause, hit: FindingFact, miss: FindingFact) -> None:
    assert matches(now, clause, hit) is True
    assert matches(now, clause, miss) is False
    assert matches(now, clause) is False


def test_counts_add_up_over_findings(now: datetime) -> None:
    clause = Clause(entities=("EMAIL_ADDRESS",), min_count=3)
    assert matches(now, clause, fact("EMAIL_ADDRESS"), fact("EMAIL_ADDRESS")) is False
    assert matches(now, clause, fact("EMAIL_ADDRESS"), fact("EMAIL_ADDRESS"), fact("EMAIL_ADDRESS")) is True


def test_a_thread_with_four_people_is_no_customer_list(now: datetime) -> None:
    clause = Clause(entities=("EMAIL_ADDRESS",), min_distinct=5)
    thread = [fact("EMAIL_ADDRESS", digest=f"d{n % 4}") for n in range(100)]
    assert matches(now, clause, *thread) is False
    assert matches(now, clause, *thread, fact("EMAIL_ADDRESS", digest="d5")) is True


def test_distinct_counts_digests_and_trusts_counts_where_there_are_none() -> None:
    assert distinct([fact(digest="a"), fact(digest="a"), fact(count=5, distinct=2)]) == 3


def test_satisfied_stays_true_whatever_was_not_read(now: datetime) -> None:
    assert matches(now, Clause(entities=("US_SSN",)), fact(), unknown=("undecodable",)) is True


def test_not_satisfied_is_unknown_while_something_was_not_read(now: datetime) -> None:
    clause = Clause(entities=("US_SSN",), min_count=2)
    assert matches(now, clause, fact(), unknown=("undecodable", "media")) == {"undecodable", "media"}


def test_names_that_took_too_long_concern_only_clauses_about_names(now: datetime) -> None:
    late = ("names_timeout",)
    assert matches(now, Clause(entities=("US_SSN",)), unknown=late) is False
    assert matches(now, Clause(entities=("PERSON",)), unknown=late) == {"names_timeout"}
    assert matches(now, Clause(class_at_least="Internal"), unknown=late) == {"names_timeout"}
    assert matches(now, Clause(class_at_least="Restricted"), unknown=late) is False
    assert matches(now, Clause(categories=("code",)), unknown=late) is False


def test_who_sent_it_does_not_concern_content(now: datetime) -> None:
    assert matches(now, Clause(entities=("US_SSN",)), unknown=("identity",)) is False


def test_all_and_none(now: datetime) -> None:
    both = question(all=(Clause(entities=("US_SSN",)), Clause(entities=("PERSON",))))
    assert all_hold(both, scene(now, fact(), fact("PERSON"))) is True
    assert all_hold(both, scene(now, fact())) is False
    assert all_hold(both, scene(now, fact(), unknown=("media",))) == {"media"}
    without = question(none=(Clause(labels=("LABEL_PUBLIC",)),))
    assert none_holds(without, scene(now, fact())) is True
    assert none_holds(without, scene(now, fact("LABEL_PUBLIC"), unknown=("media",))) is False
    assert none_holds(without, scene(now, unknown=("media",))) == {"media"}


def test_only_satisfied_clauses_select(now: datetime) -> None:
    asked = question(any=(Clause(entities=("US_SSN",)), Clause(entities=("EMAIL_ADDRESS",), min_count=5)))
    selected = asked.selected(scene(now, fact(ref=1), fact("EMAIL_ADDRESS", ref=2)))
    assert [finding.ref for finding in selected] == [1]


@pytest.mark.parametrize(
    ("clause", "costs"),
    [
        (Clause(entities=("US_SSN",)), set()),
        (Clause(entities=("PERSON",)), {"names"}),
        (Clause(groups=("PII.NAME",)), {"names"}),
        (Clause(categories=("pii",)), {"names"}),
        (Clause(categories=("secret",)), set()),
        (Clause(class_at_least="Internal"), {"names"}),
        (Clause(class_at_least="Confidential"), set()),
        (Clause(entities=("DOCUMENT",)), {"fingerprint"}),
        (Clause(categories=("fingerprint",)), {"fingerprint"}),
    ],
)
def test_which_dear_detectors_a_clause_needs(clause: Clause, costs: set[str]) -> None:
    assert question(none=(clause,)).costs == costs


def spoken(now: datetime, *languages: tuple[str, str], unknown: tuple[str, ...] = (), **more: object) -> Scene:
    return prepare(Facts(languages=languages, unknown=unknown, **more), now)  # type: ignore[arg-type]


GERMAN = Clause(languages=("de",))


def test_a_clause_of_a_language_alone_asks_for_no_finding(now: datetime) -> None:
    asked = question(any=(GERMAN,))
    assert any_holds(asked, spoken(now, ("prompt", "de"))) is True
    assert any_holds(asked, spoken(now, ("prompt", "en"))) is False
    assert any_holds(asked, spoken(now, ("prompt", "en"), ("file", "de"))) is True
    assert list(asked.selected(spoken(now, ("prompt", "de")))) == []
    assert not asked.selects


def test_a_language_that_nobody_could_tell_is_unknown(now: datetime) -> None:
    asked, told = question(any=(GERMAN,)), ("prompt", "en")
    assert any_holds(asked, spoken(now)) == frozenset({"language"})
    assert none_holds(question(none=(GERMAN,)), spoken(now)) == frozenset({"language"})
    assert any_holds(asked, spoken(now, told, unknown=("language",))) == frozenset({"language"})
    assert any_holds(asked, spoken(now, told, unknown=("undecodable",))) == frozenset({"undecodable"})
    assert any_holds(asked, spoken(now, told, unknown=("names_timeout",))) is False


def test_a_language_is_looked_for_in_the_parts_of_the_clause(now: datetime) -> None:
    asked = question(any=(Clause(languages=("de",), places=("file",)),))
    assert any_holds(asked, spoken(now, ("file", "de"))) is True
    assert any_holds(asked, spoken(now, ("prompt", "de"), ("file", "en"))) is False
    assert any_holds(asked, spoken(now, ("prompt", "de"))) == frozenset({"language"})


def test_findings_and_their_language_must_both_be_there(now: datetime) -> None:
    asked = question(any=(Clause(entities=("US_SSN",), languages=("de",)),))
    assert any_holds(asked, spoken(now, ("prompt", "de"), findings=(fact(),))) is True
    assert any_holds(asked, spoken(now, ("prompt", "en"), findings=(fact(),))) is False
    assert any_holds(asked, spoken(now, ("prompt", "de"))) is False
    assert any_holds(asked, spoken(now, findings=(fact(),))) == frozenset({"language"})
    assert asked.selects


def test_only_a_clause_that_names_a_language_needs_one_told() -> None:
    assert question(any=(GERMAN,)).costs == {"language"}
    assert question(none=(Clause(entities=("US_SSN",), languages=("de",)),)).costs == {"language"}
    assert "language" not in question(any=(Clause(entities=("US_SSN",)),)).costs


def test_a_late_language_hides_no_finding(now: datetime) -> None:
    assert matches(now, Clause(entities=("US_SSN",)), unknown=("language",)) is False

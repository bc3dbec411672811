import itertools
import random
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from detectors.finding import Finding
from detectors.resolve import CERTAIN, resolve


def found(entity: str, category: str, start: int, end: int, score: float = 0.9, detector: str = "d@1") -> Finding:
    return Finding(entity, category, start, end, score, detector)


def entities(*findings: Finding) -> list[str]:
    return [finding.entity for finding in resolve(findings)]


def test_of_two_that_overlap_the_surer_one_stands():
    assert entities(found("PHONE_NUMBER", "pii", 0, 10, 0.4), found("US_SSN", "pii", 5, 14, 0.85)) == ["US_SSN"]


def test_of_two_equally_sure_the_longer_stands():
    assert entities(found("PHONE_NUMBER", "pii", 2, 10), found("IBAN_CODE", "pii", 0, 22)) == ["IBAN_CODE"]


def test_then_the_earlier_then_the_name():
    assert entities(found("B", "pii", 1, 5), found("A", "pii", 0, 4)) == ["A"]
    assert entities(found("B", "pii", 0, 4), found("A", "pii", 0, 4)) == ["A"]


def test_neighbours_both_stand_in_order_of_position():
    assert entities(found("B", "pii", 4, 8), found("A", "pii", 0, 4)) == ["A", "B"]


def test_what_lost_to_a_finding_does_not_suppress_a_third():
    first, second, third = found("A", "pii", 0, 10, 0.9), found("B", "pii", 8, 20, 0.8), found("C", "pii", 15, 25, 0.7)
    assert entities(first, second, third) == ["A", "C"]


def test_a_certain_secret_wins_over_personal_data_in_it():
    key = found("SECRET_GENERIC", "secret", 0, 40, CERTAIN)
    assert entities(found("PHONE_NUMBER", "pii", 10, 20, 1.0), key) == ["SECRET_GENERIC"]


def test_a_certain_secret_wins_over_an_address_that_begins_in_it():
    """postgres://app:hunter2@db.example.com: `hunter2@db.example.com` is no e-mail address."""
    password = found("SECRET_DATABASE_URL", "secret", 0, 22)
    assert entities(password, found("EMAIL_ADDRESS", "pii", 15, 37, 1.0)) == ["SECRET_DATABASE_URL"]


def test_a_doubtful_secret_and_personal_data_leave_each_other_alone():
    guess = found("SECRET_GENERIC", "secret", 0, 12, CERTAIN - 0.1)
    assert entities(guess, found("PHONE_NUMBER", "pii", 0, 12, 0.99)) == ["PHONE_NUMBER", "SECRET_GENERIC"]


def test_personal_data_never_suppress_a_secret():
    weak = found("SECRET_GENERIC", "secret", 5, 9, 0.1)
    assert "SECRET_GENERIC" in entities(weak, found("IBAN_CODE", "pii", 0, 22, 1.0))


def test_a_suppressed_datum_does_not_suppress_its_neighbour():
    key = found("SECRET_GENERIC", "secret", 0, 10)
    beside = found("PHONE_NUMBER", "pii", 12, 20, 0.5)
    assert entities(key, found("IBAN_CODE", "pii", 8, 20, 0.9), beside) == ["SECRET_GENERIC", "PHONE_NUMBER"]


def test_code_labels_documents_and_opaque_payloads_stay_and_suppress_nothing():
    stretches = [found(c.upper(), c, 0, 100) for c in ("code", "label", "fingerprint", "opaque")]
    key = found("SECRET_GENERIC", "secret", 10, 50)
    standing = resolve([*stretches, key, found("US_SSN", "pii", 60, 71)])
    assert [f.entity for f in standing] == ["CODE", "FINGERPRINT", "LABEL", "OPAQUE", "SECRET_GENERIC", "US_SSN"]


def test_the_same_finding_twice_is_one():
    assert len(resolve([found("A", "pii", 0, 4), found("A", "pii", 0, 4)])) == 1
    assert len(resolve([found("C", "code", 0, 4), found("C", "code", 0, 4)])) == 1


def test_nothing_gives_nothing():
    assert resolve([]) == ()


FINDINGS = st.lists(
    st.builds(
        lambda entity, category, start, length, score: found(entity, category, start, start + length, score),
        st.sampled_from(["A", "B", "C"]),
        st.sampled_from(["pii", "secret", "code"]),
        st.integers(0, 40),
        st.integers(1, 12),
        st.sampled_from([0.2, 0.5, 0.5, 0.9]),
    ),
    max_size=25,
)


@given(FINDINGS, st.integers())
def test_the_order_of_the_input_does_not_matter(findings: list[Finding], seed: int):
    shuffled = random.Random(seed).sample(findings, len(findings))
    assert resolve(shuffled) == resolve(findings)


@given(FINDINGS)
def test_what_stands_is_disjoint_within_a_category_and_stands_again(findings: list[Finding]):
    standing = resolve(findings)
    assert set(standing) <= set(findings)
    assert resolve(standing) == standing
    for category in ("pii", "secret"):
        own = sorted((f.start, f.end) for f in standing if f.category == category)
        assert all(before[1] <= after[0] for before, after in itertools.pairwise(own))


@given(FINDINGS)
def test_what_does_not_stand_touches_something_that_does(findings: list[Finding]):
    standing = resolve(findings)
    for lost in set(findings) - set(standing):
        rivals = [f for f in standing if f.category in (lost.category, "secret")]
        assert any(lost.touches(rival) for rival in rivals)


def test_findings_in_one_run_share_a_character_where_they_do_in_what_the_run_says():
    def within(entity, score, *inside, category="pii"):
        return replace(found(entity, category, 2, 90, score), inside=inside)

    inside = [
        within("EMAIL_ADDRESS", 0.9, 0, 12),
        within("EMAIL_ADDRESS", 0.9, 20, 32),
        within("PHONE_NUMBER", 0.5, 25, 35),
        within("IBAN_CODE", 0.8, 40, 70, 0, 22),
        within("CREDIT_CARD", 0.8, 40, 70, 23, 30),
        within("SECRET_JWT", 0.9, 80, 88, category="secret"),
        within("URL", 0.9, 82, 86),
    ]
    expected = ["CREDIT_CARD", "EMAIL_ADDRESS", "EMAIL_ADDRESS", "IBAN_CODE", "SECRET_JWT"]
    assert sorted(entities(*inside)) == expected
    assert sorted(entities(*inside, found("URL", "pii", 80, 99, 0.7))) == expected
    assert entities(*inside[:2], found("URL", "pii", 0, 99, 0.95)) == ["URL"]

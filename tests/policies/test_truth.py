"""Kleene's tables, and the laws that the engine relies on."""

from hypothesis import given
from hypothesis import strategies as st

from policies.truth import Truth, every, negated, some

TIMEOUT = frozenset({"timeout"})
MEDIA = frozenset({"media"})
TRUTHS = st.one_of(st.booleans(), st.sampled_from([TIMEOUT, MEDIA, TIMEOUT | MEDIA]))


def test_false_decides_a_conjunction_and_true_a_disjunction_whatever_is_unknown() -> None:
    assert every([TIMEOUT, False]) is False
    assert some([TIMEOUT, True]) is True


def test_unknown_joins_its_reasons() -> None:
    assert every([True, TIMEOUT, MEDIA]) == TIMEOUT | MEDIA
    assert some([False, TIMEOUT, MEDIA]) == TIMEOUT | MEDIA


def test_of_nothing() -> None:
    assert every([]) is True
    assert some([]) is False


def test_negation() -> None:
    assert negated(True) is False
    assert negated(False) is True
    assert negated(MEDIA) == MEDIA


@given(st.lists(TRUTHS))
def test_de_morgan(values: list[Truth]) -> None:
    assert negated(every(values)) == some(negated(value) for value in values)


@given(st.lists(TRUTHS), st.randoms())
def test_order_does_not_matter(values: list[Truth], random: object) -> None:
    shuffled = list(values)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert every(values) == every(shuffled)
    assert some(values) == some(shuffled)


@given(st.lists(TRUTHS), st.sampled_from([True, False]))
def test_learning_what_was_unknown_never_turns_a_known_answer(values: list[Truth], learned: bool) -> None:
    known = [value if isinstance(value, bool) else learned for value in values]
    for join in (every, some):
        before = join(values)
        if isinstance(before, bool):
            assert join(known) is before

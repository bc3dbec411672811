"""Bytes in flight are bounded, in all and for one client, and given back whatever happens."""

import pytest

from proxy.judging.budget import Budget


def test_a_client_has_its_share_and_all_together_have_theirs() -> None:
    budget = Budget(total=100, per_client=60)
    with budget.hold("a", 50) as first, budget.hold("a", 20) as second, budget.hold("b", 40) as third:
        assert (first, second, third) == (True, False, True)
        with budget.hold("c", 20) as fourth:
            assert not fourth
        assert budget.taken == 90
    assert budget.taken == 0
    assert not budget._by_client


def test_one_that_is_larger_than_the_budget_goes_alone() -> None:
    budget = Budget(total=10, per_client=10)
    with budget.hold("a", 50) as alone, budget.hold("b", 1) as beside:
        assert (alone, beside) == (True, False)


def test_an_exception_gives_back_what_was_held() -> None:
    budget = Budget(total=10, per_client=10)
    with pytest.raises(ValueError, match="x"), budget.hold("a", 5):
        raise ValueError("x")
    assert budget.taken == 0


def test_a_body_counts_as_it_comes_and_is_given_back() -> None:
    budget = Budget(total=100, per_client=60)
    first, second = budget.meter("a"), budget.meter("a")
    assert (first.take(40), second.take(30), second.take(20), first.take(1)) == (True, False, True, False)
    assert budget.taken == 60
    first.give_back()
    first.give_back()
    assert (budget.taken, second.take(40)) == (20, True)
    del second
    assert budget.taken == 0
    assert not budget._by_client


def test_a_body_that_is_larger_than_the_budget_comes_alone() -> None:
    budget = Budget(total=10, per_client=10)
    alone, beside = budget.meter("a"), budget.meter("b")
    assert (alone.take(8), alone.take(50), beside.take(1)) == (True, True, False)

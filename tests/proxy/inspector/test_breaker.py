from hypothesis import given
from hypothesis import strategies as st

from proxy.inspector.breaker import OPEN_AFTER, Breaker


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


def failing(times, clock=None):
    breaker = Breaker(clock or Clock())
    for _ in range(times):
        breaker.fail()
    return breaker


def test_one_failure_costs_no_wait():
    assert failing(1).delay == 0
    assert failing(1).room(32) == 32


def test_waits_double_up_to_two_seconds():
    assert [failing(times).delay for times in (2, 3, 4, 5)] == [0.02, 0.04, 0.08, 0.16]
    assert failing(60).delay == 2.0


def test_five_failures_in_a_row_open_it():
    assert not failing(OPEN_AFTER - 1).open
    breaker = failing(OPEN_AFTER)
    assert breaker.open
    assert breaker.room(32) == 0


def test_half_open_lets_one_job_through_and_its_success_closes():
    clock = Clock()
    breaker = failing(OPEN_AFTER, clock)
    clock.now = 0.16
    assert not breaker.open
    assert breaker.room(32) == 1
    breaker.succeed()
    assert breaker.room(32) == 32


def test_half_open_and_a_failure_opens_anew_for_twice_as_long():
    clock = Clock()
    breaker = failing(OPEN_AFTER, clock)
    clock.now = 0.16
    breaker.fail()
    clock.now = 0.16 + 0.31
    assert breaker.open
    clock.now = 0.16 + 0.32
    assert not breaker.open


@given(st.integers(0, 2000))
def test_the_wait_is_bounded_however_often_it_fails(times):
    assert 0 <= failing(times).delay <= 2.0

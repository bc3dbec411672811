import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.code.smoothing import smooth


def best(odds, costs, start):
    """Try every course of states; return the worth of the best one."""

    def worth(states):
        total = (start if states[0] else 0) + sum(o for o, s in zip(odds, states, strict=True) if s)
        return total - sum(c for c, (a, b) in zip(costs[1:], itertools.pairwise(states), strict=True) if a != b)

    return max(worth(states) for states in itertools.product((False, True), repeat=len(odds))), worth


NUMBERS = st.floats(-5, 5).map(lambda x: round(x, 2))


@given(st.lists(st.tuples(NUMBERS, st.sampled_from([0.0, 0.75, 1.5])), min_size=1, max_size=9), NUMBERS)
def test_no_course_is_worth_more_than_the_one_returned(lines, start):
    odds, costs = [o for o, _ in lines], [c for _, c in lines]
    top, worth = best(odds, costs, start)
    assert worth(smooth(odds, costs, start)) == pytest.approx(top)


def test_a_doubtful_line_takes_the_colour_of_its_neighbours():
    assert smooth([5, -1, 5], [2, 2, 2]) == [True, True, True]
    assert smooth([-5, 1, -5], [2, 2, 2]) == [False, False, False]


def test_a_certain_line_keeps_its_own():
    assert smooth([5, -9, 5], [2, 2, 2]) == [True, False, True]
    assert smooth([-5, 9, -5], [2, 2, 2]) == [False, True, False]


def test_at_a_cheap_place_a_change_comes_sooner():
    assert smooth([5, -2], [2, 2]) == [True, False]
    assert smooth([5, -1.5], [2, 2]) == [True, True]
    assert smooth([5, -1.5], [2, 1]) == [True, False]


def test_the_start_counts_for_the_first_line():
    assert smooth([0.5], [2], start=-1.0) == [False]
    assert smooth([0.5], [2]) == [True]


def test_no_lines_no_decisions():
    assert smooth([], []) == []

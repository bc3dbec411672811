"""Which rules the tests of a policy show."""

from collections.abc import Callable

from policies import testing
from policies.coverage import cover
from policies.model import Policy


def test_a_rule_needs_a_test_that_it_catches_and_one_that_it_lets_be(policy_of: Callable[[str], Policy]) -> None:
    policy = policy_of(
        """
        rules:
          - {id: both, match: {activity: [upload]}, action: {type: block}, tests: [
              {name: a, given: {activity: upload}, expect: {action: block}}, {name: b, expect: {action: allow}}]}
          - {id: hit, match: {activity: [upload]}, action: {type: block}, tests: [
              {name: a, given: {activity: upload}, expect: {action: block}}]}
          - {id: none, match: {activity: [image]}, action: {type: block}}
        """
    )
    coverage = cover(policy, testing.run(policy))
    assert (coverage.rules, coverage.covered) == (3, 1)
    assert (coverage.unhit, coverage.unspared) == (("none",), ("hit", "none"))

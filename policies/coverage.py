"""A policy and the results of its tests in, which rules they show out: one that it catches, and one that it lets be."""

from collections.abc import Iterable
from dataclasses import dataclass

from policies.model import Policy
from policies.testing import Result


@dataclass(frozen=True, slots=True)
class Coverage:
    """How far the tests of a policy show its rules. `unhit`: no test matches; `unspared`: no test of it does not."""

    rules: int
    unhit: tuple[str, ...]
    unspared: tuple[str, ...]

    @property
    def covered(self) -> int:
        """Return how many rules are shown both ways."""
        return self.rules - len({*self.unhit, *self.unspared})


def cover(policy: Policy, results: Iterable[Result]) -> Coverage:
    """Return the coverage. A rule is let be by a test under it, or of the file, that it does not match."""
    hit: set[str] = set()
    spared: set[str] = set()
    for result in results:
        hit.update(result.matched)
        about = {result.case.rule} if result.case.rule else {rule.id for rule in policy.rules}
        spared.update(about - result.matched)
    ids = [rule.id for rule in policy.rules]
    return Coverage(len(ids), tuple(i for i in ids if i not in hit), tuple(i for i in ids if i not in spared))

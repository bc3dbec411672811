"""The bench of decisions: what it makes is the same for a seed, and the index decides as all checks do."""

from datetime import UTC, datetime

import pytest

from policies.condition import holds
from policies.load import from_texts
from policies.scene import prepare
from proxy.bench.decisions import policy_text, requests, run
from proxy.bench.effort import Effort

NOW = datetime(2026, 1, 14, 12, tzinfo=UTC)


def test_a_seed_makes_the_same_policy_and_requests() -> None:
    assert policy_text(20, 3) == policy_text(20, 3)
    assert requests(20, 3) == requests(20, 3)
    assert policy_text(20, 3) != policy_text(20, 4)


def test_the_index_leaves_out_nothing_and_decides_its_keys_exactly() -> None:
    policy = from_texts({"p.yaml": policy_text(200, 5)})
    for facts in requests(200, 5):
        scene = prepare(facts, NOW)
        by_index = {p.rule.id: holds(p.rest, scene) for p in policy.index.candidates(scene)}
        for prepared in policy.index.rules:
            truth = holds(prepared.checks, scene)
            assert by_index.get(prepared.rule.id, False) == truth


def test_it_yields_figures_with_the_goals() -> None:
    told: list[str] = []
    figures = list(run(["decide"], Effort(rounds=1, scale=0.001), told.append))
    assert [figure.goal for figure in figures] == [None, 30.0, None]
    assert len(told) == 1


def test_a_part_that_there_is_not() -> None:
    with pytest.raises(ValueError, match="there is no part 'wrong'"):
        list(run(["wrong"], Effort(), lambda _: None))

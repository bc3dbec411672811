"""A policy is prepared before it is in force, and an older one never comes back."""

import pytest

from policies.problem import PolicyError
from proxy.judging.handover import Handover
from proxy.judging.snapshot import Texts

POLICY = "schema: policy/v1\npolicy: {name}\nrules: []\n"


def texts(name: str) -> Texts:
    return Texts({"p.yaml": POLICY.format(name=name)}, {})


async def test_what_was_prepared_is_committed_once() -> None:
    handover = Handover()
    revision = await handover.prepare(1, texts("one"))
    snapshot = handover.commit(1)
    assert snapshot is not None
    assert snapshot.revision == revision
    assert handover.commit(1) is None


async def test_an_older_one_does_not_come_back() -> None:
    handover = Handover()
    for number in (2, 1, 3):
        await handover.prepare(number, texts(f"p{number}"))
    assert handover.commit(2) is not None
    assert handover.commit(1) is None
    assert handover.commit(3) is not None


async def test_what_cannot_be_compiled_is_not_committed() -> None:
    handover = Handover()
    with pytest.raises(PolicyError):
        await handover.prepare(1, Texts({"p.yaml": "rules: 1"}, {}))
    assert handover.commit(1) is None

"""Findings of an answer by place: found anew where they are looked at again, sure or not, bounded in number."""

import pytest

from detectors.finding import Finding
from proxy.judging.answers import found
from proxy.judging.answers.found import Found
from proxy.restore.weave import Waiting


def finding(start: int, end: int, entity: str = "EMAIL_ADDRESS") -> Finding:
    return Finding(entity, "pii", start, end, 0.9, "test@1", f"d{start}")


def waiting(
    pending: str, *, number: int = 1, left: int = 0, before: str = "", whole: bool = False, writable: bool = True
) -> Waiting:
    return Waiting(number, left, whole, writable, pending, before)


def test_the_same_end_of_a_text_is_found_anew() -> None:
    known = Found()
    known.learn(waiting("ann@x.co"), [finding(0, 8)], final=False)
    assert known.tentative
    new = known.learn(waiting("ann@x.com now"), [finding(0, 9)], final=False)
    assert list(new) == [(1, 0, "EMAIL_ADDRESS")]
    assert len(known.by_place) == 1
    assert not known.tentative


@pytest.mark.parametrize(("whole", "final"), [(True, False), (False, True)])
def test_at_the_end_of_a_text_a_finding_is_sure(whole: bool, final: bool) -> None:
    known = Found()
    known.learn(waiting("ann@x.com", whole=whole), [finding(0, 9)], final=final)
    assert not known.tentative
    assert len(known.facts(sure=True)) == 1


def test_what_has_left_is_not_found_twice() -> None:
    known = Found()
    known.learn(waiting("ann@x.com and"), [finding(0, 9)], final=False)
    new = known.learn(waiting("and more", left=10, before="ann@x.com "), [finding(0, 9)], final=False)
    assert new == {}
    new = known.learn(waiting("mith now", left=20, before="Ann S"), [finding(0, 9, "PERSON")], final=False)
    assert [(each.start, each.end) for each in new.values()] == [(0, 4)]


def test_what_stands_in_a_signed_part_cannot_be_cut_out() -> None:
    known = Found()
    known.learn(waiting("ann@x.com now", writable=False), [finding(0, 9)], final=False)
    known.learn(waiting("bob@x.com now", number=2), [finding(0, 9)], final=False)
    assert [fact.writable for fact in known.facts()] == [False, True]


def test_findings_are_fresh_once_and_only_when_they_are_sure() -> None:
    known = Found()
    known.learn(waiting("ann@x.com"), [finding(0, 9)], final=False)
    assert known.fresh() == []
    known.learn(waiting("ann@x.com now"), [finding(0, 9)], final=False)
    assert len(known.fresh()) == 1
    assert known.fresh() == []


def test_a_rare_finding_is_remembered_beside_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(found, "MOST", 10)
    known = Found()
    known.learn(waiting("x", number=0), [finding(0, 1, "LABEL")], final=True)
    for number in range(1, 30):
        known.learn(waiting("ann@x.com", number=number), [finding(0, 9)], final=True)
    assert len(known.by_place) == 10
    assert {place[2] for place in known.by_place} == {"LABEL", "EMAIL_ADDRESS"}
    assert max(place[0] for place in known.by_place) == 29

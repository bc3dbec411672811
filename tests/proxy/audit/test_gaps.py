from proxy.audit.gaps import Gaps


def seen(taken):
    return [(record["reason"], record["count"], record["first"], record["last"]) for record in taken]


def test_nothing_is_no_gap():
    gaps = Gaps()
    assert not gaps
    assert gaps.take() == []


def test_reasons_are_kept_apart_and_counted():
    gaps = Gaps()
    gaps.add("unwritable", "A")
    gaps.add("late", "B")
    gaps.add("unwritable", "C")
    assert gaps
    assert seen(gaps.take()) == [("unwritable", 2, "A", "C"), ("late", 1, "B", "B")]
    assert not gaps


def test_what_could_not_be_written_stands_before_what_came_later():
    gaps = Gaps()
    gaps.add("unwritable", "A")
    taken = gaps.take()
    gaps.add("unwritable", "B")
    gaps.put_back(taken)
    assert seen(gaps.take()) == [("unwritable", 2, "A", "B")]
    gaps.put_back(taken)
    assert seen(gaps.take()) == [("unwritable", 1, "A", "A")]

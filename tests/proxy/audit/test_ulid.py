import re

from hypothesis import given
from hypothesis import strategies as st

from proxy.audit.ulid import new_id


@given(st.integers(0, 2**63))
def test_an_id_is_26_characters_that_cannot_be_mistaken_for_others(nanoseconds):
    assert re.fullmatch(r"[0-7][0-9A-HJKMNP-TV-Z]{25}", new_id(nanoseconds))


@given(st.lists(st.integers(0, 2**62), unique=True))
def test_ids_sort_by_time_to_the_nanosecond(moments):
    ids = [new_id(moment) for moment in moments]
    assert sorted(ids) == [new for _, new in sorted(zip(moments, ids, strict=True))]


def test_the_time_can_be_read_back_as_the_specification_has_it():
    assert new_id(1_469_922_850_259_000_000).startswith("01ARZ3NDEK")  # 2016-07-30T23:54:10.259Z


def test_two_ids_of_one_moment_differ():
    assert len({new_id(1) for _ in range(100)}) == 100

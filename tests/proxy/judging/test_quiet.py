from proxy.judging.quiet import Quiet


def test_a_name_is_told_once_an_hour_for_each_kind() -> None:
    now = [0.0]
    quiet = Quiet(lambda: now[0])
    assert [quiet.breaks("suspected", "a"), quiet.breaks("suspected", "a")] == [True, False]
    assert quiet.breaks("confirmed", "a")
    assert quiet.breaks("suspected", "b")
    now[0] += 3601
    assert quiet.breaks("suspected", "a")

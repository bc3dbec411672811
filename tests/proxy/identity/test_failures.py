"""Wrong passwords are counted for a minute."""

from proxy.identity.failures import Failures


def test_an_address_waits_after_so_many_and_is_free_after_a_minute() -> None:
    now = [0.0]
    failures = Failures(3, lambda: now[0])
    for _ in range(3):
        assert not failures.exceeded("10.0.0.1")
        failures.add("10.0.0.1")
    assert failures.exceeded("10.0.0.1")
    assert not failures.exceeded("10.0.0.2")
    now[0] = 61
    assert not failures.exceeded("10.0.0.1")


def test_many_addresses_do_not_grow_it_without_end() -> None:
    failures = Failures(1, lambda: 0.0)
    for number in range(10_000):
        failures.add(str(number))
    assert len(failures._counts) <= 8192

"""Requests a second: a second's worth at once, then as they come; one client does not use up what others have."""

import pytest

from proxy.judging import rate
from proxy.judging.rate import Rate


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def admitted(rates: Rate, client: str, times: int) -> int:
    return sum(rates.admit(client) for _ in range(times))


def test_a_second_s_worth_at_once_and_then_as_they_come() -> None:
    clock = Clock()
    rates = Rate(1000, 10, clock)
    assert admitted(rates, "a", 25) == 10
    clock.now += 0.5
    assert admitted(rates, "a", 25) == 5
    clock.now += 60
    assert admitted(rates, "a", 25) == 10


def test_clients_are_apart_and_what_is_refused_takes_nothing_from_all() -> None:
    rates = Rate(12, 10, Clock())
    assert admitted(rates, "a", 100) == 10
    assert admitted(rates, "b", 100) == 2
    assert admitted(rates, "c", 100) == 0


def test_clients_are_forgotten_the_oldest_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rate, "_CLIENTS", 2)
    rates = Rate(1000, 1, Clock())
    assert [rates.admit(client) for client in ("a", "b", "a", "c", "a", "b")] == [True, True, False, True, False, True]

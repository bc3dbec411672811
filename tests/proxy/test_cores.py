"""Processors that may be used: affinity, and the limits of control groups."""

import os
from pathlib import Path

import pytest

from proxy.cores import usable


@pytest.fixture(autouse=True)
def eight_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(8)), raising=False)


def grouped(folder: Path, own: str, limits: dict[str, str]) -> int:
    for group, limit in limits.items():
        (folder / "groups" / group).mkdir(parents=True, exist_ok=True)
        (folder / "groups" / group / "cpu.max").write_text(limit)
    (folder / "cgroup").write_text(own)
    return usable(folder / "groups", folder / "cgroup")


def test_without_control_groups_the_affinity_counts(tmp_path: Path) -> None:
    assert usable(tmp_path, tmp_path / "missing") == 8


@pytest.mark.parametrize(
    ("limit", "cores"),
    [
        ("max 100000", 8),
        ("200000 100000", 2),
        ("150000 100000", 2),
        ("5000 100000", 1),
        ("1600000 100000", 8),
        ("x", 8),
    ],
)
def test_a_limit_of_the_group_counts_rounded_up(tmp_path: Path, limit: str, cores: int) -> None:
    assert grouped(tmp_path, "0::/pod\n", {"pod": limit}) == cores


def test_the_tightest_limit_of_all_groups_above_counts(tmp_path: Path) -> None:
    limits = {"pod/one": "max 100000", "pod": "300000 100000", "": "400000 100000"}
    assert grouped(tmp_path, "0::/pod/one\n", limits) == 3


def test_groups_of_version_one_say_nothing(tmp_path: Path) -> None:
    assert grouped(tmp_path, "4:cpu:/pod\n", {"pod": "100000 100000"}) == 8

"""What every test may use: asserts of our helpers that live under `python -O`, names that never vary, no clock.

Hypothesis has no deadline here: how long an example takes is for benchmarks. In CI its examples are the same each time;
on a desk they differ, and find what CI then keeps.
"""

import os

import pytest
from hypothesis import HealthCheck, settings

pytest.register_assert_rewrite("tests.running", "tests.upstream", "tests.doorstep")
settings.register_profile(
    "hushgate", deadline=None, derandomize="CI" in os.environ, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("hushgate")


def pytest_make_parametrize_id(config: pytest.Config, val: object, argname: str) -> str | None:
    """Name a case of bytes after its argument: packed bytes may hold the time, and xdist wants one list of names."""
    return argname if isinstance(val, bytes | bytearray) else None

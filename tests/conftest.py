"""What every test may use: asserts of our helpers that live under `python -O`, and names of tests that never vary."""

import pytest

pytest.register_assert_rewrite("tests.running", "tests.upstream", "tests.doorstep")


def pytest_make_parametrize_id(config: pytest.Config, val: object, argname: str) -> str | None:
    """Name a case of bytes after its argument: packed bytes may hold the time, and xdist wants one list of names."""
    return argname if isinstance(val, bytes | bytearray) else None

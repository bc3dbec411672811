"""What every test may use: the plug-in that keeps asserts of our helpers alive under `python -O`."""

import pytest

pytest.register_assert_rewrite("tests.running", "tests.upstream", "tests.doorstep")

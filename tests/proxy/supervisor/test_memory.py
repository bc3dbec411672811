import os
import sys

import pytest

from proxy.supervisor.memory import resident_bytes


@pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")
def test_a_process_has_its_memory() -> None:
    block = bytearray(30_000_000)
    assert resident_bytes(os.getpid()) > len(block)


def test_a_process_that_there_is_not_has_none() -> None:
    assert resident_bytes(2**30) == 0

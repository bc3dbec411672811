import subprocess
import sys
import time

import pytest

from proxy.bench.accounting import cpu_seconds, memory_bytes, tree

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")

PARENT = (
    "import subprocess, sys; child = subprocess.Popen([sys.executable, '-c', {child!r}]); "
    "print(child.pid, flush=True); sys.stdin.read(); child.kill(); child.wait()"
)


def test_a_tree_is_a_process_and_its_descendants() -> None:
    code = PARENT.format(child="input()")
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        child = int(process.stdout.readline())  # type: ignore[union-attr]
        assert set(tree(process.pid)) == {process.pid, child}
        process.stdin.close()  # type: ignore[union-attr]


def test_the_work_of_a_child_counts_and_waiting_does_not() -> None:
    code = PARENT.format(child="n = 0\nwhile True: n += 1")
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        process.stdout.readline()  # type: ignore[union-attr]
        before = cpu_seconds(process.pid)
        while cpu_seconds(process.pid) < before + 0.05:
            time.sleep(0.01)
        process.stdin.close()  # type: ignore[union-attr]


def test_memory_is_that_of_the_tree() -> None:
    code = PARENT.format(child="block = b'x' * 50_000_000\nprint(flush=True)\ninput()")
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        process.stdout.readline()  # type: ignore[union-attr]
        process.stdout.readline()  # type: ignore[union-attr]
        assert memory_bytes(process.pid) > 50_000_000
        process.stdin.close()  # type: ignore[union-attr]

import platform
import subprocess
import sys

import pytest


def run(code):
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout.strip(), done.stderr


def test_no_core_dump_is_left_even_to_a_handler_behind_a_pipe():
    code = """
import ctypes, resource
from proxy import hardening
hardening.forbid_core_dumps()
print(resource.getrlimit(resource.RLIMIT_CORE), ctypes.CDLL(None).prctl(3))
"""
    assert run(code)[:2] == (0, "(0, 0) 0")


def test_no_byte_reaches_a_file():
    code = """
import tempfile
from proxy import hardening
file = tempfile.TemporaryFile(buffering=0)
hardening.forbid_files()
try:
    file.write(b"prompt")
except OSError as error:
    print(error.strerror, file.seek(0, 2))
"""
    assert run(code)[:2] == (0, "File too large 0")


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="mallopt is glibc's")
def test_freed_memory_is_given_back_whatever_small_things_stay():
    code = """
import os, threading
from proxy import hardening
hardening.return_memory()
bytes(30_000_000)
kept = []
def work():
    large = []
    for _ in range(20):
        large.append(b"x" * 2_000_000)
        kept.append(b"y" * 3000)
threads = [threading.Thread(target=work) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(int(open("/proc/self/statm").read().split()[1]) * os.sysconf("SC_PAGE_SIZE") // 1_000_000)
"""
    assert int(run(code)[1]) < 40  # without it, more than 60


@pytest.mark.skipif(sys.platform != "linux", reason="SCHED_BATCH is Linux's")
def test_a_process_gives_way_to_those_that_wake_up():
    code = """
import os
from proxy import hardening
hardening.give_way()
print(os.sched_getscheduler(0) == os.SCHED_BATCH, os.nice(0) == os.getpriority(os.PRIO_PROCESS, 0))
"""
    assert run(code)[:2] == (0, "True True")


@pytest.mark.skipif(sys.platform != "linux", reason="PR_SET_NAME is Linux's")
def test_a_process_has_a_name():
    code = """
from pathlib import Path
from proxy import hardening
hardening.name_process("hushgate spare")
print(Path("/proc/self/comm").read_text().strip())
"""
    assert run(code)[:2] == (0, "hushgate spare")


@pytest.mark.skipif(sys.platform != "linux", reason="PR_SET_PDEATHSIG is Linux's")
def test_a_process_does_not_outlive_its_parent():
    code = """
import os, signal
from proxy import hardening
alive, hold = os.pipe()  # ends for the reader when nobody holds the other end
ready, say = os.pipe()
if not os.fork():  # the parent
    if not os.fork():  # the child: it says that it is ready, then waits for ever
        hardening.die_with_parent()
        os.write(say, b"ready")
        signal.pause()
    print(os.read(ready, 5).decode(), flush=True)
    os._exit(0)
os.close(hold)
os.close(say)
print(os.read(alive, 1))
"""
    assert run(code)[:2] == (0, "ready\nb''")

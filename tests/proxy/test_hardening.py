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


@pytest.mark.skipif(sys.platform != "linux", reason="PR_SET_PDEATHSIG is Linux's")
def test_a_process_does_not_outlive_its_parent():
    code = """
import os, signal, sys
from proxy import hardening
reading, writing = os.pipe()
if not os.fork():  # the parent
    if not os.fork():  # the child: it says that it is ready, then waits for ever
        hardening.die_with_parent()
        os.write(1, b"ready\\n")
        os.write(writing, b".")
        signal.pause()
    os.read(reading, 1)
    os._exit(0)
os.close(writing)
print(os.read(reading, 1))  # ends when nobody is left to write
"""
    assert run(code)[:2] == (0, "ready\nb''")

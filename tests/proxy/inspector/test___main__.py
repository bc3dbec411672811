import subprocess
import sys


def run(*arguments):
    return subprocess.run(
        [sys.executable, "-OP", "-m", "proxy.inspector", *arguments], capture_output=True, text=True, check=False
    )


def test_it_says_what_it_wants():
    done = run("--control", "3")
    assert done.returncode == 2
    assert "the following arguments are required: --settings, --key, --listen" in done.stderr


def test_descriptors_are_numbers():
    assert "invalid int value: 'x'" in run("--control", "x").stderr

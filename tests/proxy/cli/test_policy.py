"""`hushgate policy` and its verbs: help with examples, and a start without engines."""

import subprocess
import sys
from pathlib import Path

import pytest

from proxy.cli.policy import VERBS
from proxy.cli.voice import Failure
from tests.proxy.cli.asked import hushgate

ROOT = Path(__file__).resolve().parents[3]


def test_no_path_is_wrong_usage() -> None:
    with pytest.raises(Failure, match="there is no policy to check") as wrong:
        hushgate("check")
    assert wrong.value.code == 2


@pytest.mark.parametrize("verb", VERBS)
def test_help_shows_an_example(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        hushgate(verb, "--help")
    assert stopped.value.code == 0
    out = capsys.readouterr().out
    assert "example" in out
    assert f"\n  hushgate policy {verb}" in out


def test_check_starts_without_the_engines() -> None:
    code = (
        "import argparse, sys; from proxy.cli import policy; p = argparse.ArgumentParser(); "
        "policy.register(p.add_subparsers()); a = p.parse_args(['policy', 'check', 'pack:default']); a.func(a); "
        "print([m for m in ('presidio_analyzer', 'spacy', 'numpy', 'mitmproxy', 'phonenumbers', 'hyperscan') "
        "if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.splitlines()[-1] == "[]"

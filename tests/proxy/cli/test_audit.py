import argparse

import pytest

from proxy.cli import audit


def test_every_verb_is_there(capsys):
    top = argparse.ArgumentParser()
    audit.register(top.add_subparsers())
    with pytest.raises(SystemExit):
        top.parse_args(["audit", "--help"])
    shown = capsys.readouterr().out
    for verb in (*audit.VERBS, "prove"):
        assert f"\n    {verb} " in shown

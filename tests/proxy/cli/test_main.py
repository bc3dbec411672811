"""The command line as a whole."""

import pytest

from proxy.cli.main import VERBS, main, parser


def test_every_verb_has_help_with_an_example(capsys: pytest.CaptureFixture[str]) -> None:
    for verb in VERBS:
        with pytest.raises(SystemExit) as caught:
            main([verb, "--help"])
        assert caught.value.code == 0
        out = capsys.readouterr().out
        assert "example" in out
        assert f"hushgate {verb}" in out


def test_without_a_verb_there_is_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert "verbs" in capsys.readouterr().out


def test_a_completion_script_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--print-completion", "bash"]) == 0
    assert "hushgate" in capsys.readouterr().out


def test_a_failure_is_an_error_a_hint_and_an_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "/nowhere/at/all"]) == 2
    err = capsys.readouterr().err
    assert err.startswith("hushgate: error: cannot read /nowhere/at/all")


def test_the_parser_knows_its_verbs() -> None:
    assert parser().parse_args(["serve"]).verb == "serve"

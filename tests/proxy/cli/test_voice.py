"""How errors sound."""

import io

import pytest

from proxy.cli import voice


def test_an_error_and_its_hint(capsys: pytest.CaptureFixture[str]) -> None:
    voice.complain("it is broken", "mend it\nor not")
    assert capsys.readouterr().err == "hushgate: error: it is broken\nhushgate: hint: mend it\nhushgate: hint: or not\n"


def test_colour_is_for_terminals_only(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    assert voice.paint("x", "red", io.StringIO()) == "x"
    assert voice.paint("x", "red", Terminal()) == "\x1b[31mx\x1b[0m"
    monkeypatch.setenv("NO_COLOR", "1")
    assert voice.paint("x", "red", Terminal()) == "x"


def test_a_note(capsys: pytest.CaptureFixture[str]) -> None:
    voice.note("ready")
    assert capsys.readouterr().err == "hushgate: ready\n"

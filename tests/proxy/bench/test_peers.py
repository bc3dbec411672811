import sys
from types import ModuleType

import pytest

from proxy.bench import peers


def test_presidio_runs_its_own_patterns_offline() -> None:
    scan = peers.presidio()
    found = [result for results in scan("write to anna@example.com, card 4111 1111 1111 1111") for result in results]  # type: ignore[attr-defined]
    assert {result.entity_type for result in found} >= {"EMAIL_ADDRESS", "CREDIT_CARD"}


def test_detect_secrets_reads_line_by_line(monkeypatch: pytest.MonkeyPatch) -> None:
    lines: list[str] = []
    scan, settings = ModuleType("scan"), ModuleType("settings")
    scan.scan_line = lambda line: lines.append(line) or []  # type: ignore[attr-defined, func-returns-value]

    class Context:
        def __enter__(self) -> None: ...
        def __exit__(self, *_: object) -> None: ...

    settings.default_settings = Context  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "detect_secrets.core.scan", scan)
    monkeypatch.setitem(sys.modules, "detect_secrets.settings", settings)
    peers.detect_secrets()("one\ntwo")
    assert lines == ["one", "two"]


def test_only_what_is_installed_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(peers, "PEERS", {"None": ("no_such_package_here", lambda: len), "Us": ("proxy", lambda: len)})
    assert list(peers.installed()) == ["Us"]


def test_who_is_not_there_is_told_with_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(peers, "PEERS", {"None": ("no_such_package_here", lambda: len), "Us": ("proxy", lambda: len)})
    assert [line.partition(";")[0] for line in peers.absent()] == [
        "not beside it: None",
        "not beside it: llm-guard",
        "not beside it: LLM-Shield",
    ]

"""`hushgate audit ship` to a real receiver: all records, once each, and none lost where the receiver refuses for a while."""

import importlib.util
import sys

import pytest

from proxy.audit import upkeep
from proxy.cli.audit_entry import enter
from proxy.cli.main import main

installed = pytest.mark.skipif(
    importlib.util.find_spec("opentelemetry") is None,
    reason="the extra otlp is not installed (make test-services installs it)",
)


@pytest.fixture
def state(tmp_path):
    enter(tmp_path / "audit", *(upkeep.heartbeat(number, 0) for number in range(5)))
    return tmp_path


@pytest.fixture
def receiver():
    from tests.collector import Receiver

    with Receiver() as receiver:
        yield receiver


def ship(state, url):
    return main(["audit", "ship", "--once", "--otlp", url, "--state", str(state)])


@pytest.mark.services
@installed
def test_what_is_there_is_sent_once(state, receiver, capsys):
    assert ship(state, receiver.url) == 0
    assert "5 records sent" in capsys.readouterr().err
    assert ship(state, receiver.url) == 0
    assert len(receiver.logs) == 5
    enter(state / "audit", upkeep.heartbeat(5, 0))
    assert ship(state, receiver.url) == 0
    assert len(receiver.logs) == 6


@pytest.mark.services
@installed
def test_what_was_refused_is_sent_later(state, receiver, capsys):
    receiver.status = 400
    assert ship(state, receiver.url) == 1
    assert "takes nothing" in capsys.readouterr().err
    assert not (state / "shipped.json").exists()
    receiver.status = 200
    assert ship(state, receiver.url) == 0
    assert len(receiver.logs) == 5


@pytest.mark.services
@installed
def test_a_position_that_cannot_be_read_is_told(state, receiver, capsys):
    (state / "shipped.json").write_text("nonsense")
    assert ship(state, receiver.url) == 2
    assert "shipped.json cannot be read" in capsys.readouterr().err


def test_without_the_extra_it_says_how_to_get_it(state, capsys, monkeypatch):
    monkeypatch.delitem(sys.modules, "proxy.audit.otlp", raising=False)
    monkeypatch.setitem(sys.modules, "opentelemetry._logs", None)
    monkeypatch.setitem(sys.modules, "opentelemetry", None)
    assert ship(state, "http://127.0.0.1:9") == 2
    assert "hushgate[otlp]" in capsys.readouterr().err


def test_what_is_no_url_is_told(state, capsys):
    assert ship(state, "collector:4318") == 2
    assert "is no URL" in capsys.readouterr().err

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from proxy import metrics as table
from proxy.cli.main import main
from proxy.metrics import Metrics
from tests.proxy.cli.test_audit_search import DECISION


class Admin(BaseHTTPRequestHandler):
    """An admin port whose proxy serves two requests between looks."""

    metrics = Metrics()

    def do_GET(self):
        self.metrics.count(table.REQUESTS, "openai-api", "chat", "block", by=2)
        self.send_response(200)
        self.end_headers()
        self.wfile.write(self.metrics.render())

    def log_message(self, *_):
        pass


@pytest.fixture
def state(tmp_path):
    server = HTTPServer(("127.0.0.1", 0), Admin)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    (tmp_path / "run.json").write_text(json.dumps({"admin": server.server_address}))
    (tmp_path / "audit").mkdir()
    line = json.dumps(DECISION, separators=(",", ":"))
    (tmp_path / "audit" / "n-0-000000000000.jsonl").write_text(f"{line}\n")
    yield tmp_path
    server.shutdown()
    thread.join()
    server.server_close()


def top(state, *arguments):
    return main(["top", "--state", str(state), "--once", "--interval", "0.05", *arguments])


def test_a_person_sees_a_page(state, capsys):
    assert top(state) == 0
    shown = capsys.readouterr().out
    assert "refused" in shown
    assert "openai-api" in shown
    assert "the last reload of the policy was refused" in shown  # nobody set that gauge here
    assert DECISION["id"] in shown
    assert "\x1b" not in shown


def test_a_machine_sees_an_object(state, capsys):
    assert top(state, "--json") == 0
    look = json.loads(capsys.readouterr().out)
    assert look["rates"]["block"] > 0
    assert look["services"][0]["name"] == "openai-api"
    assert look["last"][0]["id"] == DECISION["id"]


def test_without_a_proxy_there_is_a_hint(tmp_path, capsys):
    assert top(tmp_path, "--admin", "127.0.0.1:1") == 2
    assert "is `hushgate serve` running?" in capsys.readouterr().err
    assert top(tmp_path, "--interval", "0") == 2

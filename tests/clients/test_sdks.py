"""Real client SDKs through the real proxy: allowed byte for byte, redacted without the value, refused once and clearly."""

import base64
import json
import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.clients.prompts import CARD, MARKED, MESSAGE, PLACEHOLDER, PLAIN, POLICY, WITH_CARD
from tests.running import AI_HOSTS, ROOT, Proxy
from tests.upstream import Reply, Upstream, openai_chat, sse

pytestmark = [pytest.mark.clients, pytest.mark.timeout(300)]

PYTHON = ROOT / ".venv-clients" / "bin" / "python"
NODE_MODULES = ROOT / "tests" / "clients" / "node_modules"
DRIVERS = ROOT / "tests" / "clients" / "drivers"

CALLS = {
    "openai_python": (
        "chat", "chat-stream", "chat-helper", "chat-async", "chat-async-stream", "responses", "responses-stream",
        "responses-helper", "responses-async", "responses-async-stream", "completions", "completions-async", "embeddings",
        "embeddings-async",
    ),
    "anthropic_python": ("messages", "messages-stream", "messages-helper", "messages-async", "messages-async-stream"),
    "gemini_python": ("generate", "generate-stream", "generate-async", "generate-async-stream", "chats"),
    "openai_node": ("chat", "chat-stream", "responses", "responses-stream", "completions", "embeddings"),
}  # fmt: skip
ALL = [(driver, call) for driver, calls in CALLS.items() for call in calls]


class Driver:
    """One client program, started once and asked line by line."""

    def __init__(self, name: str, proxy: Proxy) -> None:
        node = name.endswith("_node")
        program = (
            ["node", str(DRIVERS / f"{name}.mjs")] if node else [str(PYTHON), "-m", f"tests.clients.drivers.{name}"]
        )
        environment = {
            "PATH": os.environ["PATH"], "HOME": str(proxy.state), "PYTHONPATH": str(ROOT), "HTTPS_PROXY": proxy.url,
            "SSL_CERT_FILE": str(proxy.ca), "NODE_EXTRA_CA_CERTS": str(proxy.ca), "OPENAI_API_KEY": "sk-test",
            "ANTHROPIC_API_KEY": "test", "GEMINI_API_KEY": "test", "GOOGLE_API_KEY": "test",
        }  # fmt: skip
        self.process = subprocess.Popen(
            program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment, text=True, cwd=ROOT
        )

    def ask(self, call: str, text: str) -> dict[str, Any]:
        self.begin(call, text)
        while True:
            answer = self.line()
            if "sent" in answer:
                return answer

    def begin(self, call: str, text: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps({"call": call, "text": text}) + "\n")
        self.process.stdin.flush()

    def line(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, "the client program ended"
        answer: dict[str, Any] = json.loads(line)
        return answer

    def close(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait(30)


class Stage:
    """A proxy, its upstream, and the client programs that were needed."""

    def __init__(self, proxy: Proxy, upstream: Upstream) -> None:
        self.proxy, self.upstream = proxy, upstream
        self._drivers: dict[str, Driver] = {}

    def driver(self, name: str) -> Driver:
        if name.endswith("_node"):
            if shutil.which("node") is None:
                pytest.skip("node is not installed")
            if not NODE_MODULES.exists():
                pytest.skip("npm packages are not installed: make test-clients")
        if name not in self._drivers:
            self._drivers[name] = Driver(name, self.proxy)
        return self._drivers[name]

    def reset(self) -> None:
        self.upstream.received.clear()
        self.upstream.script = openai_chat

    def close(self) -> None:
        for driver in self._drivers.values():
            driver.close()


@pytest.fixture(scope="module", params=[(1, 1), (2, 2)], ids=["1+1", "2+2"])
def running(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    folder = tmp_path_factory.mktemp("clients")
    workers, inspectors = request.param
    arguments = ["--workers", str(workers), "--inspectors", str(inspectors)]
    with (
        Upstream(folder, AI_HOSTS) as upstream,
        Proxy(folder / "state", upstream, policies=[POLICY], arguments=arguments) as proxy,
    ):
        stage = Stage(proxy, upstream)
        yield stage
        stage.close()


@pytest.fixture
def stage(running: Stage) -> Stage:
    running.reset()
    return running


@pytest.mark.parametrize(("driver", "call"), ALL)
def test_an_allowed_prompt_arrives_byte_for_byte(stage: Stage, driver: str, call: str) -> None:
    seen = stage.driver(driver).ask(call, PLAIN)
    assert seen["error"] is None
    assert seen["text"]
    assert [request.body for request in stage.upstream.received] == [base64.b64decode(body) for body in seen["sent"]]
    assert len(seen["sent"]) == 1
    assert "x-hushgate" not in seen["headers"]


@pytest.mark.parametrize(("driver", "call"), ALL)
def test_a_redacted_prompt_arrives_without_the_value(stage: Stage, driver: str, call: str) -> None:
    seen = stage.driver(driver).ask(call, WITH_CARD)
    assert seen["error"] is None
    assert seen["text"]
    (request,) = stage.upstream.received
    assert CARD.encode() not in request.body
    assert PLACEHOLDER.encode() in request.body
    assert base64.b64decode(seen["sent"][0]).replace(CARD.encode(), PLACEHOLDER.encode()) == request.body
    assert seen["headers"]["x-hushgate"].startswith("redacted; n=1; ref=")


@pytest.mark.parametrize(("driver", "call"), ALL)
def test_a_refused_prompt_is_tried_once_and_shown_clearly(stage: Stage, driver: str, call: str) -> None:
    program = stage.driver(driver)
    connections, before = stage.upstream.connections, len(stage.proxy.records())
    seen = program.ask(call, MARKED)
    assert seen["status"] == 400
    assert MESSAGE in seen["error"]["message"]
    assert len(seen["sent"]) == 1
    assert stage.upstream.connections == connections
    assert not stage.upstream.received
    records = stage.proxy.records()
    assert len(records) == before + 1
    assert records[-1]["id"] in seen["error"]["message"]


@pytest.mark.parametrize(("driver", "call"), [("openai_python", "chat-stream"), ("openai_node", "chat-stream")])
def test_the_first_token_of_a_redacted_request_does_not_wait_for_the_last(stage: Stage, driver: str, call: str) -> None:
    gate = threading.Event()
    base = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "gpt-test"}
    tokens = [
        {**base, "choices": [{"index": 0, "delta": {"content": text}, "finish_reason": None}]}
        for text in ("one", "two")
    ]
    events = sse(*tokens, "[DONE]")
    stage.upstream.script = lambda _: Reply(headers=events.headers, chunks=events.chunks, gates={1: gate})
    program = stage.driver(driver)
    program.begin(call, WITH_CARD)
    assert program.line() == {"first": "one"}
    gate.set()
    assert program.line()["text"] == "onetwo"
    assert PLACEHOLDER.encode() in stage.upstream.received[0].body


def test_many_prompts_at_once_each_get_their_own_verdict(stage: Stage) -> None:
    prompts = [PLAIN, WITH_CARD, MARKED] * 8
    seen = stage.driver("openai_python").ask("chat-many", json.dumps(prompts))
    outcomes = json.loads(seen["text"])
    assert [MESSAGE in outcome for outcome in outcomes] == [prompt is MARKED for prompt in prompts]
    assert len(stage.upstream.received) == 16
    assert not any(CARD.encode() in request.body or b"Heron" in request.body for request in stage.upstream.received)


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_curl(stage: Stage, tmp_path: Path) -> None:
    def curl(text: str) -> tuple[int, Any]:
        body = json.dumps({"model": "m", "messages": [{"role": "user", "content": text}]})
        command = ["curl", "-s", "-w", "\n%{http_code}", "-x", stage.proxy.url, "--cacert", str(stage.proxy.ca)]
        command += ["-H", "content-type: application/json", "-d", body, "https://api.openai.com/v1/chat/completions"]
        out, _, code = subprocess.run(command, capture_output=True, text=True, check=True).stdout.rpartition("\n")
        return int(code), json.loads(out)

    assert curl(PLAIN)[0] == 200
    assert curl(WITH_CARD)[0] == 200
    assert CARD.encode() not in stage.upstream.received[-1].body
    code, refusal = curl(MARKED)
    assert code == 400
    assert MESSAGE in refusal["error"]["message"]
    assert len(stage.upstream.received) == 2

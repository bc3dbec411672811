"""The demo's client reads an answer and a refusal alike."""

import json
from pathlib import Path
from typing import Any

import pytest

from proxy.demo import client


class Response:
    def __init__(self, status: int, value: Any, notice: str | None) -> None:
        self.status, self.value, self.notice = status, value, notice

    def read(self) -> bytes:
        return json.dumps(self.value).encode()

    def getheader(self, name: str) -> str | None:
        return self.notice


@pytest.mark.parametrize(
    ("status", "value", "text"),
    [
        (200, {"choices": [{"message": {"content": "hi"}}]}, "hi"),
        (400, {"error": {"message": "not sent"}}, "not sent"),
    ],
)
def test_what_a_chat_program_would_show(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, status: int, value: Any, text: str
) -> None:
    seen: dict[str, Any] = {}

    class Connection:
        def __init__(self, host: str, port: int, **more: Any) -> None:
            seen["proxy"] = (host, port)

        def set_tunnel(self, host: str, port: int) -> None:
            seen["target"] = (host, port)

        def request(self, method: str, path: str, body: str, headers: dict[str, str]) -> None:
            seen["body"] = json.loads(body)

        def getresponse(self) -> Response:
            return Response(status, value, None)

        def close(self) -> None:
            seen["closed"] = True

    monkeypatch.setattr(client.http.client, "HTTPSConnection", Connection)
    monkeypatch.setattr(client.ssl, "create_default_context", lambda cafile: None)
    reply = client.send("hello", ("127.0.0.1", 1), tmp_path / "ca.pem")
    assert (reply.status, reply.text, reply.notice) == (status, text, "")
    assert seen["target"] == (client.HOST, 443)
    assert seen["body"]["messages"][0]["content"] == "hello"
    assert seen["closed"]
    assert "hello" not in repr(reply)

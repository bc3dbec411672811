"""`explain` tells parts, findings, rules and the verdict, offline."""

import json
from pathlib import Path
from typing import Any

import pytest

from proxy.cli.main import main

REQUEST = b"""POST /v1/chat/completions HTTP/1.1
Host: api.openai.com
Authorization: Bearer sk-none
Content-Type: application/json

{"model": "gpt-4o", "messages": [{"role": "user", "content": "card 4111 1111 1111 1111"}]}"""


def explain(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    assert main(["explain", "--json", *arguments]) == 0
    return json.loads(capsys.readouterr().out)


@pytest.fixture
def request_file(tmp_path: Path) -> str:
    (tmp_path / "r.http").write_bytes(REQUEST)
    return str(tmp_path / "r.http")


def test_a_raw_request_is_explained(request_file: str, capsys: pytest.CaptureFixture[str]) -> None:
    told = explain(capsys, request_file)
    assert (told["service"], told["dialect"], told["activity"]) == ("openai-api", "openai-chat", "chat")
    prompt = next(part for part in told["parts"] if part["path"] == "$.messages[0].content")
    assert (prompt["role"], prompt["kind"], prompt["writable"]) == ("user", "prompt", True)
    assert [finding["entity"] for finding in prompt["findings"]] == ["CREDIT_CARD"]
    assert told["verdict"]["action"] == "redact"
    assert told["sent"]["changed"]
    assert "4111" not in told["sent"]["body"]
    matched = {rule["id"]: rule["matched"] for rule in told["rules"]}
    assert matched[told["verdict"]["rules"][0]] is True
    assert False in matched.values()
    credentials = [part for part in told["parts"] if part["kind"] == "credential"]
    assert credentials
    assert all("text" not in part for part in credentials)


def test_no_text_hides_every_text(request_file: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "--json", "--no-text", request_file]) == 0
    assert "4111" not in capsys.readouterr().out


def test_an_exchange_to_an_unknown_host_is_read_all_the_same(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    value = {
        "url": "https://ai.example/v1/chat/completions",
        "json": {"messages": [{"role": "user", "content": "hello"}]},
    }
    (tmp_path / "e.json").write_text(json.dumps(value))
    told = explain(capsys, "--exchange", str(tmp_path / "e.json"))
    assert not told["catalogued"]
    assert any(part["path"] == "$.messages[0].content" for part in told["parts"])


def test_people_get_a_table(request_file: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", request_file]) == 0
    out = capsys.readouterr().out
    assert "verdict   redact" in out
    assert "CREDIT_CARD" in out


def test_bad_input_is_exit_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "bad").write_bytes(b"nonsense")
    assert main(["explain", str(tmp_path / "bad")]) == 2
    assert "is not an HTTP/1.1 request" in capsys.readouterr().err
    assert main(["explain", "--policies", "pack:nope", str(tmp_path / "bad")]) == 2


def test_the_class_of_the_data_is_shown_with_what_made_it_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    request = tmp_path / "marked.txt"
    body = b'{"messages":[{"role":"user","content":"CONFIDENTIAL - do not distribute"}]}'
    request.write_bytes(
        b"POST /v1/chat/completions HTTP/1.1\nHost: api.openai.com\nContent-Type: application/json\n\n" + body
    )
    assert main(["explain", str(request)]) == 0
    assert "class     Confidential (LABEL_CONFIDENTIAL)" in capsys.readouterr().out

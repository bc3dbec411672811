"""`hushgate scan`: a table for people, JSON lines for machines, exit codes for scripts."""

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from proxy.cli.main import main

TEXT = "hello\nmy card is 4111 1111 1111 1111\n"


def answers(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def feed(monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))


def test_people_get_a_table_without_the_text(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.txt").write_text(TEXT)
    assert main(["scan", "--only", "pii", str(tmp_path / "a.txt")]) == 1
    out = capsys.readouterr().out
    assert "2:12" in out
    assert "CREDIT_CARD" in out
    assert "4111" not in out
    assert main(["scan", "--only", "pii", "--show-text", "--exit-zero", str(tmp_path / "a.txt")]) == 0
    assert "4111" in capsys.readouterr().out


def test_nothing_found_is_exit_0_and_standard_input_is_read(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    feed(monkeypatch, b"nothing to see\n")
    assert main(["scan", "--only", "pii"]) == 0
    assert "0 findings" in capsys.readouterr().err


def test_json_for_machines(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.txt").write_text(TEXT)
    assert main(["scan", "--only", "pii", "--json", str(tmp_path / "a.txt")]) == 1
    (report,) = json.loads(capsys.readouterr().out)["files"]
    (finding,) = report["findings"]
    assert TEXT[finding["start"] : finding["end"]] == "4111 1111 1111 1111"
    assert (finding["entity"], finding["category"], finding["line"]) == ("CREDIT_CARD", "pii", 2)


def test_json_lines_are_answered_in_order_whatever_they_are(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    body = {"model": "m", "messages": [{"role": "user", "content": "card 4111 1111 1111 1111"}]}
    lines = [
        json.dumps({"id": "1", "text": TEXT}),
        json.dumps({"id": "2", "body": body}),
        json.dumps({"id": "3", "wire": '{"a": "\\u0063ard 4111 1111 1111 1111"}'}),
        "not json",
        '{"id": "5"}',
        json.dumps({"id": "6", "text": "nothing"}),
    ]
    feed(monkeypatch, "\n".join(lines).encode())
    assert main(["scan", "--only", "pii", "--jsonl"]) == 0
    got = answers(capsys)
    assert [answer["id"] for answer in got] == ["1", "2", "3", None, None, "6"]
    assert got[1]["findings"][0]["path"] == "$.messages[0].content"
    assert got[2]["findings"][0]["start"] == 5
    assert "error" in got[3]
    assert "error" in got[4]
    assert got[5]["findings"] == []


def test_a_value_split_over_two_parts_is_found_in_both(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    content = [{"type": "text", "text": "card 4111 1111 "}, {"type": "text", "text": "1111 1111"}]
    feed(monkeypatch, json.dumps({"id": "1", "body": {"messages": [{"role": "user", "content": content}]}}).encode())
    assert main(["scan", "--only", "pii", "--jsonl"]) == 0
    (answer,) = answers(capsys)
    assert answer["id"] == "1"


def test_what_cannot_be_read_is_exit_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "bad").write_bytes(b"\xff\xfe\x00")
    assert main(["scan", "--only", "pii", str(tmp_path / "bad"), str(tmp_path / "none")]) == 2
    err = capsys.readouterr().err
    assert "is not UTF-8 text" in err
    assert "cannot read" in err

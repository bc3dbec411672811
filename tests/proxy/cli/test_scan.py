"""`hushgate scan`: a table for people, JSON lines for machines, exit codes for scripts."""

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from proxy.cli.main import main
from tests import papers

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
    halves = [(f["path"], f["start"], f["end"]) for f in answer["findings"] if f["entity"] == "CREDIT_CARD"]
    assert halves == [("$.messages[0].content[0].text", 5, 15), ("$.messages[0].content[1].text", 0, 9)]
    assert all("seam" in f["evidence"] for f in answer["findings"] if f["entity"] == "CREDIT_CARD")


def test_code_says_its_language_kind_and_lines(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = "What does this do?\n\nSELECT id\nFROM users\nWHERE age > 30;\n\nI never learned it, sorry."
    feed(monkeypatch, json.dumps({"id": 7, "text": text}).encode())
    assert main(["scan", "--only", "code", "--jsonl"]) == 0
    (answer,) = answers(capsys)
    (finding,) = answer["findings"]
    assert answer["id"] == 7
    assert (finding["language"], finding["kind"], finding["lines"]) == ("sql", "sql", 3)
    assert text[finding["start"] : finding["end"]] == "SELECT id\nFROM users\nWHERE age > 30;"
    assert "digest" not in finding
    feed(monkeypatch, text.encode())
    assert main(["scan", "--only", "code"]) == 1
    assert "SOURCE_CODE (sql, 3 lines)" in capsys.readouterr().out


def test_each_line_is_answered_before_the_next_is_read(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    seen: list[int] = []

    class Slow(io.BytesIO):
        def __next__(self) -> bytes:
            seen.append(len(capsys.readouterr().out.splitlines()))
            return super().__next__()

    stream = Slow(b'{"id": 1, "text": "a b"}\n\n{"id": 2, "text": "c d"}\n')
    monkeypatch.setattr(sys, "stdin", type("Stdin", (), {"buffer": stream}))
    assert main(["scan", "--only", "code", "--jsonl"]) == 0
    assert seen == [0, 1, 0, 1]


@pytest.mark.parametrize(
    "line",
    [
        b"\xff\xfe",
        b"[" * 200_000,
        b"[]",
        b'"text"',
        b"null",
        b'{"id": 1, "text": 5}',
        b'{"id": 1, "text": null}',
        b'{"id": 1, "wire": {}}',
        b"{}",
    ],
)
def test_a_malformed_line_is_answered_and_the_next_one_too(
    line: bytes, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    feed(monkeypatch, line + b'\n{"id": "next", "text": "kubectl get pods -n prod"}\n')
    assert main(["scan", "--only", "code", "--jsonl"]) == 0
    bad, good = answers(capsys)
    assert bad["id"] is None
    assert bad["findings"] == []
    assert bad["error"]
    assert good["id"] == "next"
    assert good["findings"]


@pytest.mark.parametrize("body", ["\ud800 x", None, 5, [], {"a": {"b": ["c"]}}])
def test_any_json_can_be_a_body(body: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    feed(monkeypatch, json.dumps({"id": 1, "body": body}).encode())
    assert main(["scan", "--only", "code", "--jsonl"]) == 0
    (answer,) = answers(capsys)
    assert answer["id"] == 1
    assert answer["findings"] == []


def test_what_of_a_wire_cannot_be_read_is_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    feed(monkeypatch, json.dumps({"id": 1, "wire": '{"a": '}).encode())
    assert main(["scan", "--only", "code", "--jsonl"]) == 0
    (answer,) = answers(capsys)
    assert answer["unread"]
    assert set(answer["unread"][0]) == {"path", "reason", "bytes"}


def test_several_files_are_told_apart(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text("kubectl get pods -n prod\n")
    assert main(["scan", "--only", "code", str(tmp_path / "a.txt"), str(tmp_path / "b.txt")]) == 1
    out = capsys.readouterr().out
    assert f"{tmp_path / 'a.txt'}:1:1" in out
    assert f"{tmp_path / 'b.txt'}:1:1" in out


def test_a_detector_that_fails_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from detectors.code.detector import CodeDetector

    def broken(*_: object) -> list[object]:
        raise RuntimeError("a secret text")

    monkeypatch.setattr(CodeDetector, "detect", broken)
    (tmp_path / "a.txt").write_text("hello you")
    assert main(["scan", "--only", "code", str(tmp_path / "a.txt")]) == 2
    err = capsys.readouterr().err
    assert "code.segmenter@1 did not finish" in err
    assert "a secret text" not in err
    feed(monkeypatch, b'{"id": 1, "text": "hello you"}')
    assert main(["scan", "--only", "code", "--jsonl"]) == 0
    assert answers(capsys)[0]["failed"] == {"code.segmenter@1": "error"}


def test_families_are_those_that_can_be_loaded() -> None:
    from detectors.load import BUILTIN
    from proxy.cli import scan

    assert set(scan._FAMILIES) == set(BUILTIN) - {"language"}  # which no scan tells


def test_help_shows_an_example(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["scan", "--help"])
    out = capsys.readouterr().out
    assert "hushgate scan --jsonl" in out
    assert "exit codes:" in out


def test_what_cannot_be_read_is_exit_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "bad").write_bytes(b"\xff\xfe\x00")
    assert main(["scan", "--only", "pii", str(tmp_path / "bad"), str(tmp_path / "none")]) == 2
    err = capsys.readouterr().err
    assert "could be read: undecodable" in err
    assert "cannot read" in err


def test_documents_are_read_and_what_they_say_of_themselves_is_found(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = papers.custom(**{f"MSIP_Label_{papers.GUID}_Name": "Confidential"})
    plan = tmp_path / "plan.docx"
    plan.write_bytes(papers.docx("first", "ssn 536-22|-1234", **{"docProps/custom.xml": said}))
    assert main(["scan", "--json", "--only", "pii", str(plan)]) == 1
    (report,) = json.loads(capsys.readouterr().out)["files"]
    assert [(f["entity"], f["line"]) for f in report["findings"]] == [("LABEL_CONFIDENTIAL", 1), ("US_SSN", 2)]


def test_a_document_that_cannot_be_read_is_said_with_the_reason(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.pdf").write_bytes(papers.pdf("x", password="p"))
    assert main(["scan", "--only", "pii", str(tmp_path / "a.pdf")]) == 2
    assert "a.pdf could be read: encrypted" in capsys.readouterr().err


def test_a_file_in_a_body_is_read_like_its_text() -> None:
    """A data URL that holds an archive: offsets count in the archive's text."""
    import base64
    import io
    import json
    import zipfile

    from detectors.load import Settings, load
    from detectors.scan import Scanner
    from proxy.cli.scan import _answer

    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("notes.txt", "call the holder of card 4111 1111 1111 1111 please")
    url = "data:application/zip;base64," + base64.b64encode(archive.getvalue()).decode()
    body = {"messages": [{"role": "user", "content": [{"type": "file", "file": {"file_data": url}}]}]}
    scanner = Scanner(load(Settings(families=("pii", "documents"))))
    answer = _answer(json.dumps({"id": 1, "body": body}).encode(), scanner)
    assert [finding["entity"] for finding in answer["findings"]] == ["CREDIT_CARD"]
    assert "failed" not in answer


def test_indexed_documents_are_recognised_where_the_state_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = " ".join(
        f"{a} {b}" for a in ("north", "south", "east", "west") for b in ("depot", "quay", "crane", "lorry", "yard")
    )
    (tmp_path / "plan.txt").write_text(page)
    state = tmp_path / "state"
    assert main(["fingerprint", "build", str(tmp_path / "plan.txt"), "--name", "plans", "--state", str(state)]) == 0
    capsys.readouterr()
    assert main(["scan", "--only", "fingerprint", "--json", str(tmp_path / "plan.txt")]) == 0
    capsys.readouterr()
    assert main(["scan", "--only", "fingerprint", "--state", str(state), "--json", str(tmp_path / "plan.txt")]) == 1
    assert '"DOCUMENT"' in capsys.readouterr().out
    (state / "keys" / "index.key").unlink()
    assert main(["scan", "--state", str(state), str(tmp_path / "plan.txt")]) == 2
    assert "restore the keys" in capsys.readouterr().err


def test_own_rules_say_what_the_labels_of_a_document_mean(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    properties = papers.custom(**{f"MSIP_Label_{papers.GUID}_Enabled": "true"})
    (tmp_path / "plan.docx").write_bytes(papers.docx("hello", **{"docProps/custom.xml": properties}))
    rules = tmp_path / "own.yaml"
    rules.write_text(
        "labels:\n  - id: falcon\n    entity: LABEL_RESTRICTED\n    title: Falcon\n    words: [falcon only]\n"
        f"    ids: ['{papers.GUID}']\n    match: ['FALCON ONLY']\n"
    )
    assert main(["scan", "--rules", str(rules), str(tmp_path / "plan.docx")]) == 1
    assert "LABEL_RESTRICTED" in capsys.readouterr().out

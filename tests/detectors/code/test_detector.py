"""Code is found line by line, wherever it stands; what only looks like it is not."""

import pytest

from detectors.base import Source
from detectors.code.detector import build
from detectors.finding import Finding, no_digest
from detectors.load import Settings

(DETECTOR,) = build(Settings())

PYTHON = "def total(rows):\n    result = 0\n    for row in rows:\n        result += row.price\n    return result\n"
GO = 'func main() {\n\tx := 3\n\tif x > 2 {\n\t\tfmt.Println("hi")\n\t}\n}\n'


def detect(text: str) -> list[Finding]:
    return list(DETECTOR.detect(Source(text), no_digest))


def test_code_between_prose_is_found_with_its_lines_and_language() -> None:
    text = f"Can you tell me why this is slow?\n\n{PYTHON}\nThanks a lot for your help with it.\n"
    (found,) = detect(text)
    assert text[found.start : found.end] == PYTHON.rstrip("\n")
    assert (found.entity, found.category, found.kind, found.language, found.lines) == (
        "SOURCE_CODE",
        "code",
        "code",
        "python",
        5,
    )
    assert 0.5 <= found.score <= 1


def test_two_blocks_are_two_findings() -> None:
    found = detect(f"First this one here.\n{PYTHON}And this is the other program that I wrote last week.\n{GO}")
    assert len(found) == 2
    assert found[0].end < found[1].start


def test_a_fence_names_the_language() -> None:
    (found,) = detect('Look:\n```rust\nlet x = 3;\nlet y = x + 1;\nprintln!("{}", y);\n```\nNice, is it not?\n')
    assert found.language == "rust"
    assert "fence:rust" in found.evidence


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("SELECT id, name FROM users WHERE age > 30 AND country = 'DE' ORDER BY name;", "sql"),
        ("$ kubectl get pods -n prod --selector app=web\n$ docker ps -a | grep web\n", "shell"),
        ("diff --git a/x.py b/x.py\n--- a/x.py\n+++ b/x.py\n@@ -1,2 +1,2 @@\n-import os\n+import sys\n", "diff"),
    ],
)
def test_kinds_other_than_programs(text: str, kind: str) -> None:
    found = detect(text)
    assert found
    assert found[0].kind == kind


@pytest.mark.parametrize(
    "text",
    [
        "",
        "gpt-4o",
        "Dear team, the meeting moves to Thursday at 10. Please bring your notes (and coffee).\n\nKind regards,\nJo\n",
        "Ingredients:\n- 200 g flour\n- 3 eggs\n- 1 pinch of salt\n\nMix everything; bake for 40 minutes at 180 degrees.\n",
        "Am        F        C       G\nHello darkness my old friend, I have come to talk again\n",
    ],
)
def test_prose_is_no_code(text: str) -> None:
    assert detect(text) == []


def test_line_ends_and_odd_characters_do_not_shift_the_offsets() -> None:
    text = (
        "Größe 😀 and more words here, all of them prose.\r\n" + PYTHON.replace("\n", "\r\n") + "That is all.\ud800\r\n"
    )
    (found,) = detect(text)
    assert text[found.start : found.end].startswith("def total")
    assert text[found.start : found.end].endswith("return result")


@pytest.mark.parametrize(
    "text", ["{" * 1_000_000, "a\n" * 500_000, "```\n" * 250_000, "\n" * 1_000_000, "x" * 1_000_000]
)
def test_a_megabyte_of_anything_ends(text: str) -> None:
    for finding in detect(text):
        assert 0 <= finding.start < finding.end <= len(text)

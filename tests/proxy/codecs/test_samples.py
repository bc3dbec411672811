"""Every recorded and every made request body: each planted word is seen, and none is left where it can be taken out.

Run as a script, this writes the golden tables anew; read the difference before you keep it.
"""

import json
import re
from typing import Any

import pytest

from proxy.codecs import dialect_table
from proxy.codecs.decode import Decoded, decode
from proxy.exchange import Edit, Exchange
from tests.proxy.codecs.samples import VECTORS, Sample, made, recorded

CANARY = re.compile(r"CANARY(?:-[A-Za-z0-9-]*)?")
SAMPLES = {**recorded(), **made()}
GOLDEN = sorted(path.stem for path in (VECTORS / "golden").glob("*.json"))
INNER = {  # read inside another dialect's body, or chosen by what a body has
    "gemini-web-record", "doubao-content", "bedrock-anthropic", "bedrock-messages", "huggingface-chat",
    "model-serving-contents",
}  # fmt: skip
ELSEWHERE = {"bedrock-events"}  # test_eventstream.py: its bodies are binary


def canaries(texts: list[str]) -> set[str]:
    return {found for text in texts for found in CANARY.findall(text)}


def redacted(decoded: Decoded) -> bytes:
    return decoded.encode(
        [
            Edit(number, found.start(), found.end(), "[X]")
            for number, part in enumerate(decoded.prompt.parts)
            if part.writable
            for found in CANARY.finditer(part.text)
        ]
    )


@pytest.mark.parametrize("generic", [True, False], ids=["generic", "dialect"])
@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_each_planted_word_is_seen_and_what_is_writable_can_be_taken_out(name: str, generic: bool) -> None:
    sample = SAMPLES[name]
    for exchange in sample.exchanges:
        decoded = decode(exchange, "generic" if generic else sample.dialect)
        planted = canaries([exchange.path, exchange.body.decode("latin-1"), *(value for _, value in exchange.headers)])
        seen = canaries([part.text for part in decoded.prompt.parts])
        unseen = planted - seen
        assert unseen <= {"CANARY-PDF"}
        assert not unseen or any(part.blob and b"CANARY-PDF" in part.blob.data for part in decoded.prompt.parts)

        body = redacted(decoded)
        again = decode(
            Exchange("POST", "https", "h", 443, exchange.path, exchange.headers, body, transport=exchange.transport),
            "generic",
        )
        fixed = canaries([part.text for part in decoded.prompt.parts if not part.writable])
        assert canaries([body.decode("latin-1")]) <= fixed | {"CANARY-PDF"}
        assert len(again.prompt.parts) == len(decode(exchange, "generic").prompt.parts)
        framed = exchange.header("content-type").startswith("application/connect")  # its lengths change
        form = exchange.header("content-type").endswith("urlencoded")  # the placeholder is written in its escapes
        if not fixed | unseen and not framed and not form:
            assert body == CANARY.sub("[X]", exchange.body.decode("latin-1")).encode("latin-1")


def table(decoded: Decoded) -> list[list[Any]]:
    """Return path, role, kind and rights of every part of the body; the keys of objects are left out."""
    skipped = ("header:", "query:", "path:")
    return [
        [part.path, part.role, part.kind, part.writable]
        for part in decoded.prompt.parts
        if not part.path.startswith(skipped) and not part.path.endswith("~")
    ]


@pytest.mark.parametrize("name", GOLDEN)
def test_golden_tables_of_role_kind_and_rights(name: str) -> None:
    golden = json.loads((VECTORS / "golden" / f"{name}.json").read_text())
    sample = SAMPLES[name]
    assert sample.dialect == golden["dialect"]
    for exchange, expected in zip(sample.exchanges, golden["frames"], strict=True):
        assert table(decode(exchange, sample.dialect)) == expected


def test_every_sample_of_a_dialect_has_its_golden_table() -> None:
    assert sorted(name for name, sample in SAMPLES.items() if sample.dialect != "generic") == GOLDEN


def test_every_dialect_has_a_sample() -> None:
    covered = {sample.dialect for sample in SAMPLES.values()} | {"generic"} | INNER
    assert dialect_table.names() - covered == ELSEWHERE


@pytest.mark.parametrize("name", sorted(name for name, sample in made().items() if name != "you"))
def test_the_words_of_a_made_body_are_all_on_mapped_paths(name: str) -> None:
    sample: Sample = SAMPLES[name]
    for exchange in sample.exchanges:
        prompt = decode(exchange, sample.dialect).prompt
        assert prompt.mapped == prompt.prose


def write_golden_tables() -> None:
    for name, sample in SAMPLES.items():
        if sample.dialect == "generic":
            continue
        tables = [table(decode(exchange, sample.dialect)) for exchange in sample.exchanges]
        frames = ",\n".join("  [\n   " + ",\n   ".join(json.dumps(row) for row in rows) + "\n  ]" for rows in tables)
        text = f'{{\n "dialect": "{sample.dialect}",\n "frames": [\n{frames}\n ]\n}}\n'
        (VECTORS / "golden" / f"{name}.json").write_text(text)


if __name__ == "__main__":
    write_golden_tables()

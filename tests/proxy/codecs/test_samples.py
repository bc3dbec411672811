"""Every recorded request body: each planted word is seen, and none is left where it can be taken out.

Run as a script, this writes the golden tables anew; read the difference before you keep it.
"""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from proxy.codecs.decode import Decoded, decode
from proxy.exchange import Edit, Exchange

VECTORS = Path(__file__).parents[2] / "vectors"
CANARY = re.compile(r"CANARY(?:-[A-Za-z0-9-]*)?")
GOLDEN = sorted((VECTORS / "golden").glob("*.json"))

# cli-* and the event stream hold no request body.
RECORDED = [
    path
    for path in sorted((VECTORS / "wire-samples").glob("*.json"))
    if not path.name.startswith(("cli-", "bedrock-eventstream"))
]
DIALECTS = {
    "/v1/chat/completions": "openai-chat",
    "/v1/responses": "openai-responses",
    "/v1/completions": "openai-completions",
    "/v1/embeddings": "openai-embeddings",
    "/emb/embeddings": "openai-embeddings",
    "/embeddings?": "openai-embeddings",
    "/v1/messages": "anthropic-messages",
    "RawPredict": "anthropic-messages",
    ":generateContent": "gemini-generate",
    ":streamGenerateContent": "gemini-generate",
}


def exchanges(path: Path) -> list[Exchange]:
    sample: dict[str, Any] = json.loads(path.read_text())
    headers = tuple((name.lower(), value) for name, value in sample["headers"].items())
    bodies = [json.dumps(frame) for frame in sample.get("client_frames", ())]
    if not bodies:
        bodies = [sample["text"] if "text" in sample else json.dumps(sample["json"], ensure_ascii=False)]
    transport = sample.get("transport", "http")
    return [
        Exchange("POST", "https", "h", 443, sample["path"], headers, body.encode(), transport=transport)
        for body in bodies
    ]


def dialect_of(exchange: Exchange) -> str:
    return next((name for word, name in DIALECTS.items() if word in exchange.path), "generic")


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
@pytest.mark.parametrize("path", RECORDED, ids=lambda path: path.stem)
def test_each_planted_word_is_seen_and_what_is_writable_can_be_taken_out(path: Path, generic: bool) -> None:
    for exchange in exchanges(path):
        decoded = decode(exchange, "generic" if generic else dialect_of(exchange))
        planted = canaries([exchange.body.decode(), *(value for _, value in exchange.headers)])
        seen = canaries([part.text for part in decoded.prompt.parts])
        unseen = planted - seen
        assert unseen <= {"CANARY-PDF"}
        assert not unseen or any(part.blob and b"CANARY-PDF" in part.blob.data for part in decoded.prompt.parts)

        body = redacted(decoded)
        again = decode(Exchange("POST", "https", "h", 443, exchange.path, exchange.headers, body), "generic")
        fixed = canaries([part.text for part in decoded.prompt.parts if not part.writable])
        assert canaries([body.decode()]) <= fixed | {"CANARY-PDF"}
        assert len(again.prompt.parts) == len(decode(exchange, "generic").prompt.parts)
        if not fixed | unseen:
            assert body == CANARY.sub("[X]", exchange.body.decode()).encode()


def table(decoded: Decoded) -> list[list[Any]]:
    return [[part.path, part.role, part.kind, part.writable] for part in decoded.prompt.parts if part.path[0] == "$"]


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_golden_tables_of_role_kind_and_rights(path: Path) -> None:
    golden = json.loads(path.read_text())
    for exchange, expected in zip(exchanges(VECTORS / "wire-samples" / path.name), golden["frames"], strict=True):
        assert table(decode(exchange, golden["dialect"])) == expected
        assert table(decode(exchange, "generic")) != expected


def write_golden_tables() -> None:
    for path in RECORDED:
        sent = exchanges(path)
        dialect = dialect_of(sent[0])
        if dialect == "generic" or sent[0].header("content-type").startswith("multipart"):
            continue
        rows = [",\n   ".join(json.dumps(row) for row in table(decode(exchange, dialect))) for exchange in sent]
        frames = ",\n".join(f"  [\n   {row}\n  ]" for row in rows)
        text = f'{{\n "dialect": "{dialect}",\n "frames": [\n{frames}\n ]\n}}\n'
        (VECTORS / "golden" / path.name).write_text(text)


if __name__ == "__main__":
    write_golden_tables()

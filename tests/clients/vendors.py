"""The upstream's answers as each vendor gives them, by host and path; OpenAI's, Anthropic's and Gemini's are upstream's."""

import json
import zlib
from typing import Any

from tests.upstream import Received, Reply, chat, openai_chat, pieces, reply_json, sse

TEXT = "hello from upstream"
HOSTS = (
    "api.mistral.ai",
    "api.cohere.com",
    "ollama.com",
    "router.huggingface.co",
    "bedrock-runtime.us-east-1.amazonaws.com",
    "files7.blob.core.windows.net",
)


def answer(request: Received, text: str = TEXT, *, size: int = 0) -> Reply:
    """Answer `text` as the vendor that was asked would, streams in pieces of `size` characters (0: in words)."""
    stream = b'"stream":true' in request.body.replace(b" ", b"")
    host = request.host.partition(":")[0]
    if host in ("api.mistral.ai", "router.huggingface.co"):
        return chat(text, stream=stream, size=size)
    if host == "api.cohere.com":
        return cohere(text, stream=stream, size=size)
    if host == "ollama.com":
        return ollama(request.path, text, stream=stream, size=size)
    if host.startswith("bedrock-runtime"):
        return bedrock(request.path, text, size)
    if request.path.endswith("/mcp"):
        return mcp(request)
    return openai_chat(request, text, size=size)


def cohere(text: str, *, stream: bool, size: int) -> Reply:
    if not stream:
        message = {"role": "assistant", "content": [{"type": "text", "text": text}]}
        return reply_json({"id": "c1", "finish_reason": "COMPLETE", "message": message})
    return sse(
        {"type": "message-start", "id": "c1", "delta": {"message": {"role": "assistant"}}},
        {"type": "content-start", "index": 0, "delta": {"message": {"content": {"type": "text", "text": ""}}}},
        *(
            {"type": "content-delta", "index": 0, "delta": {"message": {"content": {"text": piece}}}}
            for piece in pieces(text, size)
        ),
        {"type": "content-end", "index": 0},
        {"type": "message-end", "delta": {"finish_reason": "COMPLETE"}},
    )


def ollama(path: str, text: str, *, stream: bool, size: int) -> Reply:
    base = {"model": "m", "created_at": "2026-11-24T00:00:00Z"}
    if path.endswith("/generate"):
        return reply_json({**base, "response": text, "done": True})
    if not stream:
        return reply_json({**base, "message": {"role": "assistant", "content": text}, "done": True})
    lines: list[dict[str, Any]] = [
        {**base, "message": {"role": "assistant", "content": piece}, "done": False} for piece in pieces(text, size)
    ]
    lines.append({**base, "message": {"role": "assistant", "content": ""}, "done": True, "done_reason": "stop"})
    chunks = tuple(json.dumps(line).encode() + b"\n" for line in lines)
    return Reply(headers={"content-type": "application/x-ndjson"}, chunks=chunks)


def bedrock(path: str, text: str, size: int) -> Reply:
    if path.endswith("/converse-stream"):
        events = [
            ("messageStart", {"role": "assistant"}),
            *(
                ("contentBlockDelta", {"contentBlockIndex": 0, "delta": {"text": piece}})
                for piece in pieces(text, size)
            ),
            ("contentBlockStop", {"contentBlockIndex": 0}),
            ("messageStop", {"stopReason": "end_turn"}),
        ]
        chunks = tuple(_event(name, value) for name, value in events)
        return Reply(headers={"content-type": "application/vnd.amazon.eventstream"}, chunks=chunks)
    if path.endswith("/invoke"):
        return reply_json({"role": "assistant", "content": [{"type": "text", "text": text}], "stop_reason": "end_turn"})
    message = {"role": "assistant", "content": [{"text": text}]}
    usage = {"inputTokens": 1, "outputTokens": 1, "totalTokens": 2}
    return reply_json(
        {"output": {"message": message}, "stopReason": "end_turn", "usage": usage, "metrics": {"latencyMs": 1}}
    )


def _event(name: str, value: Any) -> bytes:
    fields = {":event-type": name, ":content-type": "application/json", ":message-type": "event"}
    head = b"".join(
        bytes([len(key)]) + key.encode() + b"\x07" + len(text).to_bytes(2) + text.encode()
        for key, text in fields.items()
    )
    payload = json.dumps(value).encode()
    prelude = (16 + len(head) + len(payload)).to_bytes(4) + len(head).to_bytes(4)
    whole = prelude + zlib.crc32(prelude).to_bytes(4) + head + payload
    return whole + zlib.crc32(whole).to_bytes(4)


def mcp(request: Received, text: str = TEXT) -> Reply:
    if request.method != "POST":
        return Reply(status=405, chunks=(b"{}",))
    call = json.loads(request.body)
    if "id" not in call:
        return Reply(status=202, chunks=(b"",))
    results: dict[str, Any] = {
        "initialize": {
            "protocolVersion": call.get("params", {}).get("protocolVersion", "2025-06-18"),
            "capabilities": {"tools": {}},
            "serverInfo": {"name": "upstream", "version": "1"},
        },
        "tools/list": {"tools": [{"name": "search", "inputSchema": {"type": "object"}}]},
        "tools/call": {"content": [{"type": "text", "text": text}], "isError": False},
    }
    if call["method"] not in results:
        error = {"code": -32601, "message": "no such method"}
        return reply_json({"jsonrpc": "2.0", "id": call["id"], "error": error})
    return reply_json({"jsonrpc": "2.0", "id": call["id"], "result": results[call["method"]]})

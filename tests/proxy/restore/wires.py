"""How services stream a text and a tool's arguments: the pieces in, the bytes out; the bytes in, what a client gets."""

import base64
import json
import struct
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Wire:
    """One way. `write` takes the pieces of the text and of the arguments, `read` returns both as a client sees them."""

    name: str
    kind: str
    write: Callable[[Sequence[str], Sequence[str]], bytes]
    read: Callable[[bytes], tuple[str, str]]


def events(body: bytes) -> list[Any]:
    """Return the JSON of an event stream's data lines, read as a browser does."""
    found = []
    for block in body.decode().replace("\r\n", "\n").split("\n\n"):
        data = [line[5:].removeprefix(" ") for line in block.split("\n") if line.startswith("data:")]
        if data and data != ["[DONE]"]:
            found.append(json.loads("\n".join(data)))
    return found


def sse(values: Sequence[Any], end: str = "\n\n", named: bool = False) -> bytes:
    lines = []
    for value in values:
        name = f"event: {value['type']}{end[: len(end) // 2]}" if named else ""
        lines.append(f"{name}data: {json.dumps(value)}{end}")
    return "".join(lines).encode()


def _chat(text: Sequence[str], arguments: Sequence[str]) -> bytes:
    def chunk(delta: Any, reason: Any = None) -> Any:
        return {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [
            {"index": 0, "delta": delta, "finish_reason": reason}]}  # fmt: skip

    call = {"index": 0, "id": "call_1", "type": "function", "function": {"name": "f", "arguments": ""}}
    found = [chunk({"role": "assistant", "content": ""}), *(chunk({"content": piece}) for piece in text)]
    found += [chunk({"tool_calls": [call]})]
    found += [chunk({"tool_calls": [{"index": 0, "function": {"arguments": piece}}]}) for piece in arguments]
    return sse([*found, chunk({}, "tool_calls")]) + b"data: [DONE]\n\n"


def _read_chat(body: bytes) -> tuple[str, str]:
    deltas = [choice["delta"] for event in events(body) for choice in event["choices"]]
    calls = [call["function"]["arguments"] for delta in deltas for call in delta.get("tool_calls", ())]
    return "".join(delta.get("content", "") for delta in deltas), "".join(calls)


def _responses(text: Sequence[str], arguments: Sequence[str]) -> bytes:
    whole, called = "".join(text), "".join(arguments)
    part = {"type": "output_text", "text": whole}
    item = {"type": "message", "id": "m1", "content": [part]}
    call = {"type": "function_call", "id": "f1", "name": "f", "arguments": called}
    at = {"item_id": "m1", "output_index": 0, "content_index": 0}
    of = {"item_id": "f1", "output_index": 1}
    return sse([
        {"type": "response.created", "response": {"output": []}},
        *({"type": "response.output_text.delta", **at, "delta": piece} for piece in text),
        {"type": "response.output_text.done", **at, "text": whole},
        {"type": "response.content_part.done", **at, "part": part},
        {"type": "response.output_item.done", "output_index": 0, "item": item},
        *({"type": "response.function_call_arguments.delta", **of, "delta": piece} for piece in arguments),
        {"type": "response.function_call_arguments.done", **of, "arguments": called},
        {"type": "response.output_item.done", "output_index": 1, "item": call},
        {"type": "response.completed", "response": {"output": [item, call]}},
    ], named=True)  # fmt: skip


def _read_responses(body: bytes) -> tuple[str, str]:
    """Insist that all the places where the text stands say the same."""
    by_type: dict[str, list[Any]] = {}
    for event in events(body):
        by_type.setdefault(event["type"], []).append(event)
    text = "".join(event["delta"] for event in by_type.get("response.output_text.delta", ()))
    called = "".join(event["delta"] for event in by_type.get("response.function_call_arguments.delta", ()))
    output = by_type["response.completed"][0]["response"]["output"]
    texts = {by_type["response.output_text.done"][0]["text"], by_type["response.content_part.done"][0]["part"]["text"],
             by_type["response.output_item.done"][0]["item"]["content"][0]["text"], output[0]["content"][0]["text"]}  # fmt: skip
    calls = {by_type["response.function_call_arguments.done"][0]["arguments"], output[1]["arguments"],
             by_type["response.output_item.done"][1]["item"]["arguments"]}  # fmt: skip
    assert texts == {text}
    assert calls == {called}
    return text, called


def _anthropic(text: Sequence[str], arguments: Sequence[str]) -> bytes:
    def delta(index: int, kind: str, **more: str) -> Any:
        return {"type": "content_block_delta", "index": index, "delta": {"type": kind, **more}}

    return sse([
        {"type": "message_start", "message": {"content": []}},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        *(delta(0, "text_delta", text=piece) for piece in text),
        {"type": "content_block_stop", "index": 0},
        {"type": "content_block_start", "index": 1, "content_block": {"type": "tool_use", "name": "f", "input": {}}},
        *(delta(1, "input_json_delta", partial_json=piece) for piece in arguments),
        {"type": "content_block_stop", "index": 1},
        {"type": "message_stop"},
    ], named=True)  # fmt: skip


def _read_anthropic(body: bytes) -> tuple[str, str]:
    deltas = [event["delta"] for event in events(body) if event["type"] == "content_block_delta"]
    return "".join(d.get("text", "") for d in deltas), "".join(d.get("partial_json", "") for d in deltas)


def _parts(text: Sequence[str], arguments: Sequence[str]) -> list[Any]:
    call = {"functionCall": {"name": "f", "args": json.loads("".join(arguments))}}
    return [{"candidates": [{"content": {"role": "model", "parts": [part]}, "index": 0}]}
            for part in (*({"text": piece} for piece in text), call)]  # fmt: skip


def _read_parts(values: Sequence[Any]) -> tuple[str, str]:
    parts = [part for value in values for part in value["candidates"][0]["content"]["parts"]]
    (call,) = [part["functionCall"]["args"] for part in parts if "functionCall" in part]
    return "".join(part.get("text", "") for part in parts), json.dumps(call)


def _whole_chat(text: Sequence[str], arguments: Sequence[str]) -> bytes:
    call = {"id": "call_1", "type": "function", "function": {"name": "f", "arguments": "".join(arguments)}}
    message = {"role": "assistant", "content": "".join(text), "tool_calls": [call]}
    return json.dumps({"choices": [{"index": 0, "message": message}]}, indent=1, ensure_ascii=False).encode()


def _read_whole_chat(body: bytes) -> tuple[str, str]:
    message = json.loads(body)["choices"][0]["message"]
    return message["content"], message["tool_calls"][0]["function"]["arguments"]


def _ollama(text: Sequence[str], arguments: Sequence[str]) -> bytes:
    lines = [{"model": "m", "message": {"role": "assistant", "content": piece}, "done": False} for piece in text]
    calls = [{"function": {"name": "f", "arguments": json.loads("".join(arguments))}}]
    lines.append({"model": "m", "message": {"role": "assistant", "content": "", "tool_calls": calls}, "done": True})
    return "".join(json.dumps(line) + "\n" for line in lines).encode()


def _read_ollama(body: bytes) -> tuple[str, str]:
    messages = [json.loads(line)["message"] for line in body.decode().split("\n") if line]
    return "".join(m["content"] for m in messages), json.dumps(messages[-1]["tool_calls"][0]["function"]["arguments"])


def frame(payload: bytes, event: str = "contentBlockDelta") -> bytes:
    """Return one message of Amazon's event stream."""
    headers = b"".join(
        bytes([len(name)]) + name.encode() + b"\x07" + struct.pack(">H", len(value)) + value.encode()
        for name, value in ((":message-type", "event"), (":event-type", event))
    )
    head = struct.pack(">II", 16 + len(headers) + len(payload), len(headers))
    body = head + struct.pack(">I", zlib.crc32(head)) + headers + payload
    return body + struct.pack(">I", zlib.crc32(body))


def frames(body: bytes) -> list[bytes]:
    """Return the payloads of an event stream. Insists on its lengths and sums."""
    found = []
    while body:
        total, headers, check = struct.unpack(">III", body[:12])
        assert zlib.crc32(body[:8]) == check
        assert zlib.crc32(body[: total - 4]) == struct.unpack(">I", body[total - 4 : total])[0]
        found.append(body[12 + headers : total - 4])
        body = body[total:]
    return found


def _converse(text: Sequence[str], arguments: Sequence[str]) -> bytes:
    deltas = [{"contentBlockIndex": 0, "delta": {"text": piece}, "p": "abc"} for piece in text]
    deltas += [{"contentBlockIndex": 1, "delta": {"toolUse": {"input": piece}}} for piece in arguments]
    return b"".join(frame(json.dumps(delta).encode()) for delta in deltas)


def _read_converse(body: bytes) -> tuple[str, str]:
    deltas = [json.loads(payload)["delta"] for payload in frames(body)]
    return "".join(d.get("text", "") for d in deltas), "".join(d.get("toolUse", {}).get("input", "") for d in deltas)


def _invoke(text: Sequence[str], arguments: Sequence[str]) -> bytes:
    lines = _anthropic(text, arguments).decode().split("\n")
    inner = [line[6:].encode() for line in lines if line.startswith("data: ")]
    outer = [{"bytes": base64.b64encode(data).decode(), "p": "abcdef"} for data in inner]
    return b"".join(frame(json.dumps(value).encode(), "chunk") for value in outer)


def _read_invoke(body: bytes) -> tuple[str, str]:
    inner = [base64.b64decode(json.loads(payload)["bytes"]) for payload in frames(body)]
    return _read_anthropic(b"".join(b"data: " + data + b"\n\n" for data in inner))


def _cohere(text: Sequence[str], arguments: Sequence[str]) -> bytes:
    return sse([
        *({"type": "content-delta", "index": 0, "delta": {"message": {"content": {"text": piece}}}} for piece in text),
        *({"type": "tool-call-delta", "index": 0, "delta": {"message": {"tool_calls": {"function": {"arguments": piece}}}}}
          for piece in arguments),
        {"type": "message-end"},
    ])  # fmt: skip


def _read_cohere(body: bytes) -> tuple[str, str]:
    found = [event["delta"]["message"] for event in events(body) if "delta" in event]
    texts = [message["content"]["text"] for message in found if "content" in message]
    return "".join(texts), "".join(m["tool_calls"]["function"]["arguments"] for m in found if "tool_calls" in m)


def _chatgpt(text: Sequence[str], arguments: Sequence[str]) -> bytes:
    at, tool = "/message/content/parts/0", "/message/content/text"
    first, *rest = text or [""]
    found: list[Any] = [{"p": "", "o": "add", "v": {"message": {"content": {"parts": [""]}}}}]
    found += [{"p": at, "o": "append", "v": first}, *({"v": piece} for piece in rest)]
    found += [{"p": "", "o": "patch", "v": [{"p": tool, "o": "append", "v": piece}, {"p": "/message/x", "o": "replace",
               "v": 1}]} for piece in arguments]  # fmt: skip
    return b'event: delta_encoding\ndata: "v1"\n\n' + sse(found) + b"data: [DONE]\n\n"


def _read_chatgpt(body: bytes) -> tuple[str, str]:
    text, called, place = "", "", ""
    for event in events(body):
        if not isinstance(event, dict):
            continue
        patches = event["v"] if isinstance(event["v"], list) else [event]
        for patch in patches:
            place = patch.get("p", place)
            if place == "/message/content/parts/0":
                text += patch["v"]
            elif place == "/message/content/text":
                called += patch["v"]
    return text, called


def _le_chat(text: Sequence[str], arguments: Sequence[str]) -> bytes:
    found = [[{"op": "append", "path": f"/contentChunks/{n}", "value": piece}] for n, piece in enumerate(text)]
    found += [[{"op": "append", "path": "/args", "value": piece}] for piece in arguments]
    return "".join(f"15:{json.dumps(patches)}\n" for patches in found).encode()


def _read_le_chat(body: bytes) -> tuple[str, str]:
    patches = [json.loads(line.partition(":")[2])[0] for line in body.decode().split("\n") if line]
    texts = [patch["value"] for patch in patches if patch["path"] != "/args"]
    return "".join(texts), "".join(patch["value"] for patch in patches if patch["path"] == "/args")


def _gemini_web(text: Sequence[str], arguments: Sequence[str]) -> bytes:
    body, shown = ")]}'\n\n", ""
    for number, piece in enumerate(text or [""]):
        shown += piece  # each chunk holds all of the text so far
        inner = [
            None,
            ["c_1"],
            None,
            None,
            [["rc_1", [shown], None, "".join(arguments) if number == len(text) - 1 else ""]],
        ]
        chunk = json.dumps([["wrb.fr", None, json.dumps(inner, ensure_ascii=False)]], ensure_ascii=False) + "\n"
        body += f"{len(chunk.encode('utf-16-le')) // 2}\n{chunk}"
    return body.encode()


def _read_gemini_web(body: bytes) -> tuple[str, str]:
    rest = body.decode().removeprefix(")]}'\n\n").encode("utf-16-le")
    text = called = ""
    while rest:
        length, _, rest = rest.partition("\n".encode("utf-16-le"))
        size = 2 * int(length.decode("utf-16-le"))
        chunk, rest = rest[:size], rest[size:]
        inner = json.loads(json.loads(chunk.decode("utf-16-le"))[0][2])
        text, called = inner[4][0][1][0], inner[4][0][3] or called
    return text, called


def _kimi(text: Sequence[str], arguments: Sequence[str]) -> bytes:
    found = [{"op": "append", "mask": "block.text.content", "block": {"text": {"content": piece}}} for piece in text]
    found += [{"op": "append", "mask": "block.tool.args", "block": {"tool": {"args": piece}}} for piece in arguments]
    data = [json.dumps(value).encode() for value in found]
    return b"".join(b"\x00" + struct.pack(">I", len(each)) + each for each in data) + b"\x02\x00\x00\x00\x02{}"


def _read_kimi(body: bytes) -> tuple[str, str]:
    text = called = ""
    while body:
        size = struct.unpack(">I", body[1:5])[0]
        block = json.loads(body[5 : 5 + size]).get("block", {})
        text += block.get("text", {}).get("content", "")
        called += block.get("tool", {}).get("args", "")
        body = body[5 + size :]
    return text, called


def _plain(text: Sequence[str], arguments: Sequence[str]) -> bytes:
    return "".join(text).encode()


WIRES = (
    Wire("openai-chat", "text/event-stream", _chat, _read_chat),
    Wire("openai-chat-whole", "application/json", _whole_chat, _read_whole_chat),
    Wire("openai-responses", "text/event-stream; charset=utf-8", _responses, _read_responses),
    Wire("anthropic", "text/event-stream", _anthropic, _read_anthropic),
    Wire("gemini-sse", "text/event-stream", lambda t, a: sse(_parts(t, a), "\r\n\r\n"), lambda b: _read_parts(events(b))),
    Wire("gemini-array", "application/json", lambda t, a: json.dumps(_parts(t, a), indent=2).encode(),
         lambda b: _read_parts(json.loads(b))),
    Wire("ollama", "application/x-ndjson", _ollama, _read_ollama),
    Wire("cohere", "text/event-stream", _cohere, _read_cohere),
    Wire("bedrock-converse", "application/vnd.amazon.eventstream", _converse, _read_converse),
    Wire("bedrock-invoke", "application/vnd.amazon.eventstream", _invoke, _read_invoke),
    Wire("chatgpt", "text/event-stream", _chatgpt, _read_chatgpt),
    Wire("le-chat", "text/plain", _le_chat, _read_le_chat),
    Wire("gemini-web", "application/json", _gemini_web, _read_gemini_web),
    Wire("kimi", "application/connect+json", _kimi, _read_kimi),
)  # fmt: skip

"""A text in, request bodies out that hold it where the services of other vendors take text."""

import json
import random
from collections.abc import Callable

Body = Callable[[random.Random, str], object]

_ASK = {"role": "user", "content": "go on"}


def _halves(text: str) -> tuple[str, str]:
    return text[: len(text) // 2], text[len(text) // 2 :]


BODIES: dict[str, Body] = {
    "responses input": lambda _, t: {"model": "gpt-5", "input": [{"type": "message", "role": "user", "content": [{"type": "input_text", "text": t}]}]},
    "responses string": lambda _, t: {"model": "gpt-5", "input": t, "instructions": "be brief"}, "instructions": lambda _, t: {"model": "gpt-5", "input": "hi", "instructions": t},
    "function output": lambda _, t: {"model": "gpt-5", "input": [{"type": "function_call_output", "call_id": "c1", "output": json.dumps({"stdout": t})}]},
    "gemini": lambda _, t: {"contents": [{"role": "user", "parts": [{"text": "see"}, {"text": t}]}]}, "gemini system": lambda _, t: {"systemInstruction": {"parts": [{"text": t}]}, "contents": [{"parts": [{"text": "hi"}]}]},
    "gemini function": lambda _, t: {"contents": [{"role": "function", "parts": [{"functionResponse": {"name": "f", "response": {"content": [{"k": t}]}}}]}]},
    "tool use": lambda _, t: {"model": "claude-sonnet-4-5", "max_tokens": 5, "messages": [{"role": "assistant", "content": [{"type": "tool_use", "id": "t", "name": "bash", "input": {"command": t}}]}, _ASK]},
    "thinking": lambda _, t: {"model": "claude-sonnet-4-5", "max_tokens": 5, "messages": [{"role": "assistant", "content": [{"type": "thinking", "thinking": t, "signature": "x"}]}, _ASK]},
    "document": lambda _, t: {"model": "claude-sonnet-4-5", "max_tokens": 5, "messages": [{"role": "user", "content": [{"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": t}, "title": "a"}]}]},
    "title": lambda _, t: {"model": "claude-sonnet-4-5", "max_tokens": 5, "messages": [{"role": "user", "content": [{"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "x"}, "title": t}]}]},
    "converse": lambda _, t: {"messages": [{"role": "user", "content": [{"text": t}]}], "inferenceConfig": {"maxTokens": 5}}, "cohere": lambda _, t: {"message": "hi", "chat_history": [{"role": "USER", "message": t}]},
    "cohere documents": lambda _, t: {"message": "hi", "documents": [{"title": "a", "snippet": t}]}, "completion": lambda _, t: {"model": "m", "prompt": ["a", t]}, "suffix": lambda _, t: {"model": "m", "prompt": "a", "suffix": t},
    "ollama": lambda _, t: {"model": "llama3", "prompt": "hi", "system": t, "stream": False}, "embeddings": lambda _, t: {"model": "e", "input": ["one", t]}, "rerank": lambda _, t: {"model": "r", "query": "q", "documents": ["a", t]},
    "hugging face": lambda _, t: {"inputs": t, "parameters": {"max_new_tokens": 5}}, "schema": lambda _, t: {"model": "m", "messages": [_ASK], "response_format": {"type": "json_schema", "json_schema": {"name": "n", "schema": {"properties": {"a": {"description": t}}}}}},
    "enumeration": lambda _, t: {"model": "m", "messages": [_ASK], "tools": [{"type": "function", "function": {"name": "f", "parameters": {"properties": {"a": {"enum": ["x", t]}}}}}]},
    "key": lambda _, t: {"model": "m", "messages": [_ASK], "metadata": {t: "1"}}, "stop": lambda _, t: {"model": "m", "messages": [_ASK], "stop": ["\n", t]}, "name": lambda _, t: {"model": "m", "messages": [{"role": "user", "name": t, "content": "x"}]},
    "prediction": lambda _, t: {"model": "m", "messages": [_ASK], "prediction": {"type": "content", "content": t}}, "image url": lambda _, t: {"model": "m", "messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "https://example.org/i.png?c=" + t}}]}]},
    "graphql": lambda _, t: {"query": "mutation M($t: String!) { ask(text: $t) { id } }", "variables": {"t": t}}, "json rpc": lambda _, t: {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "f", "arguments": {"q": t}}},
    "unknown": lambda _, t: {"v": 3, "x": {"y": [[{"z": t}]]}}, "halves": lambda _, t: {"model": "m", "messages": [{"role": "user", "content": [{"type": "text", "text": h} for h in _halves(t)]}]},
    "halves gemini": lambda _, t: {"contents": [{"role": "user", "parts": [{"text": h} for h in _halves(t)]}]},
    "characters": lambda _, t: {"model": "m", "messages": [{"role": "user", "content": [{"type": "text", "text": c} for c in t]}]},
    "three turns": lambda _, t: {"model": "m", "messages": [m for h in (t[: len(t) // 3], t[len(t) // 3 : 2 * len(t) // 3], t[2 * len(t) // 3 :]) for m in ({"role": "user", "content": h}, {"role": "assistant", "content": "ok"})]},
    "argument object": lambda _, t: {"model": "m", "messages": [{"role": "assistant", "tool_calls": [{"id": "c", "type": "function", "function": {"name": "f", "arguments": json.dumps({"x": json.dumps({"y": t})})}}]}, _ASK]},
    "string of a request": lambda _, t: {"request": json.dumps({"messages": [{"role": "user", "content": t}]})},
}  # fmt: skip


def wire(r: random.Random, body: object) -> str:
    """Return a body as text on the wire, in one of the spellings that JSON has."""
    text = json.dumps(body, ensure_ascii=r.random() < 0.3, indent=r.choice([None, None, 2, "\t"]))
    if r.random() < 0.5:
        text = "".join(
            f"\\u{ord(c):04X}" if c.isalnum() and r.random() < 0.3 and inside else c for c, inside in _strings(text)
        )
    return text


def _strings(text: str) -> list[tuple[str, bool]]:
    """Return each character, and whether it stands in a string and is not part of an escape."""
    out, inside, skip = [], False, 0
    for at, char in enumerate(text):
        if skip:
            skip -= 1
            out.append((char, False))
            continue
        if char == "\\":
            skip = 5 if text[at + 1 : at + 2] == "u" else 1
        elif char == '"':
            inside = not inside
        out.append((char, inside and char not in '"\\'))
    return out

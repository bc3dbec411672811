import json
from typing import Any

import pytest

from proxy.codecs import dialect_table
from proxy.codecs.dialect import Label
from proxy.codecs.json_spans import read_json
from proxy.codecs.limits import Limits


def labels(value: Any, name: str) -> dict[str, Label]:
    text = value if isinstance(value, str) else json.dumps(value)
    tree = read_json(text, Limits())
    read = dialect_table.load().get(name).read(tree, text)
    return {leaf.path: label for leaf, label in zip(tree.leaves, read.labels, strict=True)}


def test_a_role_counts_wherever_it_stands_in_its_turn() -> None:
    found = labels('{"messages":[{"content":"x","role":"developer"},{"role":"model","content":"y"}]}', "openai-chat")
    assert (found["$.messages[0].content"].role, found["$.messages[0].content"].kind) == ("system", "system")
    assert found["$.messages[1].content"].decided


def test_a_role_said_twice_is_nobodys() -> None:
    found = labels('{"messages":[{"role":"assistant","content":"x","role":"user"}]}', "openai-chat")
    assert (found["$.messages[0].content"].role, found["$.messages[0].content"].decided) == ("", False)


def test_a_role_inside_a_tools_arguments_is_no_turn() -> None:
    found = labels(
        {"messages": [{"role": "user", "content": [{"type": "tool_use", "input": {"role": "assistant", "x": "y"}}]}]},
        "anthropic-messages",
    )
    label = found["$.messages[0].content[0].input.x"]
    assert (label.role, label.kind, label.decided) == ("user", "tool_call", False)


def test_the_request_may_be_wrapped() -> None:
    wrapped = {"model": "gemini-x", "project": "p", "request": {"contents": [{"parts": [{"text": "x"}]}]}}
    label = labels(wrapped, "gemini-generate")["$.request.contents[0].parts[0].text"]
    assert (label.role, label.kind) == ("user", "prompt")
    batch = {"requests": [{"params": {"system": "s", "messages": [{"role": "user", "content": "x"}]}}]}
    assert labels(batch, "anthropic-messages")["$.requests[0].params.system"].kind == "system"


def test_signed_and_opaque_text_is_not_writable_and_decided() -> None:
    turn = {
        "role": "assistant",
        "content": [
            {"type": "thinking", "thinking": "t", "signature": "s"},
            {"type": "redacted_thinking", "data": "d"},
            {"type": "text", "text": "free"},
        ],
    }
    found = labels({"messages": [turn]}, "anthropic-messages")
    for path in ("[0].thinking", "[0].signature", "[1].data"):
        label = found["$.messages[0].content" + path]
        assert (label.writable, label.decided) == (False, True)
    assert found["$.messages[0].content[2].text"].writable

    signed = {
        "contents": [{"role": "model", "parts": [{"functionCall": {"args": {"q": "x"}}, "thoughtSignature": "s"}]}]
    }
    assert not labels(signed, "gemini-generate")["$.contents[0].parts[0].functionCall.args.q"].writable


def test_login_data_of_tool_servers_is_credential() -> None:
    found = labels({"tools": [{"type": "mcp", "headers": {"X-Key": "k"}, "authorization": "a"}]}, "openai-responses")
    assert found["$.tools[0].headers['X-Key']"].kind == "credential"
    assert found["$.tools[0].authorization"] == Label("", "credential", writable=False)
    servers = labels({"mcp_servers": [{"authorization_token": "a", "url": "u"}]}, "anthropic-messages")
    assert servers["$.mcp_servers[0].authorization_token"].kind == "credential"
    assert servers["$.mcp_servers[0].url"].kind == "tool_def"


@pytest.mark.parametrize(
    "name", ["generic", "openai-chat", "openai-responses", "anthropic-messages", "gemini-generate"]
)
def test_an_unknown_field_is_a_prompt(name: str) -> None:
    found = labels({"new_field": {"of_tomorrow": "text", "number": 5, "b": True}, "x y": 1}, name)
    assert found["$.new_field.of_tomorrow"] == Label()
    assert found["$.new_field.number"].kind == "prompt"
    assert found["$.new_field.b"].kind == "metadata"
    assert found["$.new_field~"].kind == "metadata"
    assert found["$['x y']~"].kind == "prompt"


def test_an_unknown_dialect_is_generic() -> None:
    assert dialect_table.load().get("nobody-knows").name == "generic"


def test_a_request_says_its_model_and_whether_it_streams_and_has_tools() -> None:
    for value, expected in (
        ({"model": "m", "stream": True, "tools": [{"name": "t"}]}, ("m", True, True)),
        ({"model": "m", "stream": False, "tools": []}, ("m", False, False)),
        ({"messages": [{"content": [{"type": "tool_result", "content": "x"}]}]}, ("", False, True)),
        ({"metadata": {"model": "no", "stream": True}}, ("", False, False)),
    ):
        text = json.dumps(value)
        read = dialect_table.load().get("anthropic-messages").read(read_json(text, Limits()), text)
        assert (read.model, read.stream, read.tools) == expected


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ({"custom_id": "r", "body": {"messages": []}}, "openai-chat"),
        ({"body": {"input": "x"}}, "openai-responses"),
        ({"custom_id": "r", "params": {"messages": []}}, "anthropic-messages"),
        ({"request": {"contents": []}}, "gemini-generate"),
        ({"messages": []}, "openai-chat"),
        ({"prompt": "x", "completion": "y"}, "generic"),
    ],
)
def test_a_line_of_a_batch_has_the_dialect_that_its_members_show(line: object, name: str) -> None:
    assert dialect_table.load().of_line(read_json(json.dumps(line), Limits())).name == name


def test_long_paths_cost_no_more_than_short_ones() -> None:
    deep: Any = "x"
    for number in range(60):
        deep = {("type", "content", "parts", "source", "k" * 100)[number % 5]: deep}
    text = json.dumps(deep)
    read = dialect_table.load().get("openai-responses").read(read_json(text, Limits()), text)
    assert len(read.labels) == 61

"""The Anthropic SDK for Python, called as its documentation shows."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import anthropic

from tests.clients.drivers.witness import Witness, join, join_async, serve


def sync_client(witness: Witness) -> anthropic.Anthropic:
    return anthropic.Anthropic(http_client=anthropic.DefaultHttpxClient(event_hooks=witness.hooks()), timeout=30)


def async_client(witness: Witness) -> anthropic.AsyncAnthropic:
    http_client = anthropic.DefaultAsyncHttpxClient(event_hooks=witness.async_hooks())
    return anthropic.AsyncAnthropic(http_client=http_client, timeout=30)


def question(text: str) -> dict[str, Any]:
    content = [{"type": "text", "text": text}]
    return {
        "model": "claude-test",
        "max_tokens": 64,
        "system": "Be brief.",
        "messages": [{"role": "user", "content": content}],
    }


def delta(event: Any) -> str | None:
    return event.delta.text if event.type == "content_block_delta" else None


def messages(witness: Witness, text: str) -> str:
    with sync_client(witness) as client:
        return client.messages.create(**question(text)).content[0].text


def messages_stream(witness: Witness, text: str) -> str:
    with sync_client(witness) as client:
        return join(map(delta, client.messages.create(**question(text), stream=True)))


def messages_helper(witness: Witness, text: str) -> str:
    with sync_client(witness) as client, client.messages.stream(**question(text)) as stream:
        return join(stream.text_stream)


TOOLS: Any = [{"name": "send", "input_schema": {"type": "object", "properties": {}}}]


def tools(witness: Witness, text: str) -> str:
    """Return the arguments that a program would call the tool with."""
    with sync_client(witness) as client:
        block: Any = client.messages.create(**question(text), tools=TOOLS).content[0]
        return json.dumps(block.input)


def tools_stream(witness: Witness, text: str) -> str:
    with sync_client(witness) as client, client.messages.stream(**question(text), tools=TOOLS) as stream:
        block: Any = stream.get_final_message().content[0]
        return json.dumps(block.input)


def run(call: Callable[[anthropic.AsyncAnthropic, str], Awaitable[str]]) -> Callable[[Witness, str], str]:
    """Return the sync form of an async call, with an event loop and a client of its own."""

    async def within(witness: Witness, text: str) -> str:
        async with async_client(witness) as client:
            return await call(client, text)

    return lambda witness, text: asyncio.run(within(witness, text))


async def messages_async(client: anthropic.AsyncAnthropic, text: str) -> str:
    return (await client.messages.create(**question(text))).content[0].text


async def messages_async_stream(client: anthropic.AsyncAnthropic, text: str) -> str:
    stream = await client.messages.create(**question(text), stream=True)

    async def pieces() -> AsyncIterator[str | None]:
        async for event in stream:
            yield delta(event)

    return await join_async(pieces())


serve(
    {
        "messages": messages,
        "messages-stream": messages_stream,
        "messages-helper": messages_helper,
        "tools": tools,
        "tools-stream": tools_stream,
        "messages-async": run(messages_async),
        "messages-async-stream": run(messages_async_stream),
    }
)

"""The OpenAI SDK for Python, called as its documentation shows."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import openai

from tests.clients.drivers.witness import Witness, join, join_async, serve

MODEL = "gpt-test"


def sync_client(witness: Witness) -> openai.OpenAI:
    return openai.OpenAI(http_client=openai.DefaultHttpxClient(event_hooks=witness.hooks()), timeout=30)


def async_client(witness: Witness) -> openai.AsyncOpenAI:
    return openai.AsyncOpenAI(http_client=openai.DefaultAsyncHttpxClient(event_hooks=witness.async_hooks()), timeout=30)


def messages(text: str) -> Any:
    return [{"role": "system", "content": "Be brief."}, {"role": "user", "content": text}]


def chat(witness: Witness, text: str) -> str:
    with sync_client(witness) as client:
        return client.chat.completions.create(model=MODEL, messages=messages(text)).choices[0].message.content or ""


def chat_stream(witness: Witness, text: str) -> str:
    with sync_client(witness) as client:
        stream = client.chat.completions.create(model=MODEL, messages=messages(text), stream=True)
        return join(chunk.choices[0].delta.content for chunk in stream)


def chat_helper(witness: Witness, text: str) -> str:
    with sync_client(witness) as client, client.chat.completions.stream(model=MODEL, messages=messages(text)) as stream:
        return join(event.delta for event in stream if event.type == "content.delta")


def responses(witness: Witness, text: str) -> str:
    with sync_client(witness) as client:
        return client.responses.create(model=MODEL, input=text).output_text


def responses_stream(witness: Witness, text: str) -> str:
    with sync_client(witness) as client:
        stream = client.responses.create(model=MODEL, input=messages(text), stream=True)
        return join(event.delta for event in stream if event.type == "response.output_text.delta")


def responses_helper(witness: Witness, text: str) -> str:
    with sync_client(witness) as client, client.responses.stream(model=MODEL, input=text) as stream:
        return join(event.delta for event in stream if event.type == "response.output_text.delta")


def completions(witness: Witness, text: str) -> str:
    with sync_client(witness) as client:
        return client.completions.create(model=MODEL, prompt=text).choices[0].text


def completions_stream(witness: Witness, text: str) -> str:
    with sync_client(witness) as client:
        stream = client.completions.create(model=MODEL, prompt=text, stream=True)
        return join(chunk.choices[0].text for chunk in stream)


TOOLS: Any = [{"type": "function", "function": {"name": "send", "parameters": {"type": "object", "properties": {}}}}]


def tools(witness: Witness, text: str) -> str:
    """Return the arguments that a program would call the tool with."""
    with sync_client(witness) as client:
        answer = client.chat.completions.create(model=MODEL, messages=messages(text), tools=TOOLS)
        call: Any = (answer.choices[0].message.tool_calls or [])[0]
        return str(call.function.arguments)


def tools_stream(witness: Witness, text: str) -> str:
    with (
        sync_client(witness) as client,
        client.chat.completions.stream(model=MODEL, messages=messages(text), tools=TOOLS) as stream,
    ):
        call: Any = (stream.get_final_completion().choices[0].message.tool_calls or [])[0]
        return str(call.function.arguments)


def embeddings(witness: Witness, text: str) -> str:
    with sync_client(witness) as client:
        return json.dumps(client.embeddings.create(model=MODEL, input=["first", text]).data[0].embedding)


Async = Callable[[openai.AsyncOpenAI, str], Awaitable[str]]


def run(call: Async) -> Callable[[Witness, str], str]:
    """Return the sync form of an async call, with an event loop and a client of its own."""

    async def within(witness: Witness, text: str) -> str:
        async with async_client(witness) as client:
            return await call(client, text)

    return lambda witness, text: asyncio.run(within(witness, text))


async def chat_async(client: openai.AsyncOpenAI, text: str) -> str:
    answer = await client.chat.completions.create(model=MODEL, messages=messages(text))
    return answer.choices[0].message.content or ""


async def chat_async_stream(client: openai.AsyncOpenAI, text: str) -> str:
    stream = await client.chat.completions.create(model=MODEL, messages=messages(text), stream=True)

    async def pieces() -> AsyncIterator[str | None]:
        async for chunk in stream:
            yield chunk.choices[0].delta.content

    return await join_async(pieces())


async def responses_async(client: openai.AsyncOpenAI, text: str) -> str:
    return (await client.responses.create(model=MODEL, input=text)).output_text


async def responses_async_stream(client: openai.AsyncOpenAI, text: str) -> str:
    stream = await client.responses.create(model=MODEL, input=text, stream=True)

    async def pieces() -> AsyncIterator[str | None]:
        async for event in stream:
            yield event.delta if event.type == "response.output_text.delta" else None

    return await join_async(pieces())


async def completions_async(client: openai.AsyncOpenAI, text: str) -> str:
    return (await client.completions.create(model=MODEL, prompt=[text])).choices[0].text


async def embeddings_async(client: openai.AsyncOpenAI, text: str) -> str:
    return json.dumps((await client.embeddings.create(model=MODEL, input=text)).data[0].embedding)


async def chat_many(client: openai.AsyncOpenAI, texts: str) -> str:
    """Ask a JSON list of prompts at once over one client; return the outcomes as a JSON list."""

    async def one(text: str) -> str:
        try:
            return await chat_async(client, text)
        except openai.BadRequestError as error:
            return str(error)

    return json.dumps(await asyncio.gather(*map(one, json.loads(texts))))


serve(
    {
        "chat": chat,
        "chat-stream": chat_stream,
        "chat-helper": chat_helper,
        "chat-async": run(chat_async),
        "chat-async-stream": run(chat_async_stream),
        "chat-many": run(chat_many),
        "responses": responses,
        "responses-stream": responses_stream,
        "responses-helper": responses_helper,
        "responses-async": run(responses_async),
        "responses-async-stream": run(responses_async_stream),
        "completions": completions,
        "completions-stream": completions_stream,
        "completions-async": run(completions_async),
        "tools": tools,
        "tools-stream": tools_stream,
        "embeddings": embeddings,
        "embeddings-async": run(embeddings_async),
    }
)

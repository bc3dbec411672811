"""The Google Gen AI SDK for Python, called as its documentation shows."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Awaitable, Callable

sys.modules["aiohttp"] = None  # type: ignore[assignment] # LiteLLM brought it; the SDK would prefer it to what is watched

from google import genai  # noqa: E402
from google.genai import types  # noqa: E402

from tests.clients.drivers.witness import Witness, join, join_async, serve  # noqa: E402

MODEL = "gemini-test"
CONFIG = types.GenerateContentConfig(system_instruction="Be brief.")


def client(witness: Witness) -> genai.Client:
    options = types.HttpOptions(
        client_args={"event_hooks": witness.hooks()},
        async_client_args={"event_hooks": witness.async_hooks()},
        timeout=30_000,
    )
    return genai.Client(http_options=options)


def generate(witness: Witness, text: str) -> str:
    with client(witness) as gemini:
        return gemini.models.generate_content(model=MODEL, contents=text, config=CONFIG).text or ""


def generate_stream(witness: Witness, text: str) -> str:
    with client(witness) as gemini:
        stream = gemini.models.generate_content_stream(model=MODEL, contents=text, config=CONFIG)
        return join(chunk.text for chunk in stream)


def chats(witness: Witness, text: str) -> str:
    with client(witness) as gemini:
        return gemini.chats.create(model=MODEL).send_message(text).text or ""


SEND = types.Tool(function_declarations=[types.FunctionDeclaration(name="send")])


def tools(witness: Witness, text: str) -> str:
    """Return the arguments that a program would call the tool with."""
    config = types.GenerateContentConfig(tools=[SEND])
    with client(witness) as gemini:
        answer = gemini.models.generate_content(model=MODEL, contents=text, config=config)
        return json.dumps((answer.function_calls or [])[0].args)


def run(call: Callable[[genai.Client, str], Awaitable[str]]) -> Callable[[Witness, str], str]:
    """Return the sync form of an async call, with an event loop and a client of its own."""

    async def within(witness: Witness, text: str) -> str:
        gemini = client(witness)
        try:
            return await call(gemini, text)
        finally:
            await gemini.aio.aclose()
            gemini.close()

    return lambda witness, text: asyncio.run(within(witness, text))


async def generate_async(gemini: genai.Client, text: str) -> str:
    return (await gemini.aio.models.generate_content(model=MODEL, contents=text, config=CONFIG)).text or ""


async def generate_async_stream(gemini: genai.Client, text: str) -> str:
    stream = await gemini.aio.models.generate_content_stream(model=MODEL, contents=text, config=CONFIG)

    async def pieces() -> AsyncIterator[str | None]:
        async for chunk in stream:
            yield chunk.text

    return await join_async(pieces())


serve(
    {
        "generate": generate,
        "generate-stream": generate_stream,
        "generate-async": run(generate_async),
        "generate-async-stream": run(generate_async_stream),
        "chats": chats,
        "tools": tools,
    }
)

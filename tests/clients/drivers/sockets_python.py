"""The SDKs of OpenAI and Google where they speak over a WebSocket: Realtime and Live, as their documentation shows."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import openai
from google import genai

from tests.clients.drivers.witness import Witness, serve


async def realtime(text: str) -> str:
    """Return the answer; after an error its message, and the answer to another message on the same socket."""
    said: list[str] = []
    async with openai.AsyncOpenAI() as client, client.realtime.connect(model="gpt-realtime") as connection:
        await _say(connection, text)
        async for event in connection:
            if event.type == "response.output_text.delta":
                said.append(event.delta)
            elif event.type == "error":
                said.append(f"{event.error.message}\n")
                await _say(connection, "hello")
            elif event.type == "response.done":
                break
    return "".join(said)


async def _say(connection: Any, text: str) -> None:
    content: Any = [{"type": "input_text", "text": text}]
    await connection.conversation.item.create(item={"type": "message", "role": "user", "content": content})


async def live(text: str) -> str:
    """Return the answer. Raises APIError where the socket is closed."""
    said: list[str] = []
    config: Any = {"response_modalities": ["TEXT"]}
    async with genai.Client().aio.live.connect(model="gemini-live", config=config) as session:
        turn: Any = {"role": "user", "parts": [{"text": text}]}
        await session.send_client_content(turns=turn, turn_complete=True)
        async for message in session.receive():
            said.append(message.text or "")
    return "".join(said)


def run(call: Callable[[str], Awaitable[str]]) -> Callable[[Witness, str], str]:
    """Return the sync form of an async call."""

    async def within(text: str) -> str:
        return await call(text)

    return lambda _, text: asyncio.run(within(text))


serve({"realtime": run(realtime), "live": run(live)})

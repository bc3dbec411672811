"""The Cohere SDK for Python, called as its documentation shows."""

from typing import Any

import cohere
import httpx

from tests.clients.drivers.witness import Witness, join, serve


def question(text: str) -> dict[str, Any]:
    return {"model": "command-test", "messages": [{"role": "user", "content": text}]}


def client(witness: Witness) -> cohere.ClientV2:
    return cohere.ClientV2(api_key="test", httpx_client=httpx.Client(event_hooks=witness.hooks(), timeout=30))


def chat(witness: Witness, text: str) -> str:
    return str(client(witness).chat(**question(text)).message.content[0].text)


def chat_stream(witness: Witness, text: str) -> str:
    stream = client(witness).chat_stream(**question(text))
    return join(event.delta.message.content.text for event in stream if event.type == "content-delta")


serve({"chat": chat, "chat-stream": chat_stream})

"""The Mistral SDK for Python, called as its documentation shows."""

from typing import Any

import httpx
from mistralai.client import Mistral

from tests.clients.drivers.witness import Witness, join, serve


def question(text: str) -> dict[str, Any]:
    return {"model": "mistral-test", "messages": [{"role": "user", "content": text}]}


def client(witness: Witness) -> Mistral:
    return Mistral(api_key="test", client=httpx.Client(event_hooks=witness.hooks(), follow_redirects=True))


def chat(witness: Witness, text: str) -> str:
    with client(witness) as mistral:
        return str(mistral.chat.complete(**question(text)).choices[0].message.content)


def chat_stream(witness: Witness, text: str) -> str:
    with client(witness) as mistral, mistral.chat.stream(**question(text)) as stream:
        return join(event.data.choices[0].delta.content for event in stream)


serve({"chat": chat, "chat-stream": chat_stream})

"""The Ollama SDK for Python against ollama.com, called as its documentation shows."""

import ollama

from tests.clients.drivers.witness import Witness, join, serve


def client(witness: Witness) -> ollama.Client:
    return ollama.Client(
        host="https://ollama.com", headers={"Authorization": "Bearer test"}, event_hooks=witness.hooks(), timeout=30
    )


def chat(witness: Witness, text: str) -> str:
    answer = client(witness).chat(model="m", messages=[{"role": "user", "content": text}])
    return answer.message.content or ""


def chat_stream(witness: Witness, text: str) -> str:
    stream = client(witness).chat(model="m", messages=[{"role": "user", "content": text}], stream=True)
    return join(chunk.message.content for chunk in stream)


def generate(witness: Witness, text: str) -> str:
    return client(witness).generate(model="m", prompt=text).response


serve({"chat": chat, "chat-stream": chat_stream, "generate": generate})

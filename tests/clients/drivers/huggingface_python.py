"""The inference client of huggingface_hub, called as its documentation shows."""

import httpx2
from huggingface_hub import InferenceClient, set_client_factory

from tests.clients.drivers.witness import Witness, join, serve


def client(witness: Witness) -> InferenceClient:
    hooks = witness.hooks()
    sent = hooks["request"][0]  # it asks the hub about the model too; what counts is the prompt
    hooks["request"] = [lambda request: sent(request) if request.method == "POST" else None]
    set_client_factory(lambda: httpx2.Client(event_hooks=hooks, timeout=30, follow_redirects=True))
    return InferenceClient(base_url="https://router.huggingface.co/v1", api_key="hf_test")


def chat(witness: Witness, text: str) -> str:
    hub = client(witness)
    answer = hub.chat_completion([{"role": "user", "content": text}], model="m")
    return answer.choices[0].message.content or ""


def chat_stream(witness: Witness, text: str) -> str:
    hub = client(witness)  # it closes its streams when it goes
    stream = hub.chat_completion([{"role": "user", "content": text}], model="m", stream=True)
    return join(chunk.choices[0].delta.content for chunk in stream)


serve({"chat": chat, "chat-stream": chat_stream})

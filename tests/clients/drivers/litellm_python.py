"""LiteLLM as a library, in front of OpenAI and Anthropic, called as its documentation shows."""

import os
from typing import Any

os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"  # else it is fetched from the network

import httpx
import litellm

from tests.clients.drivers.witness import Witness, join, serve


def ask(witness: Witness, model: str, text: str, **more: Any) -> Any:
    send = httpx.Client.send

    def watched(self: httpx.Client, request: httpx.Request, **options: Any) -> httpx.Response:
        witness.sent.append(request.read())
        answer = send(self, request, **options)
        witness.answer(answer)
        return answer

    httpx.Client.send = watched  # type: ignore[method-assign]
    try:
        return litellm.completion(model=model, messages=[{"role": "user", "content": text}], timeout=30, **more)
    finally:
        httpx.Client.send = send  # type: ignore[method-assign]


def anthropic(witness: Witness, text: str) -> str:
    return ask(witness, "anthropic/claude-test", text).choices[0].message.content


def anthropic_stream(witness: Witness, text: str) -> str:
    stream = ask(witness, "anthropic/claude-test", text, stream=True)
    return join(chunk.choices[0].delta.content for chunk in stream)


serve({"anthropic": anthropic, "anthropic-stream": anthropic_stream})

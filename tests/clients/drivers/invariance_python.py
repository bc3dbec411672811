"""The judge `chunk-invariance`: a filter is the proxy, its input is what the upstream says, cut as it is told to."""

import json
from collections.abc import Iterable, Iterator

import httpx
from chunk_invariance import assert_chunk_invariant

from tests.clients.drivers.witness import Witness, serve

URL = "https://api.openai.com/v1/chat/completions"


def said(client: httpx.Client, prompt: str, cuts: Iterable[int] = ()) -> str:
    """Return what a client reads of an answer that the upstream cuts at `cuts`."""
    body = {"model": "m", "stream": True, "messages": [{"role": "user", "content": prompt}]}
    answer = client.post(URL, json=body, headers={"x-cuts": ",".join(map(str, cuts))})
    answer.raise_for_status()
    events = [line.removeprefix("data: ") for line in answer.text.split("\n") if line.startswith("data: {")]
    return "".join(json.loads(event)["choices"][0]["delta"]["content"] for event in events)


def whole(_: Witness, prompt: str) -> str:
    """Return the answer that comes in one piece."""
    with httpx.Client(timeout=60) as client:
        return said(client, prompt)


def splits(_: Witness, question: str) -> str:
    """Return in how many ways the answer was cut. `question` is JSON: the prompt, and the text that the upstream says."""
    prompt, text = json.loads(question)
    with httpx.Client(timeout=60) as client:

        def stream(pieces: Iterable[str]) -> Iterator[str]:
            ends, end = [], 0
            for piece in pieces:
                end += len(piece)
                ends.append(end)
            yield said(client, prompt, ends[:-1])

        return str(assert_chunk_invariant(stream, lambda _: said(client, prompt), text))


serve({"whole": whole, "splits": splits})

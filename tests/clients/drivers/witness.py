"""Runs the calls of one client SDK: a JSON question a line on stdin, what the SDK's user saw as one JSON line on stdout.

A question is `{"call": name, "text": prompt}`. A streaming call first prints `{"first": token}` when its first token is
there. The answer names the text or the exception, and each attempt's body as the SDK gave it to its HTTP library.
"""

import base64
import json
import os
import sys
from collections.abc import AsyncIterable, Callable, Iterable, Mapping
from typing import Any

_OUT = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)  # what a client prints by itself is not an answer


def show(value: Mapping[str, Any]) -> None:
    """Print one line at once."""
    print(json.dumps(value), flush=True, file=_OUT)


class Witness:
    """Watches the SDK's HTTP library through its event hooks: one `sent` body for each attempt, the last answer's head."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []
        self.status = 0
        self.headers: dict[str, str] = {}

    def hooks(self) -> dict[str, list[Callable[[Any], None]]]:
        """Return the hooks for a client of the sync kind."""
        return {"request": [lambda request: self.sent.append(request.read())], "response": [self.answer]}

    def async_hooks(self) -> dict[str, list[Callable[[Any], Any]]]:
        """Return the hooks for a client of the async kind."""

        async def request(value: Any) -> None:
            self.sent.append(await value.aread())

        async def response(value: Any) -> None:
            self.answer(value)

        return {"request": [request], "response": [response]}

    def answer(self, response: Any) -> None:
        """Take in the head of an answer."""
        self.status = response.status_code
        self.headers = {name.lower(): value for name, value in response.headers.items()}


def join(pieces: Iterable[str | None]) -> str:
    """Return the text of a stream, having shown its first token when it came."""
    text = ""
    for piece in pieces:
        if piece and not text:
            show({"first": piece})
        text += piece or ""
    return text


async def join_async(pieces: AsyncIterable[str | None]) -> str:
    """Return the text of an async stream, having shown its first token when it came."""
    text = ""
    async for piece in pieces:
        if piece and not text:
            show({"first": piece})
        text += piece or ""
    return text


def serve(calls: Mapping[str, Callable[[Witness, str], str]]) -> None:
    """Answer questions until stdin ends."""
    for line in sys.stdin:
        question = json.loads(line)
        witness = Witness()
        text, error = None, None
        try:
            text = calls[question["call"]](witness, question["text"])
        except Exception as caught:
            while isinstance(caught, ExceptionGroup):
                caught = caught.exceptions[0]
            error = {"class": type(caught).__name__, "message": str(caught)}
        sent = [base64.b64encode(body).decode() for body in witness.sent]
        show({"text": text, "error": error, "sent": sent, "status": witness.status, "headers": witness.headers})

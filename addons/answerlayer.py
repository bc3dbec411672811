"""mitmproxy's HTTP stream with what it lacks: the chunks of an answer may be looked at in a hook that waits.

mitmproxy calls `response.stream` in the event loop and cannot wait for it. Where `inspect_answer` was asked for, each
chunk of the answer is a hook of its own instead (`answer_chunk`), and only that stream waits for it.

The private parts that this builds on are checked by `engine.check` at start.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from mitmproxy import http
from mitmproxy.proxy import commands, layer
from mitmproxy.proxy.layers.http import HttpStream, SendHttp
from mitmproxy.proxy.layers.http._events import ResponseData, ResponseEndOfMessage

_INSPECT, _CHUNK, _LEFT = "hushgate-inspect", "hushgate-chunk", "hushgate-left"
Inspect = Callable[[bytes], Awaitable[bytes]]
"""A chunk, nothing at the end, to what leaves."""


@dataclass
class AnswerChunkHook(commands.StartHook):
    """A chunk of an answer is there, or its end."""

    flow: http.HTTPFlow


def inspect_answer(flow: http.HTTPFlow, inspect: Inspect) -> None:
    """Have the chunks of the answer of `flow`, which is streamed, looked at by `inspect`."""
    flow.metadata[_INSPECT] = inspect


async def look(flow: http.HTTPFlow) -> None:
    """Look at the chunk that is there: what the hook's listener does. Whatever `inspect` raises is raised."""
    flow.metadata[_LEFT] = await flow.metadata[_INSPECT](flow.metadata.pop(_CHUNK))


def install() -> None:
    """Make mitmproxy use this."""
    HttpStream.state_stream_response_body = _stream  # type: ignore[method-assign]


_original: Any = HttpStream.state_stream_response_body


def _stream(self: Any, event: Any) -> layer.CommandGenerator[None]:
    data = isinstance(event, ResponseData)
    if _INSPECT not in self.flow.metadata or not (data or isinstance(event, ResponseEndOfMessage)):
        yield from _original(self, event)
        return
    self.flow.metadata[_CHUNK] = event.data if data else b""
    yield AnswerChunkHook(self.flow)
    left = self.flow.metadata.pop(_LEFT, b"")
    if (yield from self.check_killed(False)):
        return
    if left:
        yield SendHttp(ResponseData(self.stream_id, left), self.context.client)
    if not data:
        yield from self.send_response(already_streamed=True)

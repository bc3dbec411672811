"""mitmproxy's HTTP stream with what it lacks: the chunks of an answer may be looked at in a hook that waits.

mitmproxy calls `response.stream` in the event loop and cannot wait for it. Where `inspect_answer` was asked for, the
chunks of the answer are looked at in a hook of their own instead (`answer_chunk`), and only that stream waits for it.

Rules
1. Chunks are gathered for `Inspector.gather` seconds or `_MOST` bytes and looked at as one; the end never waits. While
   the inspector holds text that a pause may let go, it is asked every `Inspector.every` seconds.
2. When it says that the answer is over, the client gets its end at once, and what the vendor still sends is cancelled.
3. `instead` puts an answer of ours in the place of one of which nothing has left, whatever the vendor still sends.

The private parts that this builds on are checked by `engine.check` at start.
"""

from dataclasses import dataclass, field
from typing import Any, Protocol

from mitmproxy import http
from mitmproxy.proxy import commands, events, layer
from mitmproxy.proxy.layers.http import HttpStream, SendHttp
from mitmproxy.proxy.layers.http._events import ErrorCode, RequestProtocolError, ResponseData, ResponseEndOfMessage

_INSPECT, _CHUNK, _LEFT = "hushgate-inspect", "hushgate-chunk", "hushgate-left"
_INSTEAD, _WAITS, _GATHERED = "hushgate-instead", "hushgate-waits", "hushgate-gathered"
_MOST = 65536  # bytes that are gathered


class Inspector(Protocol):
    """Looks at the chunks of one answer."""

    every: float
    gather: float

    @property
    def over(self) -> bool:
        """Tell whether nothing more of the vendor's leaves."""

    @property
    def restless(self) -> bool:
        """Tell whether `pause` could let something go."""

    async def feed(self, data: bytes) -> bytes:
        """Return what leaves after a chunk."""

    async def flush(self) -> bytes:
        """Return what leaves at the end."""

    def pause(self) -> bytes:
        """Return what leaves although nothing comes."""


@dataclass(slots=True)
class Gathering:
    """Chunks that wait for `wake` to be looked at. Called with one, it takes it; nothing of it leaves yet."""

    wake: commands.RequestWakeup
    chunks: list[bytes] = field(default_factory=list, repr=False)
    size: int = 0

    def __call__(self, chunk: bytes) -> bytes:
        """Take a chunk."""
        self.chunks.append(chunk)
        self.size += len(chunk)
        return b""

    @property
    def room(self) -> bool:
        """Tell whether more may be gathered."""
        return self.size < _MOST


@dataclass
class AnswerChunkHook(commands.StartHook):
    """Chunks of an answer are there, or its end, or neither although something waits."""

    flow: http.HTTPFlow


def inspect_answer(flow: http.HTTPFlow, inspector: Inspector) -> None:
    """Have the chunks of the answer of `flow`, which is streamed, looked at by `inspector`."""
    flow.metadata[_INSPECT] = inspector


def instead(flow: http.HTTPFlow, response: http.Response) -> None:
    """Have the client get `response`; to be called while the head of the vendor's answer is looked at."""
    flow.metadata[_INSTEAD] = response


def inspects(flow: http.HTTPFlow) -> bool:
    """Tell whether the chunks of the answer of `flow` are looked at."""
    return _INSPECT in flow.metadata


def gathering(flow: http.HTTPFlow) -> Gathering | None:
    """Return what takes the next chunks of the answer of `flow`; None where the next one needs more than that."""
    found = flow.metadata.get(_GATHERED)
    return found if isinstance(found, Gathering) else None


async def look(flow: http.HTTPFlow) -> None:
    """Look at the chunk that is there: what the hook's listener does. Whatever the inspector raises is raised."""
    inspector: Inspector = flow.metadata[_INSPECT]
    chunk: bytes | None = flow.metadata.pop(_CHUNK)
    if chunk is None:
        flow.metadata[_LEFT] = inspector.pause()
    else:
        flow.metadata[_LEFT] = await (inspector.feed(chunk) if chunk else inspector.flush())


def install() -> None:
    """Make mitmproxy use this."""
    HttpStream.state_stream_response_body = _stream  # type: ignore[method-assign]
    HttpStream.state_wait_for_response_headers = _head  # type: ignore[method-assign]
    HttpStream._handle_event = _handle  # type: ignore[method-assign]


_original: Any = HttpStream.state_stream_response_body
_original_head: Any = HttpStream.state_wait_for_response_headers
_original_handle: Any = HttpStream._handle_event


def _handle(self: Any, event: Any) -> layer.CommandGenerator[None]:
    if not isinstance(event, events.Wakeup):
        yield from _original_handle(self, event)
        return
    metadata, gathered = self.flow.metadata, gathering(self.flow)
    if gathered is not None and event.command is gathered.wake:
        yield from _look_at(self, gathered)
    elif event.command is metadata.get(_WAITS):
        del metadata[_WAITS]
        if gathered is None and _streams(self) and metadata[_INSPECT].restless:
            yield from _looked(self, None)


def _head(self: Any, event: Any) -> layer.CommandGenerator[None]:
    yield from _original_head(self, event)
    response = self.flow.metadata.pop(_INSTEAD, None)
    if response is None or self.server_state in (self.state_done, self.state_errored):
        return
    self.flow.response = response
    yield from _end(self, already_streamed=False)


def _streams(self: Any) -> bool:
    return bool(self.server_state == self.state_stream_response_body)


def _stream(self: Any, event: Any) -> layer.CommandGenerator[None]:
    data = isinstance(event, ResponseData)
    if _INSPECT not in self.flow.metadata or not (data or isinstance(event, ResponseEndOfMessage)):
        yield from _original(self, event)
        return
    gathered = gathering(self.flow)
    if not data:
        if gathered is not None:
            yield from _look_at(self, gathered)
        if _streams(self):
            yield from _looked(self, b"")
        return
    if gathered is None:
        wake = commands.RequestWakeup(self.flow.metadata[_INSPECT].gather)
        gathered = self.flow.metadata[_GATHERED] = Gathering(wake)
        yield wake
    gathered(event.data)
    if not gathered.room:
        yield from _look_at(self, gathered)


def _look_at(self: Any, gathered: Gathering) -> layer.CommandGenerator[None]:
    del self.flow.metadata[_GATHERED]
    if _streams(self):
        yield from _looked(self, b"".join(gathered.chunks))


def _looked(self: Any, chunk: bytes | None) -> layer.CommandGenerator[None]:
    metadata, inspector = self.flow.metadata, self.flow.metadata[_INSPECT]
    metadata[_CHUNK] = chunk
    yield AnswerChunkHook(self.flow)
    left = metadata.pop(_LEFT, b"")
    if (yield from self.check_killed(False)):
        return
    if left:
        yield SendHttp(ResponseData(self.stream_id, left), self.context.client)
    if chunk == b"":
        yield from self.send_response(already_streamed=True)
    elif inspector.over:
        yield from _end(self, already_streamed=True)
    elif inspector.restless and _WAITS not in metadata:
        metadata[_WAITS] = wake = commands.RequestWakeup(inspector.every)
        yield wake


def _end(self: Any, *, already_streamed: bool) -> layer.CommandGenerator[None]:
    """End the answer for the client, then tell the vendor that nobody waits for the rest."""
    server = self.context.server
    yield from self.send_response(already_streamed=already_streamed)
    yield SendHttp(RequestProtocolError(self.stream_id, "answer ended", ErrorCode.CANCEL), server)

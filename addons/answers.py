"""What the gate does to the heads of requests and answers so that values can be put back, and to the answer's bytes."""

from collections.abc import Callable

from mitmproxy import http

from proxy.catalogue.confirmation import LONGEST
from proxy.judging.answerer import Answerer
from proxy.judging.answers.editor import GATHER, PAUSE
from proxy.judging.judge import Ruling
from proxy.restore.chunks import CONTENT_TYPE, Chunks
from proxy.restore.restorer import Lookup, Restorer, Values

_DIGESTS = ("content-digest", "repr-digest", "digest", "content-md5", "etag")
_NO_BODY = (204, 304)

_OFFERS = ("accept-encoding", "connect-accept-encoding")

Stream = Callable[[bytes], bytes | list[bytes]]


def ask_uncoded(request: http.Request) -> None:
    """Ask for an answer without a content coding, unless the header is signed (AWS Signature Version 4).

    Connect compresses each message of a stream (https://connectrpc.com/docs/protocol): so do not its own codings.
    """
    if not request.headers.get("authorization", "").startswith("AWS4-"):
        for name in _OFFERS:
            if name in request.headers:
                request.headers[name] = "identity"


def restorer(flow: http.HTTPFlow, lookup: Lookup | None) -> Restorer | None:
    """Return what puts values back into the answer of `flow`, and make its head fit; None where nothing is to be done.

    The answer leaves without coding, and without the length and the digests that it had.
    """
    response = flow.response
    if lookup is None or response is None or not has_body(flow):
        return None
    headers = response.headers
    made = Restorer(Values(lookup), headers.get("content-type", ""), headers.get("content-encoding", ""))
    if not made.rewrites:
        return None
    make_streamed(flow)
    return made


def from_chunks(flow: http.HTTPFlow, ruling: Ruling) -> Chunks | None:
    """Return what turns the answer into its vendor's events, and make its head fit; None where it stays as it is."""
    to, response = ruling.changes.to, flow.response
    if to is None or not to.chunks or response is None:
        return None
    if not response.headers.get("content-type", "").lower().startswith(CONTENT_TYPE):
        return None
    make_streamed(flow)
    response.headers["content-type"] = "text/event-stream; charset=utf-8"
    return Chunks()


def watched(stream: Stream | None, head: bytearray) -> Stream:
    """Return the same function, which puts the first bytes of what comes into `head`."""

    def watching(chunk: bytes) -> bytes | list[bytes]:
        head.extend(chunk[: max(LONGEST - len(head), 0)])
        return stream(chunk) if stream else chunk

    return watching


def then(first: Stream | None, chunks: Chunks) -> Stream:
    """Return the function that mitmproxy calls with each chunk, where `chunks` looks at what `first` leaves."""

    def stream(chunk: bytes) -> bytes | list[bytes]:
        left = first(chunk) if first else chunk
        data = b"".join(left) if isinstance(left, list) else left
        out = chunks.feed(data) if data else b""
        return (out + (b"" if chunk else chunks.flush())) or []

    return stream


def has_body(flow: http.HTTPFlow) -> bool:
    """Tell whether the answer can have a body (RFC 9110, 6.4.1)."""
    response = flow.response
    if response is None or flow.request.method == "HEAD" or response.headers.get("content-length") == "0":
        return False
    return response.status_code not in _NO_BODY


def make_streamed(flow: http.HTTPFlow) -> None:
    """Make the answer's head fit a body whose length is not known yet, without coding and digests."""
    if flow.response is None:
        return
    for name in ("content-encoding", "content-length", *_DIGESTS):
        flow.response.headers.pop(name, None)
    if flow.request.is_http11:
        flow.response.headers["transfer-encoding"] = "chunked"


def streamed(made: Restorer) -> Stream:
    """Return the function that mitmproxy calls with each chunk, and with nothing at the end.

    An empty chunk would be the end of a body in HTTP/1.1 (RFC 9112, 7.1): what is held back is no chunk at all.
    """

    def stream(chunk: bytes) -> bytes | list[bytes]:
        data = made.feed(chunk) if chunk else made.flush()
        return data or []

    return stream


class Inspected:
    """An answer that rules are about, as the engine feeds it; `came` is told the size of each chunk."""

    every = PAUSE - GATHER
    gather = GATHER

    def __init__(self, answerer: Answerer, came: Callable[[int], None], chunks: Chunks | None = None) -> None:
        self._answerer = answerer
        self._came = came
        self._chunks = chunks

    @property
    def over(self) -> bool:
        """Tell whether nothing more of the vendor's leaves."""
        return self._answerer.over

    @property
    def restless(self) -> bool:
        """Tell whether `pause` could let something go."""
        return self._answerer.restless

    async def feed(self, data: bytes) -> bytes:
        """Return what leaves after a chunk. Raises CodingError, OSError where the record cannot be written."""
        self._came(len(data))
        return self._turned(await self._answerer.feed(data))

    async def flush(self) -> bytes:
        """Return what leaves at the end. Raises as `feed` does."""
        self._came(0)
        left = self._turned(await self._answerer.flush())
        return left + (self._chunks.flush() if self._chunks else b"")

    def pause(self) -> bytes:
        """Return what leaves although nothing comes."""
        return self._turned(self._answerer.pause(self.every))

    def _turned(self, data: bytes) -> bytes:
        return self._chunks.feed(data) if self._chunks and data else data

"""mitmproxy flows to exchanges and back: the only translator between the engine's types and ours."""

import base64
import hashlib

from mitmproxy import http

from proxy.exchange import Exchange
from proxy.judging.forwarding import Changes
from proxy.refusals.refusal import Answer

_DIGESTS = ("content-digest", "repr-digest", "digest", "content-md5")


def host_of(request: http.Request) -> str:
    """Return the host that the connection goes to, in lower case, without the trailing dot."""
    return request.host.lower().rstrip(".")


def to_exchange(flow: http.HTTPFlow) -> Exchange:
    """Return the request as the core sees it; the body is what stood on the wire, still encoded."""
    request = flow.request
    return Exchange(
        method=request.method.upper(),
        scheme=request.scheme,
        host=host_of(request),
        port=request.port,
        path=request.path,
        headers=tuple((_text(name).lower(), _text(value)) for name, value in request.headers.fields),
        body=request.raw_content or b"",
        http_version=request.http_version,
    )


def message_exchange(flow: http.HTTPFlow, content: bytes, *, text: bool) -> Exchange:
    """Return one client message of a WebSocket as an exchange of its own."""
    request = flow.request
    kind = "text/plain; charset=utf-8" if text else "application/octet-stream"
    return Exchange(
        method="GET",
        scheme="wss",
        host=host_of(request),
        port=request.port,
        path=request.path.partition("?")[0],
        headers=(("content-type", kind),),
        body=content,
        transport="websocket",
    )


def put_body(flow: http.HTTPFlow, body: bytes) -> None:
    """Replace the request's body: identity coding, right length, digests made anew (RFC 9530) or left out."""
    headers = flow.request.headers
    flow.request.raw_content = body
    for name in ("content-encoding", *_DIGESTS):
        if name in headers:
            del headers[name]
            if name in ("content-digest", "repr-digest"):
                headers[name] = f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode()}:"
    if "transfer-encoding" not in headers or "content-length" in headers:
        headers["content-length"] = str(len(body))


def amend(flow: http.HTTPFlow, changes: Changes) -> None:
    """Make the changes to a request's head: headers, path, destination."""
    request = flow.request
    given = [(_text(name), _text(value)) for name, value in request.headers.fields]
    request.headers = http.Headers([(_bytes(name), _bytes(value)) for name, value in changes.headers(given)])
    if changes.path is not None:
        request.path = changes.path
    if changes.to is not None:
        request.scheme, request.port = changes.to.scheme, changes.to.port
        request.host = changes.to.host  # the Host header and :authority follow


def to_response(answer: Answer) -> http.Response:
    """Return our own answer as mitmproxy's response."""
    return http.Response.make(
        answer.status, answer.body, http.Headers([(n.encode(), v.encode()) for n, v in answer.headers])
    )


def _bytes(value: str) -> bytes:
    return value.encode("utf-8", "surrogateescape")


def _text(value: bytes) -> str:
    return value.decode("utf-8", "surrogateescape")

"""A raw HTTP/1.1 request, or our JSON form of one, in; an exchange out."""

import json
from urllib.parse import urlsplit

import h11

from proxy.exchange import Exchange


class RequestError(Exception):
    """Bytes that are not a request: what is wrong, and a hint."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


def parse(data: bytes) -> Exchange:
    """Return the request in `data` (RFC 9112), in origin or absolute form. Raises RequestError.

    Lines of the head may end in LF alone and a missing Content-Length is filled in, so that a request written by hand
    or cut out of a log is good enough.
    """
    head, body = _split(data)
    lines = head.split(b"\r\n")
    names = {line.partition(b":")[0].strip().lower() for line in lines[1:]}
    if body and not names & {b"content-length", b"transfer-encoding"}:
        lines.append(b"content-length: %d" % len(body))
    connection = h11.Connection(h11.SERVER, max_incomplete_event_size=1 << 20)
    connection.receive_data(b"\r\n".join(lines) + b"\r\n\r\n" + body)
    try:
        request = connection.next_event()
        content = _body(connection)
    except h11.RemoteProtocolError as error:
        raise RequestError(f"this is not an HTTP/1.1 request: {error}", "see hushgate explain --help") from None
    if not isinstance(request, h11.Request):
        raise RequestError("the request head is not complete", "end it with an empty line")
    target = urlsplit(request.target.decode("latin-1"))
    headers = tuple(
        (name.decode("latin-1"), value.decode("utf-8", "surrogateescape")) for name, value in request.headers
    )
    named = urlsplit("//" + next((value for name, value in headers if name == "host"), ""))
    host = (target.hostname or named.hostname or "").lower()
    if not host:
        raise RequestError("the request names no host", "add a Host header")
    scheme = target.scheme or "https"
    path = (target.path or "/") + (f"?{target.query}" if target.query else "")
    port = target.port or named.port or (80 if scheme == "http" else 443)
    return Exchange(request.method.decode().upper(), scheme, host, port, path, headers, content)


def from_json(text: str) -> Exchange:
    """Return the exchange in `text`: method, url, headers, and body (text) or json. Raises RequestError."""
    try:
        value = json.loads(text)
        url = urlsplit(value["url"])
        body = json.dumps(value["json"]).encode() if "json" in value else str(value.get("body", "")).encode()
        headers = {str(name).lower(): str(item) for name, item in dict(value.get("headers", {})).items()}
    except (ValueError, KeyError, TypeError, AttributeError):
        raise RequestError(
            "this is not an exchange", 'write {"method": "POST", "url": "https://…", "headers": {…}, "json": {…}}'
        ) from None
    if not url.hostname:
        raise RequestError("the url names no host", "write the whole URL: https://api.openai.com/v1/…")
    if "json" in value:
        headers.setdefault("content-type", "application/json")
    path = (url.path or "/") + (f"?{url.query}" if url.query else "")
    port = url.port or (80 if url.scheme == "http" else 443)
    method = str(value.get("method", "POST")).upper()
    return Exchange(method, url.scheme or "https", url.hostname, port, path, tuple(headers.items()), body)


def _split(data: bytes) -> tuple[bytes, bytes]:
    crlf, lf = data.find(b"\r\n\r\n"), data.find(b"\n\n")
    if crlf >= 0 and (lf < 0 or crlf < lf):
        return data[:crlf], data[crlf + 4 :]
    if lf < 0:
        return data.rstrip(b"\r\n").replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"), b""
    return data[:lf].replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"), data[lf + 2 :]


def _body(connection: h11.Connection) -> bytes:
    body = bytearray()
    while True:
        event = connection.next_event()
        if isinstance(event, h11.Data):
            body += event.data
        elif isinstance(event, h11.EndOfMessage):
            return bytes(body)
        else:
            raise RequestError("the request body is not complete", "check Content-Length")

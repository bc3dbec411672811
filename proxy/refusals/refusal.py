"""An error shape, a message and a reference in, an answer of our own out, in the form the client understands.

Rules
1. A decision is 400 in the vendor's shape, with `x-should-retry: false`; the exceptions stand in error_shapes.yaml.
2. A browser that navigates gets a page; a chat application that waits for the assistant gets a message in its own
   stream (chat_answers.yaml), status 200; a script in a page, an SDK and a tool get the vendor's shape.
3. Nothing that came with the request is repeated in an answer, but for the host in a page, JSON-RPC ids and the Origin.
4. The message is text: it is escaped for where it stands, and never makes a header.
5. `code` is `hushgate_blocked` for a decision, `hushgate_overloaded` for want of room and `hushgate_unanswered` where
   the vendor gave no answer, wherever there is a code.
"""

import html
import json
import re
import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from proxy.catalogue.error_shapes import Shape, shapes
from proxy.door.notice import NOTICES
from proxy.door.peer import Challenge
from proxy.exchange import Exchange
from proxy.refusals.chat_answers import chat_answers

BLOCKED = "hushgate_blocked"
OVERLOADED = "hushgate_overloaded"
BUSY = "The proxy is busy and did not send this request. Please try again in a moment."
UNANSWERED = "The proxy got no answer from this service. Please try again in a moment."
BROKEN = "The proxy failed while it looked at this request, so it was not sent. Please try again or tell your IT team."
RETRY_AFTER = 2  # seconds
_UPLOAD = "x-goog-upload-status"
_REASON_BYTES = 123  # RFC 6455 5.5: a control frame holds 125 bytes, two of them are the code
_PAGE = Path(__file__).parent / "pages" / "blocked.html"
_PLACEHOLDER = re.compile(r"\{(message|ref|code|status|kind|rpc_id|invocation)\}")
_ORIGIN = re.compile(r"https?://[A-Za-z0-9.-]+(?::[0-9]{1,5})?")
_NO_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_RPC_BYTES = 1 << 20  # a longer body is answered without its ids

RpcId = str | int | None


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer of our own. `content-length` is among the headers; header names are in lower case."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes = field(repr=False)

    def header(self, name: str) -> str:
        """Return one header; empty when it is absent."""
        return next((value for key, value in self.headers if key == name), "")


@dataclass(frozen=True, slots=True)
class Asked:
    """What of a request shapes the answer to it."""

    method: str = "POST"
    host: str = ""
    accept: str = ""
    mode: str = ""  # Sec-Fetch-Mode
    origin: str = ""
    rpc_ids: tuple[RpcId, ...] = ()
    rpc_batch: bool = False
    invocation: str = "0"  # SignalR's
    resumable: bool = False  # a step of Google's resumable uploads: a client repeats it until it is told the state
    path: str = field(default="", repr=False)

    @classmethod
    def of(cls, exchange: Exchange) -> "Asked":
        """Return what shapes the answer to `exchange`. Raises nothing, whatever its body is."""
        body = _json(exchange)
        calls = body if isinstance(body, list) else [body]
        return cls(
            method=exchange.method,
            host=exchange.host,
            path=exchange.path,
            accept=exchange.header("accept").lower(),
            mode=exchange.header("sec-fetch-mode").lower(),
            origin=exchange.header("origin"),
            rpc_ids=tuple(call["id"] for call in calls if _is_call(call)),
            rpc_batch=isinstance(body, list),
            invocation=_invocation(exchange),
            resumable=bool(exchange.header("x-goog-upload-command")),
        )

    @property
    def navigates(self) -> bool:
        """Tell whether a person waits for a page: a browser's navigation, or a GET for HTML from an older one."""
        if "text/html" not in self.accept:
            return False
        return self.mode == "navigate" if self.mode else self.method == "GET"


def refuse(shape: str, message: str, ref: str, asked: Asked | None = None, said: str = "blocked") -> Answer:
    """Return the answer to a request that is not sent. `ref` is the event id. An unknown shape gives `none`.

    `said` begins the header `x-hushgate`: `blocked`, or `coach` where the user may answer.
    """
    asked = asked or Asked()
    headers = [("x-should-retry", "false"), ("x-hushgate", f"{_token(said)}; ref={_token(ref)}")]
    headers += [(_UPLOAD, "final")] if asked.resumable else []
    if asked.navigates:
        return _page(message, ref, asked, headers)
    chat = chat_answers().get(shape)
    if chat is not None and chat.suits(asked.method, asked.path, asked.accept):
        body = chat.encode(_filled(list(chat.events), {"message": message, "ref": ref}))
        return Answer(200, (*_common(chat.type, body), *headers, *_cors(asked)), body)
    chosen = _shape(shape)
    values = {"message": message, "ref": ref, "code": BLOCKED, "kind": chosen.kinds[0]}
    status = chosen.status
    if "{rpc_id}" in str(chosen.body):
        if not asked.rpc_ids:
            status = 400  # nothing waits for an id: a notification, or a body that could not be read
        return _answer(chosen, status, _rpc(chosen, values, status, asked), values, asked, headers)
    return _answer(chosen, status, _filled(chosen.body, {**values, "status": status}), values, asked, headers)


def overload(shape: str, ref: str, asked: Asked | None = None) -> Answer:
    """Return the answer for want of room: 503 with Retry-After (RFC 9110 10.2.3), which says nothing of any policy."""
    asked = asked or Asked()
    chosen = _shape(shape)
    values = {"message": BUSY, "ref": ref, "code": OVERLOADED, "kind": chosen.kinds[1]}
    headers = [("retry-after", str(RETRY_AFTER)), ("x-hushgate", f"overloaded; ref={_token(ref)}")]
    body = _rpc(chosen, values, 503, asked) if "{rpc_id}" in str(chosen.body) else None
    return _answer(chosen, 503, body or _filled(chosen.body, {**values, "status": 503}), values, asked, headers)


def unanswered(shape: str, asked: Asked | None = None, *, late: bool = False) -> Answer:
    """Return the answer where the vendor gave none: 502, or 504 where it was `late` (RFC 9110 15.6). SDKs try again."""
    asked = asked or Asked()
    chosen = _shape(shape)
    status = 504 if late else 502
    values = {"message": UNANSWERED, "ref": "none", "code": "hushgate_unanswered", "kind": chosen.kinds[1]}
    body = _rpc(chosen, values, status, asked) if "{rpc_id}" in str(chosen.body) else None
    headers = [("x-hushgate", "unanswered")]
    return _answer(chosen, status, body or _filled(chosen.body, {**values, "status": status}), values, asked, headers)


def misdirected() -> Answer:
    """Return 421 (RFC 9110 15.5.20): SNI or Host name another host than the CONNECT did."""
    message = "This connection was opened for another host. Connect to the host that is meant."
    headers = [("x-should-retry", "false"), ("x-hushgate", "misdirected")]
    return _answer(_shape("none"), 421, {"error": message}, {}, Asked(), headers)


def challenge(asked: Challenge) -> Answer:
    """Return the answer where the sender has to say who it is, as the front door gives it."""
    notice = NOTICES[asked.reason]
    text = f"hushgate: error: {notice.error}\nhushgate: hint: {notice.hint}\n".encode()
    own = (("x-should-retry", "false"), ("x-hushgate", f"refused; reason={asked.reason}"))
    return Answer(notice.status, (*_common("text/plain", text), *own, *asked.headers), text)


def elsewhere(link: str, ref: str) -> Answer:
    """Return the answer that takes a browser to a page of ours (RFC 9110 15.4.4)."""
    own = (("location", link), ("x-hushgate", f"coach; ref={_token(ref)}"))
    return Answer(303, (*_common("text/plain", b""), *own), b"")


def broken() -> Answer:
    """Return the answer where even the shape is not known, because a hook of ours failed."""
    headers = [("x-should-retry", "false"), ("x-hushgate", "blocked; ref=none")]
    return _answer(_shape("none"), 400, {"error": BROKEN}, {}, Asked(), headers)


def refuse_message(shape: str, message: str, ref: str, asked: Asked | None = None) -> bytes | None:
    """Return the text of a WebSocket message that says so in-band; None where the socket has to be closed instead."""
    chosen = _shape(shape)
    if not chosen.frames:
        return None
    invocation = (asked or Asked()).invocation
    values = {"message": message, "ref": ref, "code": BLOCKED, "invocation": invocation}
    return "".join(_dumped(_filled(frame, values)) + chosen.ends for frame in chosen.frames).encode()


def refuse_close(shape: str, message: str) -> tuple[int, str]:
    """Return the code and the reason to close a WebSocket with; a reason has at most 123 bytes of UTF-8."""
    reason = message.encode("utf-8", "replace")[:_REASON_BYTES].decode("utf-8", "ignore")
    return _shape(shape).close or 1008, reason


def _answer(
    shape: Shape,
    status: int,
    body: Any,
    values: Mapping[str, str],
    asked: Asked,
    headers: Sequence[tuple[str, str]],
) -> Answer:
    text = _text(shape, body)
    data = b"" if asked.method == "HEAD" else text.encode("utf-8", "replace")
    own = [(name, _token(_filled(value, values))) for name, value in shape.headers]
    return Answer(status, (*_common(shape.type, data), *headers, *own, *_cors(asked)), data)


def _text(shape: Shape, body: Any) -> str:
    return body if isinstance(body, str) and shape.type != "application/json" else _dumped(body)


def _page(message: str, ref: str, asked: Asked, headers: Sequence[tuple[str, str]]) -> Answer:
    values = {"message": message, "ref": ref, "host": asked.host or "the service"}
    page = _template().substitute({name: html.escape(value) for name, value in values.items()})
    data = page.encode("utf-8", "replace")
    policy = (
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    return Answer(400, (*_common("text/html", data), ("content-security-policy", policy), *headers), data)


@cache
def _template() -> string.Template:
    return string.Template(_PAGE.read_text(encoding="utf-8"))


def _common(kind: str, body: bytes) -> tuple[tuple[str, str], ...]:
    return (
        ("content-type", kind if kind == "application/json" else f"{kind}; charset=utf-8"),
        ("content-length", str(len(body))),
        ("cache-control", "no-store"),
        ("x-content-type-options", "nosniff"),
    )


def _cors(asked: Asked) -> tuple[tuple[str, str], ...]:
    """Return what lets a script of another origin read the refusal (Fetch standard, CORS): it holds nothing secret."""
    if not _ORIGIN.fullmatch(asked.origin):
        return ()
    return (
        ("access-control-allow-origin", asked.origin),
        ("access-control-allow-credentials", "true"),
        ("access-control-expose-headers", f"x-hushgate, x-should-retry, {_UPLOAD}"),
        ("vary", "origin"),
    )


def _shape(name: str) -> Shape:
    table = shapes()
    return table.get(name) or table["none"]


def _rpc(shape: Shape, values: Mapping[str, str], status: int, asked: Asked) -> Any:
    """Return a JSON-RPC 2.0 error (section 5) for each id that waits, or one with the id null."""
    answers = [_filled(shape.body, {**values, "status": status, "rpc_id": id_}) for id_ in asked.rpc_ids or (None,)]
    return answers if asked.rpc_batch and asked.rpc_ids else answers[0]


def _filled(template: Any, values: Mapping[str, Any]) -> Any:
    """Return a template with its placeholders filled; one that is a whole text keeps the value's type."""
    if isinstance(template, dict):
        return {key: _filled(value, values) for key, value in template.items()}
    if isinstance(template, list):
        return [_filled(value, values) for value in template]
    if not isinstance(template, str):
        return template
    whole = _PLACEHOLDER.fullmatch(template)
    if whole:
        return values.get(whole[1], "")
    xml = template.startswith("<?xml")
    return _PLACEHOLDER.sub(lambda m: _xml(values.get(m[1], "")) if xml else str(values.get(m[1], "")), template)


def _xml(value: object) -> str:
    return html.escape(_NO_XML.sub("\ufffd", str(value)))


def _dumped(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=True)


def _token(text: object) -> str:
    """Return `text` as it may stand in a header: letters, digits and `._:-`, at most 200 of them."""
    return re.sub(r"[^A-Za-z0-9._:-]", "", str(text))[:200] or "none"


def _json(exchange: Exchange) -> Any:
    if not exchange.body or len(exchange.body) > _RPC_BYTES or b'"jsonrpc"' not in exchange.body:
        return None
    try:
        return json.loads(exchange.body)
    except (ValueError, RecursionError):
        return None


def _is_call(value: Any) -> bool:
    """Tell whether a JSON value is a JSON-RPC request that waits for an answer: a notification has no id."""
    if not isinstance(value, dict) or "method" not in value:
        return False
    id_ = value.get("id")
    return isinstance(id_, (str, int)) and not isinstance(id_, bool)


def _invocation(exchange: Exchange) -> str:
    if exchange.transport != "websocket":
        return "0"
    found = re.search(rb'"invocationId"\s*:\s*"([A-Za-z0-9-]{1,64})"', exchange.body[:_RPC_BYTES])
    return found[1].decode() if found else "0"

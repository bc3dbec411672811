"""A reason why a connection was turned away in, the short plain-text HTTP answer that says so out."""

from dataclasses import dataclass
from http import HTTPStatus


@dataclass(frozen=True, slots=True)
class Notice:
    """Status, what is wrong, and what to do about it."""

    status: int
    error: str
    hint: str


_DESTINATION = "ask whoever runs this proxy to allow it, if it is meant to be reached"

NOTICES: dict[str, Notice] = {
    # the request
    "malformed": Notice(400, "this is not a well-formed proxy request", "send CONNECT host:port or an absolute URL"),
    "not_proxied": Notice(
        400, "this is a proxy and not a web site", "set HTTPS_PROXY and HTTP_PROXY to this address and ask for the site"
    ),
    "scheme": Notice(501, "only http URLs are forwarded", "use CONNECT for https"),
    "upgrade": Notice(501, "this change of protocol is not forwarded", "only websocket is; or use https"),
    "head_timeout": Notice(408, "the request head took too long", "send the whole head at once"),
    "body_timeout": Notice(408, "the request body took too long", "send it without long pauses"),
    "head_too_large": Notice(431, "the request head is too large", "send fewer or shorter headers"),
    # the client
    "client": Notice(403, "this client may not use the proxy", "ask for its network to be added to the client list"),
    "identity": Notice(407, "the proxy needs to know who you are", "give a user name and password in the proxy URL"),
    "identity_none": Notice(403, "the proxy cannot tell who you are", "use a device or a network that it knows"),
    "identity_wrong": Notice(407, "the proxy does not know this user and password", "check both, or sign in again"),
    "identity_limit": Notice(429, "too many wrong passwords came from here", "wait a minute, then try once more"),
    "busy": Notice(503, "the proxy has too many connections", "try again in a moment"),
    "client_busy": Notice(503, "this client has too many connections", "close some, or try again in a moment"),
    "policy": Notice(403, "the policy refuses connections to this host", "ask the owner of the policy"),
    # the destination
    "port": Notice(403, "this port is not open through the proxy", "443 and 8443 are, unless configured otherwise"),
    "spelling": Notice(403, "an address in this spelling is not accepted", "write a name or a plain address"),
    "hidden_name": Notice(403, "this host only hides the names of others", "connect to the host that is meant"),
    "own_listener": Notice(403, "the destination is the proxy itself", "take it out of the proxied hosts (NO_PROXY)"),
    "loopback": Notice(403, "the destination is a loopback address", "take it out of the proxied hosts (NO_PROXY)"),
    "link_local": Notice(403, "the destination is a link-local address", _DESTINATION),
    "metadata": Notice(403, "the destination is a cloud metadata service", "reach it without the proxy (NO_PROXY)"),
    "multicast": Notice(403, "the destination is a multicast address", _DESTINATION),
    "unspecified": Notice(403, "the destination is an unspecified address", "name the host that is meant"),
    "private": Notice(403, "the destination is in a private network", _DESTINATION),
    "reserved": Notice(403, "the destination is a reserved address", _DESTINATION),
    "unresolved": Notice(502, "the host name has no address", "check its spelling"),
    "unreachable": Notice(502, "the host does not accept connections", "check that it is up"),
    "bad_answer": Notice(502, "the host's answer could not be read", "check what listens there"),
    "timeout": Notice(504, "the host did not answer in time", "try again later"),
    # inside a tunnel, where no HTTP answer can be given
    "sni_mismatch": Notice(421, "the TLS server name is not the CONNECT host", "connect to the host that is meant"),
    "bad_hello": Notice(400, "the TLS ClientHello could not be read", "use an unmodified TLS library"),
    "hello_timeout": Notice(408, "nothing readable was sent in the tunnel", "send a TLS ClientHello"),
    "tunnelled_http": Notice(421, "plain HTTP to this host was sent in a tunnel", "send it without CONNECT"),
    "not_tls": Notice(403, "only TLS may be tunnelled", _DESTINATION),
    # ourselves
    "error": Notice(502, "the proxy failed", "try again; the log of the proxy says more"),
}
"""Every reason. 403 and below are settled: asking again changes nothing."""

CONNECTED = b"HTTP/1.1 200 Connection established\r\n\r\n"
UNRECOGNIZED_NAME = b"\x15\x03\x03\x00\x02\x02\x70"
"""A fatal TLS alert 112 (RFC 6066 3), unencrypted as it is before the ServerHello."""


def render(reason: str, headers: tuple[tuple[str, str], ...] = ()) -> bytes:
    """Return the whole answer to `reason`, which closes the connection, with additional `headers`."""
    notice = NOTICES[reason]
    body = f"hushgate: error: {notice.error}\nhushgate: hint: {notice.hint}\n".encode()
    retry = (("Retry-After", "5"),) if notice.status == 503 else (("X-Should-Retry", "false"),)
    lines = [f"HTTP/1.1 {notice.status} {HTTPStatus(notice.status).phrase}"]
    for name, value in (
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Content-Length", str(len(body))),
        ("Cache-Control", "no-store"),
        ("X-Hushgate", f"refused; reason={reason}"),
        *retry,
        *headers,
        ("Connection", "close"),
    ):
        lines.append(f"{name}: {value}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body

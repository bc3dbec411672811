"""The first bytes that a client sends in a tunnel in, whether to relay it out.

- TLS: the server name must be the CONNECT host or absent. A tunnel to a bare address may carry any name but that of a
  host that is inspected. A ClientHello that could be read in two ways is refused.
- Plain HTTP: its Host must be the CONNECT host and none that is inspected; HTTP/2 without TLS is refused, since its
  authority cannot be read without keeping state. Only the first request is read.
- Anything else (SSH on port 443) is relayed or refused by configuration. A protocol in which the server speaks first
  is not relayed: waiting for it would give a client the means to hide its ClientHello.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from proxy.door.access import literal
from proxy.door.clienthello import Broken, Hello, HelloReader, Incomplete
from proxy.door.requesthead import Malformed, read_authority

_REQUEST_LINE = re.compile(rb"\S+\s+(\S+)\s+HTTP/[0-9].*")
_HEAD_END = re.compile(rb"\n\r?\n")
_BARE_CR = re.compile(rb"\r(?!\n)")
_TEXT_LIMIT = 16 * 1024
_HOST = re.compile(rb"(?im)^host[ \t]*:[ \t]*(.*?)[ \t]*\r?$")
_HTTP2 = b"PRI * HTTP/2.0\r\n"


@dataclass(frozen=True, slots=True)
class Wait:
    """More bytes are needed."""


@dataclass(frozen=True, slots=True)
class Relay:
    """The tunnel may be relayed. `protocol` is `tls`, `http` or `other`."""

    protocol: str


@dataclass(frozen=True, slots=True)
class Refuse:
    """The tunnel is to be closed, after a TLS alert where `alert`. `reason` is a key of `proxy.door.notice.NOTICES`."""

    reason: str
    sni: str = ""
    alert: bool = False


class Opening:
    """Judges one tunnel to `host`; `intercepts` says of a host name whether its traffic is inspected."""

    def __init__(self, host: str, intercepts: Callable[[str], bool], *, relay_other: bool = True) -> None:
        self._host = host
        self._intercepts = intercepts
        self._relay_other = relay_other
        self._hello: HelloReader | None = HelloReader()
        self._text = bytearray()

    def feed(self, data: bytes) -> Wait | Relay | Refuse:
        """Take the next bytes and return what is known by now."""
        if self._hello is None:
            return self._read_text(data)
        reading = self._hello.feed(data)
        if isinstance(reading, Incomplete):
            self._text += data[: 2 - len(self._text)]  # two bytes decide whether it is TLS
            return Wait()
        if isinstance(reading, Hello):
            return self._judge_hello(reading)
        if isinstance(reading, Broken):
            return Refuse("bad_hello", alert=True)
        self._hello = None
        return self._read_text(data)

    def _judge_hello(self, hello: Hello) -> Relay | Refuse:
        if hello.sni is None or self._fits(hello.sni):
            return Relay("tls")
        return Refuse("sni_mismatch", hello.sni, alert=True)

    def _read_text(self, data: bytes) -> Wait | Relay | Refuse:
        self._text += data
        text = bytes(self._text).lstrip(b"\r\n")
        if text.startswith(_HTTP2):
            return Refuse("tunnelled_http")
        line, newline, _ = text.partition(b"\n")
        if (newline and not _REQUEST_LINE.fullmatch(line)) or not line.isascii() or b"\x00" in line:
            return self._other()
        end = _HEAD_END.search(text)
        if end:
            return self._judge_request(text[: end.end()])
        return Refuse("tunnelled_http") if len(self._text) > _TEXT_LIMIT else Wait()

    def _judge_request(self, head: bytes) -> Relay | Refuse:
        names: list[bytes] = _HOST.findall(head)
        target = head.split()[1]
        if b"://" in target:
            names.append(re.split(rb"[/?#]", target.partition(b"://")[2])[0])
        if _BARE_CR.search(head):
            return Refuse("tunnelled_http")
        for name in names:
            try:
                host, _ = read_authority(name.decode("latin-1"), 80)
            except Malformed:
                return Refuse("tunnelled_http")
            if not self._fits(host):
                return Refuse("tunnelled_http", host)
        return Relay("http") if self._relay_other else Refuse("not_tls")

    def _fits(self, name: str) -> bool:
        return name == self._host or (literal(self._host) is not None and not self._intercepts(name))

    def _other(self) -> Relay | Refuse:
        return Relay("other") if self._relay_other else Refuse("not_tls")

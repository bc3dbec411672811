"""What the front door tells whoever counts and records: passages opened and closed, connections turned away."""

from dataclasses import dataclass
from typing import Protocol

from proxy.exchange import Client


@dataclass(frozen=True, slots=True)
class Passage:
    """One connection that was let through, when it has ended.

    `kind`: `tunnel` (relayed unread), `http` (forwarded), `intercepted` (handed to the inspecting engine, which counts
    its own bytes). `protocol`: what was seen in a tunnel: `tls`, `http` or `other`. `up` and `down` are bytes from and
    to the client. `outcome`: `closed`, `idle`, `aborted`, `drained`, or a key of `proxy.door.notice.NOTICES`.
    `host` may stand in the audit log; it is no metric label.
    """

    client: Client
    kind: str
    host: str
    port: int
    protocol: str = ""
    up: int = 0
    down: int = 0
    outcome: str = "closed"
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Refusal:
    """One connection that was turned away. `reason` is a key of `proxy.door.notice.NOTICES`, good for a metric label.

    `host`, `port` and `sni` are empty where they are not known; they may stand in the audit log, never in a label.
    """

    client: Client
    reason: str
    status: int
    host: str = ""
    port: int = 0
    sni: str = ""


class Observer(Protocol):
    """Told on the event loop: must neither block nor raise."""

    def opened(self, client: Client, kind: str, host: str, port: int) -> None:
        """Take note that a passage has begun."""

    def closed(self, passage: Passage) -> None:
        """Take note that a passage has ended."""

    def refused(self, refusal: Refusal) -> None:
        """Take note that a connection was turned away."""

    def failed(self, kind: str) -> None:
        """Take note of a fault of ours; `kind` is the exception's class."""


class Silence:
    """An observer that takes no notes."""

    def opened(self, client: Client, kind: str, host: str, port: int) -> None:
        """Take no note."""

    def closed(self, passage: Passage) -> None:
        """Take no note."""

    def refused(self, refusal: Refusal) -> None:
        """Take no note."""

    def failed(self, kind: str) -> None:
        """Take no note."""

"""What the front door sees, counted and written down: tunnels, refused destinations, clients turned away."""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Sequence

from proxy.audit import record as audit_record
from proxy.audit.heading import Record
from proxy.catalogue.assembly import UNKNOWN
from proxy.door.observer import Passage, Refusal
from proxy.exchange import Client
from proxy.judging.judge import Trail
from proxy.judging.quiet import Quiet
from proxy.judging.tally import Tally
from proxy.judging.traffic import Traffic

logger = logging.getLogger("hushgate.door")
_AUDITED = frozenset({"sni_mismatch", "tunnelled_http", "policy", "loopback", "metadata", "own_listener", "link_local",
                      "private", "client", "hidden_name", "not_tls", "identity_wrong", "identity_limit"})  # fmt: skip
"""Refusals that are worth an audit record: somebody tried something, or a rule of the deployment bit."""


class Watch:
    """The front door's observer. Writes at most `limit` refusals a minute for each client; the rest is counted."""

    def __init__(
        self,
        trail: Trail,
        tally: Tally,
        limit: int = 60,
        *,
        traffic: Traffic | None = None,
        service: Callable[[str], str] = lambda host: "",  # noqa: ARG005
        categories: Callable[[str], Sequence[str]] = lambda host: (),  # noqa: ARG005
    ) -> None:
        """`service` names the AI service of a host, empty for any other; `categories` are those of its lists."""
        self._categories = categories
        self._quiet = Quiet()
        self._traffic = traffic or Traffic(trail)
        self._service = service
        self._passages = 0
        self._trail = trail
        self._tally = tally
        self._limit = limit
        self._minute = 0.0
        self._written: Counter[str] = Counter()
        self._tasks: set[asyncio.Task[None]] = set()

    def opened(self, client: Client, kind: str, host: str, port: int) -> None:  # noqa: ARG002
        """Tell of a host that a list of the deployment names; what ends is counted."""
        if kind != "intercepted":
            self._listed(client, host)

    def _listed(self, client: Client, host: str) -> None:
        categories = self._categories(host) if host else ()
        if not categories:
            return
        self._tally.discovered(UNKNOWN, "listed")
        if self._quiet.breaks("listed", host):
            self._write(audit_record.discovery(client, host, UNKNOWN, "listed", {"categories": list(categories)}))

    def closed(self, passage: Passage) -> None:
        """Count a tunnel or a forwarded exchange."""
        if passage.kind == "intercepted":
            self._tally.tunnel("inspected", 0, 0)
        else:
            outcome = "passed" if passage.outcome in ("closed", "idle", "drained") else "failed"
            self._tally.tunnel(outcome, passage.up, passage.down)
            self._unread(passage)

    def _unread(self, passage: Passage) -> None:
        """Write down what went to an AI service in a tunnel: the policy leaves it closed."""
        service = self._service(passage.host)
        if service and passage.kind == "tunnel":
            self._passages += 1
            up, down = passage.up, passage.down
            self._traffic.moved(passage.client, f"tunnel {self._passages}", service, passage.host,
                                up=up, down=down, uninspected={"policy": up + down})  # fmt: skip

    def refused(self, refusal: Refusal) -> None:
        """Count, and write down what an analyst wants to see."""
        self._tally.refused(refusal.reason)
        now = asyncio.get_running_loop().time()
        if now - self._minute > 60:
            self._minute, self._written = now, Counter()
        self._written[refusal.client.address] += 1
        if refusal.reason in _AUDITED and self._written[refusal.client.address] <= self._limit:
            self._write(
                audit_record.refused(
                    client=refusal.client, reason=refusal.reason, host=refusal.host, port=refusal.port, sni=refusal.sni
                )
            )
        if refusal.reason == "policy":
            self._listed(refusal.client, refusal.host)

    def failed(self, kind: str) -> None:
        """Log a fault of ours."""
        logger.error("front door failed: %s", kind)

    def _write(self, record: Record) -> None:
        task = asyncio.get_running_loop().create_task(self._kept(record))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _kept(self, record: Record) -> None:
        try:
            await self._trail.write(record, wait=False)
        except OSError:
            logger.error("the audit log cannot be written")

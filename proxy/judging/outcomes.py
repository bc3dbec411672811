"""How exchanges ended: written to the trail and counted, for the edges."""

import logging
from collections import Counter

from proxy.audit import record as audit_record
from proxy.exchange import Client, Ending
from proxy.judging.judge import Ruling, Trail
from proxy.judging.tally import Tally
from proxy.judging.traffic import Traffic

logger = logging.getLogger("hushgate.outcomes")


class Outcomes:
    """Takes what an edge saw at the end of an exchange. Raises nothing: the exchange is over."""

    def __init__(self, trail: Trail, tally: Tally, traffic: Traffic | None = None) -> None:
        self._trail = trail
        self._tally = tally
        self._traffic = traffic or Traffic(trail)

    def moved(self, ruling: Ruling | None, client: Client, connection: str, host: str, *, up: int = 0, down: int = 0,
              aborted: str = "") -> None:  # fmt: skip
        """Take note of bytes at an AI host that have no decision record of their own."""
        if aborted:
            self._tally.upstream_failed(aborted)
        judged = ruling.judged if ruling else None
        unread = Counter[str]()
        for each in judged.decoded.prompt.unread if judged else ():
            unread[each.reason] += each.bytes
        if up and ruling and not judged:
            unread["policy"] += up
        service = ruling.service if ruling else ""
        self._traffic.moved(client, connection, service, host, up=up, down=down, uninspected=unread)

    async def ended(self, event: str, service: str, ending: Ending) -> None:
        """Record the end of the forwarded exchange whose decision has the id `event`."""
        if ending.aborted:
            self._tally.upstream_failed(ending.aborted)
        await self._write(audit_record.outcome(event, service, ending))

    async def too_large(self, host: str, method: str) -> None:
        """Record a body that the engine itself cut off, before the judge saw it."""
        await self._write(audit_record.skipped(host=host, method=method, reason="too_large"))

    def backstop(self, host: str) -> None:  # noqa: ARG002 - hosts are no label
        """Count a body over the engine's backstop."""
        self._tally.uninspected("unknown-ai", "too_large")

    def unread(self, service: str, reason: str, size: int) -> None:
        """Count so many bytes of a request that pass unread after the policy let its beginning pass."""
        self._tally.unread(service, reason, size)

    def unlinked(self, size: int, client: Client, connection: str, host: str) -> None:
        """Count a request, of so many bytes, to an address that no answer announced: it passes unread."""
        self._traffic.moved(client, connection, "other", host, up=size, uninspected={"unlinked": size})
        self._tally.uninspected("other", "unlinked", size)

    def misdirected(self) -> None:
        """Count a request whose names disagree."""
        self._tally.refused("misdirected")

    def handshake_failed(self) -> None:
        """Count a TLS handshake that failed."""
        self._tally.handshake_failed()

    def upstream_failed(self, reason: str) -> None:
        """Count an upstream that failed."""
        self._tally.upstream_failed(reason)

    async def _write(self, record: dict[str, object]) -> None:
        try:
            await self._trail.write(record, wait=False)
        except OSError:
            logger.error("the audit log cannot be written")

"""The proxy's own host, as a worker serves it."""

from collections.abc import Callable, Sequence
from typing import Protocol

from detectors.base import Source
from detectors.scan import Report, Task
from proxy.coaching import coachpage
from proxy.coaching.coach import Question
from proxy.coaching.coachlink import CoachLink
from proxy.coaching.coachpage import Reply
from proxy.exchange import Client, Exchange
from proxy.judging.snapshot import Snapshot
from proxy.judging.tally import Tally
from proxy.refusals.refusal import Answer

_SECONDS = 5.0
_SURE = 0.5


class Scans(Protocol):
    """Something that runs scans."""

    async def scan(self, tasks: Sequence[Task], timeout_s: float) -> list[Report] | None:
        """Return one report a task, or None where there is no room."""


class OwnPages:
    """Answers requests to `host`."""

    def __init__(self, link: CoachLink, scans: Scans, snapshot: Callable[[], Snapshot], tally: Tally) -> None:
        self.host = link.host
        self._link = link
        self._scans = scans
        self._snapshot = snapshot
        self._tally = tally

    async def serve(self, exchange: Exchange, client: Client) -> Answer:
        """Answer one request."""
        return await coachpage.serve(exchange, client, self.host, self, self._clean)

    async def look(self, event: str, signature: str, user: str) -> tuple[Question, str] | None:
        """Return a question and its form's token."""
        return await self._link.look(event, signature, user)

    async def settle(self, question: Question, reply: Reply, client: Client) -> bool:
        """Take an answer, and count it."""
        settled = await self._link.settle(question, reply, client)
        if settled:
            self._tally.coached(reply.choice)
        return settled

    async def _clean(self, text: str) -> bool:
        """Tell whether a user's own words hold nothing that is protected; what could not be read is not clean."""
        names = tuple(d.name for d in self._snapshot().detectors if d.cost == "structured")
        reports = await self._scans.scan((Task(Source(text, "justification"), names),), _SECONDS)
        if not reports or reports[0].failed:
            return False
        found = [finding for each in reports[0].findings.values() for finding in each]
        return not any(finding.category in ("pii", "secret") and finding.score >= _SURE for finding in found)

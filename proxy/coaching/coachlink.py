"""A worker's end of coaching: questions go to the supervisor's desk, answers come back from it to every worker."""

import time
from dataclasses import asdict
from typing import Any, Protocol

from policies.facts import Facts
from policies.model import Verdict
from proxy.coaching import coach, coachpage
from proxy.coaching.coach import Memory, Question
from proxy.coaching.coachpage import Reply
from proxy.exchange import Client

Message = dict[str, Any]


class Wire(Protocol):
    """The control wire."""

    async def ask(self, message: Message, timeout: float = 5.0) -> Message:
        """Send and return the reply. Raises TimeoutError or ConnectionError."""


class CoachLink:
    """Asks over the wire. Where the supervisor does not answer nobody is asked, and the rule blocks."""

    def __init__(self, wire: Wire, host: str, remembered: list[Message]) -> None:
        self.host = host
        self.memory = Memory(coach.remembered_from(remembered))
        self._wire = wire

    def recall(self, client: Client, facts: Facts) -> tuple[tuple[str, str], ...]:
        """Return the answers that hold."""
        return self.memory.recall(coach.identity(client), facts, time.time())

    async def open(self, event: str, client: Client, facts: Facts, verdict: Verdict) -> str:
        """Put a verdict's question; return the address of its page, nothing where the user has to wait."""
        question = coach.question(event, client, facts, verdict.coach, time.time())
        answer = await self._tell({"do": "open", "question": asdict(question)})
        signature = str(answer.get("signature", ""))
        return coachpage.link(self.host, event, signature) if signature else ""

    async def look(self, event: str, signature: str, user: str) -> tuple[Question, str] | None:
        """Return a question and its form's token."""
        answer = await self._tell({"do": "look", "event": event, "signature": signature, "user": user})
        if "question" not in answer:
            return None
        return coach.question_from(answer["question"]), str(answer["token"])

    async def settle(self, question: Question, reply: Reply, client: Client) -> bool:
        """Hand an answer in; it is written down and known to every worker when this returns True."""
        who = {"address": client.address, "subject": client.subject, "source": client.source, "device": client.device,
               "groups": list(client.groups)}  # fmt: skip
        message = {"do": "settle", "event": reply.event, "signature": reply.signature, "user": question.user}
        said = {"choice": reply.choice, "reason": reply.reason, "text": reply.text}
        return bool((await self._tell({**message, **said, "client": who})).get("settled"))

    async def _tell(self, message: Message) -> Message:
        try:
            return await self._wire.ask({"coach": message}, 10.0)
        except (TimeoutError, ConnectionError):
            return {}

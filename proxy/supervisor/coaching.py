"""The supervisor's end of coaching: what workers ask of the desk, written down and told to all of them."""

import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Any

from proxy.audit import record as audit_record
from proxy.coaching import coach
from proxy.coaching.coach import Desk
from proxy.exchange import Client

logger = logging.getLogger("hushgate.supervisor")
Message = dict[str, Any]
Write = Callable[[dict[str, object]], Awaitable[None]]
Spread = Callable[[Message], Awaitable[None]]


class Coaching:
    """Handles `coach` messages. An answer is on disk before any worker knows of it."""

    def __init__(self, desk: Desk, write: Write, spread: Spread) -> None:
        self.desk = desk
        self._write = write
        self._spread = spread

    async def handle(self, message: Message) -> Message:
        """Answer one message of a worker."""
        now = time.time()
        if message["do"] == "open":
            return {"signature": self.desk.open(coach.question_from(message["question"]), now)}
        found = self.desk.look(message["event"], message["signature"], message["user"], now)
        if found is None:
            return {}
        question, token = found
        if message["do"] == "look":
            return {"question": asdict(question), "token": token}
        if coach.fault(question, message["choice"], message["reason"], message["text"]):
            return {}
        client = Client(**{**message["client"], "groups": tuple(message["client"]["groups"])})
        rules = [asked.rule for asked in question.asked]
        record = audit_record.justification(
            question.event, client, question.app, rules, message["choice"], message["reason"], message["text"]
        )
        try:
            await self._write(record)
        except OSError:
            logger.error("the audit log cannot be written; ref=%s", question.event)
            return {}
        answers = self.desk.settle(question, message["choice"], now)
        await self._spread({"remembered": [asdict(answer) for answer in answers]})
        return {"settled": True}

"""The supervisor's desk answers workers; a worker that says too little gets nothing."""

from dataclasses import asdict
from typing import Any

from policies.facts import Facts
from policies.model import CoachAsk
from proxy.coaching import coach
from proxy.coaching.coach import Desk
from proxy.exchange import Client
from proxy.supervisor.coaching import Coaching

EVENT = "01M85GKQX3RM47Q7TW5MBNVXMZ"


async def nothing(_: Any) -> None:
    return None


async def test_an_answer_that_will_not_do_leaves_the_question_open() -> None:
    import time

    coaching = Coaching(Desk(b"k"), nothing, nothing)
    question = coach.question(EVENT, Client("::1", "ada"), Facts(), (CoachAsk("r", "m"),), time.time())
    signature = (await coaching.handle({"do": "open", "question": asdict(question)}))["signature"]
    at = {"event": EVENT, "signature": signature, "user": "ada"}
    said = {"choice": "redact", "reason": "", "text": "", "client": {"address": "::1", "groups": []}}
    assert await coaching.handle({"do": "settle", **at, **said}) == {}
    assert await coaching.handle({"do": "look", **at, "user": "bob"}) == {}
    assert "question" in await coaching.handle({"do": "look", **at})
    assert await coaching.handle({"do": "settle", **at, **said, "choice": "justify"}) == {"settled": True}
    assert await coaching.handle({"do": "look", **at}) == {}

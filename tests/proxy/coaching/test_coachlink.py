"""A worker and the supervisor's desk, over a wire."""

from typing import Any

from policies.facts import Facts
from policies.model import Action, CoachAsk, Verdict
from proxy.coaching.coach import Desk
from proxy.coaching.coachlink import CoachLink
from proxy.coaching.coachpage import Reply
from proxy.exchange import Client
from proxy.supervisor.coaching import Coaching

ADA = Client("10.0.0.1", "ada", ("hr",))
EVENT = "01M85GKQX3RM47Q7TW5MBNVXMZ"
VERDICT = Verdict(Action.COACH, coach=(CoachAsk("r", "Please think."),))
FACTS = Facts(app="openai-api")


class Wire:
    """Carries messages to a desk, and what it spreads back to the link."""

    def __init__(self, *, broken: bool = False, full: bool = False) -> None:
        self.records: list[dict[str, Any]] = []
        self.broken, self.full = broken, full
        self.coaching = Coaching(Desk(b"k"), self._write, self._spread)
        self.link: CoachLink | None = None

    async def _write(self, record: dict[str, object]) -> None:
        if self.full:
            raise OSError
        self.records.append(record)

    async def _spread(self, message: dict[str, Any]) -> None:
        from proxy.coaching.coach import remembered_from

        if self.link is not None:
            self.link.memory.add(remembered_from(message["remembered"]))

    async def ask(self, message: dict[str, Any], timeout: float = 5.0) -> dict[str, Any]:
        if self.broken:
            raise TimeoutError
        return await self.coaching.handle(message["coach"])


def linked(**more: bool) -> tuple[Wire, CoachLink]:
    wire = Wire(**more)
    wire.link = CoachLink(wire, "hushgate.internal", [])
    return wire, wire.link


async def test_a_question_is_put_answered_written_down_and_remembered() -> None:
    wire, link = linked()
    address = await link.open(EVENT, ADA, FACTS, VERDICT)
    signature = address.rpartition("/")[2]
    assert address.startswith(f"https://hushgate.internal/coach/{EVENT}/")
    found = await link.look(EVENT, signature, "ada")
    assert found is not None
    assert not link.recall(ADA, FACTS)
    assert await link.settle(found[0], Reply(EVENT, signature, found[1], "justify", "", "because"), ADA)
    assert link.recall(ADA, FACTS) == (("r", "justify"),)
    (record,) = wire.records
    assert (record["type"], record["id"], record["rules"], record["choice"], record["text"]) == (
        "justification",
        EVENT,
        ["r"],
        "justify",
        "because",
    )
    assert record["who"]["user"] == "ada"


async def test_nobody_is_asked_where_the_supervisor_does_not_answer() -> None:
    _, link = linked(broken=True)
    assert await link.open(EVENT, ADA, FACTS, VERDICT) == ""
    assert await link.look(EVENT, "s", "ada") is None


async def test_an_answer_that_cannot_be_written_down_does_not_hold() -> None:
    _, link = linked(full=True)
    signature = (await link.open(EVENT, ADA, FACTS, VERDICT)).rpartition("/")[2]
    found = await link.look(EVENT, signature, "ada")
    assert found is not None
    assert not await link.settle(found[0], Reply(EVENT, signature, found[1], "justify", "", ""), ADA)
    assert not link.recall(ADA, FACTS)

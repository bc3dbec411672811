import logging
from dataclasses import dataclass

import pytest
from mitmproxy import exceptions
from mitmproxy.proxy import commands

from addons.dispatch import Dispatch


@dataclass
class GreetHook(commands.StartHook):
    who: str


class Listener:
    def __init__(self, heard: list[str], name: str, fails: type[Exception] | None = None) -> None:
        self.heard, self.name, self.fails = heard, name, fails

    def greet(self, who: str) -> None:
        self.heard.append(f"{self.name} {who}")
        if self.fails:
            raise self.fails(who)


class Later(Listener):
    async def greet(self, who: str) -> None:  # type: ignore[override]
        super().greet(who)


async def test_addons_are_called_in_order_whether_they_wait_or_not() -> None:
    heard: list[str] = []
    await Dispatch([Listener(heard, "a"), Later(heard, "b"), object(), Listener(heard, "c")]).call(GreetHook("you"))
    assert heard == ["a you", "b you", "c you"]


async def test_a_failing_addon_is_logged_by_type_and_the_next_is_called(caplog: pytest.LogCaptureFixture) -> None:
    heard: list[str] = []
    with caplog.at_level(logging.ERROR):
        await Dispatch([Later(heard, "a", ValueError), Listener(heard, "b")]).call(GreetHook("CANARY"))
    assert heard == ["a CANARY", "b CANARY"]
    assert caplog.messages == ["hook greet failed: ValueError"]


async def test_halt_ends_the_round() -> None:
    heard: list[str] = []
    await Dispatch([Listener(heard, "a", exceptions.AddonHalt), Listener(heard, "b")]).call(GreetHook("you"))
    assert heard == ["a you"]


def test_a_hook_that_nobody_listens_to_is_known_as_such() -> None:
    dispatch = Dispatch([Listener([], "a")])
    assert dispatch.listens("greet")
    assert not dispatch.listens("running")

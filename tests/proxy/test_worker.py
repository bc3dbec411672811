"""A worker without its supervisor, or with a boot message that cannot work, ends; the rest runs in test_whole.py."""

import asyncio
import socket

from proxy.config import load, to_json
from proxy.control import Control, Message
from proxy.worker import serve


async def nothing(_: Message) -> None:
    return None


async def test_a_worker_ends_when_the_supervisor_is_gone() -> None:
    ours, theirs = socket.socketpair()
    with socket.socket() as listener:
        running = asyncio.create_task(serve(listener, theirs))
        await asyncio.sleep(0)
        ours.close()
        assert await running == 3


async def test_a_worker_that_cannot_start_says_why() -> None:
    ours, theirs = socket.socketpair()
    with socket.socket() as listener:
        running = asyncio.create_task(serve(listener, theirs))
        control = await Control.over(ours, nothing)
        reading = asyncio.create_task(control.run())
        boot = {
            "settings": to_json(load({}, None, {})),
            "snapshot": {"policies": {}, "services": {}, "detectors": [], "switched_on": []},
        }
        answer = await control.ask({"boot": boot})
        assert answer["ready"] is False
        assert "policy" in answer["error"]
        assert await running == 3
        await control.close()
        await reading

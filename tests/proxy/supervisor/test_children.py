"""Workers that do not come up are an error; the others are asked and stopped."""

import socket

import pytest

from proxy.supervisor import children
from proxy.supervisor.children import BootError, Worker, command


def test_a_child_is_optimised_and_keeps_the_working_directory_off_its_path() -> None:
    assert command("proxy.worker")[1:] == ["-OP", "-m", "proxy.worker"]


async def test_a_worker_that_ends_at_once_is_a_boot_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(children, "command", lambda module: ["/bin/false"])
    with socket.socket() as listener:
        worker = Worker(0, listener, lambda slot: _nothing)
        with pytest.raises(BootError, match="worker 0 did not start"):
            await worker.start({})
        assert await worker.ask({"health": True}) is None
        assert await worker.ended() == 1
        await worker.stop(0)


async def _nothing(message: object) -> None:
    return None

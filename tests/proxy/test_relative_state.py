"""A state folder that is named as the README names it: relative to where the program is started."""

from pathlib import Path

import pytest

from tests.running import CHAT, Proxy, chat, until

pytestmark = pytest.mark.proxy


def test_every_process_finds_a_relative_state_folder(tmp_path: Path) -> None:
    with Proxy(tmp_path / "state", policies=["pack:default"], arguments=["--state", "state"]) as proxy:
        answer = proxy.request("api.openai.com", CHAT, chat("CONFIDENTIAL - do not distribute\nour margin is 12 %"))
        assert answer.status == 400
        assert until(lambda: [record["decision"]["action"] for record in proxy.records()] == ["block"])
        assert list((tmp_path / "state" / "audit").glob("*-0-*.jsonl"))

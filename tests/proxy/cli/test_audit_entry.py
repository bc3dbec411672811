import json

import pytest

from proxy.audit import upkeep
from proxy.cli.audit_entry import enter, operator
from proxy.cli.voice import Failure


def test_records_stand_in_a_chain_of_the_command_line(tmp_path):
    enter(tmp_path / "audit", upkeep.stop(), upkeep.heartbeat(1, 0))
    [path] = (tmp_path / "audit").glob("*-cli-*.jsonl")
    assert [json.loads(line)["type"] for line in path.read_text().splitlines()] == ["stop", "heartbeat"]


def test_a_folder_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "audit").write_text("no folder")
    with pytest.raises(Failure, match="cannot be written"):
        enter(tmp_path / "audit", upkeep.stop())


def test_an_operator_has_a_name():
    assert operator()

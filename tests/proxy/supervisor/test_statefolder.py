import json
import os
from pathlib import Path

from proxy.supervisor import statefolder


def test_what_workers_write_to_is_there_before_them_and_nobody_else_s(tmp_path: Path) -> None:
    keys = statefolder.opened(tmp_path / "state")
    assert statefolder.opened(tmp_path / "state") == keys
    for name in ("audit", "shared", "evidence", "keys"):
        assert (tmp_path / "state" / name).stat().st_mode & 0o777 == 0o700


def test_addresses_are_told_while_somebody_listens(tmp_path: Path) -> None:
    statefolder.write_addresses(tmp_path, ("127.0.0.1", 8080), ("127.0.0.1", 8081))
    told = json.loads((tmp_path / "run.json").read_text())
    assert told == {"pid": os.getpid(), "listen": ["127.0.0.1", 8080], "admin": ["127.0.0.1", 8081]}
    statefolder.remove_addresses(tmp_path)
    statefolder.remove_addresses(tmp_path)
    assert list(tmp_path.iterdir()) == []

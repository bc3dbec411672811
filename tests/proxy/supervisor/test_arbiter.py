"""The whole supervisor runs in tests/proxy/test_whole.py and test_renewal.py; here is how it fails to start."""

from pathlib import Path

import pytest

from proxy.ca.authority import AuthorityError
from proxy.config import load
from proxy.supervisor.arbiter import Arbiter


async def test_a_start_without_its_authority_says_why_and_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "ca").mkdir()
    (tmp_path / "ca" / "ca.pem").write_text("no certificate")
    arbiter = Arbiter(load({"state": str(tmp_path), "listen": "127.0.0.1:0", "admin": "127.0.0.1:0"}, None, {}))
    with pytest.raises(AuthorityError):
        await arbiter.run()
    assert not (tmp_path / "run.json").exists()

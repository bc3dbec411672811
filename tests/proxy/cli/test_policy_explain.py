"""`hushgate policy explain`: shown with `simulate` on one trail; here what is not there."""

from pathlib import Path

import pytest

from proxy.cli.voice import Failure
from tests.proxy.cli.asked import hushgate


def test_without_a_trail_it_says_where_to_look(tmp_path: Path) -> None:
    with pytest.raises(Failure) as caught:
        hushgate("explain", "01X", "--audit", str(tmp_path / "audit"))
    assert caught.value.hint == "name the folder with --audit DIR: STATE/audit"

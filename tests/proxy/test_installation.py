"""Another project's `proxy` package does not pass for ours."""

from pathlib import Path

import pytest

from proxy.installation import InstallationError, check


def test_our_own_packages_pass() -> None:
    check()


def test_packages_that_lie_elsewhere_do_not(tmp_path: Path) -> None:
    with pytest.raises(InstallationError, match="another project owns") as caught:
        check(tmp_path)
    assert "pipx" in caught.value.hint

"""The bundle of trusted upstream roots."""

from pathlib import Path

import pytest

from proxy.ca.roots import write_roots
from tests.upstream import Authority


def test_the_bundle_holds_the_system_store_and_ours(tmp_path: Path) -> None:
    pem = Authority().pem()
    (tmp_path / "own.pem").write_bytes(pem)
    bundle = write_roots(tmp_path, tmp_path / "own.pem").read_bytes()
    assert pem in bundle
    assert bundle.count(b"BEGIN CERTIFICATE") > 50


def test_a_file_without_a_certificate_is_refused(tmp_path: Path) -> None:
    (tmp_path / "own.pem").write_text("nothing")
    with pytest.raises(ValueError, match="holds no certificate"):
        write_roots(tmp_path, tmp_path / "own.pem")

"""The keys of a state folder."""

from pathlib import Path

import pytest

from proxy.keys import KeysError, open_keys, write_secret


def test_keys_are_made_once_and_read_back(tmp_path: Path) -> None:
    first = open_keys(tmp_path)
    assert open_keys(tmp_path) == first
    assert first.value != first.audit
    assert (tmp_path / "keys").stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "keys").iterdir()} == {0o600}


def test_new_keys_are_refused_beside_an_old_audit_log(tmp_path: Path) -> None:
    (tmp_path / "audit").mkdir()
    (tmp_path / "audit" / "n-0-b.jsonl").write_text("{}\n")
    with pytest.raises(KeysError, match="is missing, but what was made with it exists") as caught:
        open_keys(tmp_path)
    assert "restore" in caught.value.hint


def test_a_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    open_keys(tmp_path)
    (tmp_path / "keys" / "value.k1").chmod(0o644)
    with pytest.raises(KeysError, match="can be read by others"):
        open_keys(tmp_path)


def test_a_cut_off_key_is_refused(tmp_path: Path) -> None:
    open_keys(tmp_path)
    (tmp_path / "keys" / "value.k1").write_bytes(b"short")
    with pytest.raises(KeysError, match="32 bytes"):
        open_keys(tmp_path)


def test_a_secret_is_never_written_over(tmp_path: Path) -> None:
    write_secret(tmp_path / "a", b"1")
    with pytest.raises(FileExistsError):
        write_secret(tmp_path / "a", b"2")


def test_keys_do_not_show_in_a_repr(tmp_path: Path) -> None:
    keys = open_keys(tmp_path)
    assert repr(keys) == "Keys()"

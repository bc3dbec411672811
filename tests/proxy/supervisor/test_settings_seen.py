from pathlib import Path

from proxy import config
from proxy.supervisor.settings_seen import changed


def settings(state: Path, **flags: object) -> config.Config:
    return config.load({"state": str(state), **flags}, None, {})


def test_what_changed_between_two_starts_is_named_and_no_value_kept(tmp_path: Path) -> None:
    assert changed(settings(tmp_path, node="canary-node")) == []
    assert changed(settings(tmp_path, node="canary-node")) == []
    assert changed(settings(tmp_path, node="other", workers="7")) == ["node", "workers"]
    assert changed(settings(tmp_path, node="other", workers="7")) == []
    assert b"canary" not in (tmp_path / "policy" / "settings.json").read_bytes()


def test_a_file_that_cannot_be_read_is_as_a_first_start(tmp_path: Path) -> None:
    (tmp_path / "policy").mkdir()
    (tmp_path / "policy" / "settings.json").write_text("nonsense")
    assert changed(settings(tmp_path)) == []


def test_what_files_beside_the_settings_hold_is_seen_too(tmp_path: Path) -> None:
    now = settings(tmp_path)
    assert changed(now, {"reviewers": ""}) == []
    assert changed(now, {"reviewers": "alice bob"}) == ["reviewers"]
    assert changed(now, {"reviewers": "alice bob"}) == []
    assert changed(now, {"reviewers": ""}) == ["reviewers"]

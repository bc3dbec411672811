from pathlib import Path

from proxy.config import load
from proxy.supervisor.detection import detection


def test_detection_settings_come_from_the_configuration(tmp_path: Path) -> None:
    config = load({"state": str(tmp_path), "families": ["pii"], "detector_rules": ["/r"]}, None, {})
    settings = detection(config)
    assert settings.families == ("pii",)
    assert settings.rules == (Path("/r"),)
    assert settings.cache == tmp_path / "cache"
    assert (tmp_path / "cache").stat().st_mode & 0o777 == 0o700

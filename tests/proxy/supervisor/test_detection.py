import os
from pathlib import Path

from proxy.config import load
from proxy.supervisor.detection import detection, wanted


def test_detection_settings_come_from_the_configuration(tmp_path: Path) -> None:
    config = load({"state": str(tmp_path), "families": ["pii"], "detector_rules": ["/r"]}, None, {})
    settings = detection(config)
    assert settings.families == ("pii",)
    assert settings.rules == (Path("/r"),)
    assert settings.cache == tmp_path / "cache"
    assert (tmp_path / "cache").stat().st_mode & 0o777 == 0o700


def test_the_model_of_languages_is_loaded_only_where_a_policy_asks(tmp_path: Path) -> None:
    policy = tmp_path / "p.yaml"
    config = load({"state": str(tmp_path), "policies": [str(policy)]}, None, {})
    policy.write_text("schema: policy/v1\npolicy: p\n# code_languages: [python]\n")
    assert "language" not in detection(config).families
    policy.write_text(
        "schema: policy/v1\npolicy: p\nrules:\n  - {id: r, match: {content: {any: [{languages: [de]}]}}}\n"
    )
    assert "language" in detection(config).families
    assert {"pii", "names"} <= set(detection(config).families)


def test_new_inspectors_are_wanted_where_a_rule_file_changed(tmp_path: Path) -> None:
    rules = tmp_path / "rules.yaml"
    rules.write_text("rules: []\n")
    config = load({"state": str(tmp_path), "detector_rules": [str(rules)]}, None, {})
    before = wanted(config)
    assert wanted(config) == before
    os.utime(rules, (1, 1))
    assert wanted(config) != before

from pathlib import Path

from proxy import config
from proxy.audit.settings import AuditSettings, from_config


def test_a_configuration_says_how_to_write():
    made = from_config(config.load({"node": "n", "durability": "strict", "audit_segment": "1m"}, None, {}))
    assert made == AuditSettings("n", "strict", "refuse_ai", 1024 * 1024, 3600.0, 60.0)
    assert from_config(config.load({"on_audit_failure": "allow_flagged"}, None, {})).on_failure == "allow_flagged"


def test_the_example_of_a_deployment_names_every_setting():
    text = (Path(__file__).resolve().parents[3] / "deploy/config.example.yaml").read_text()
    assert [s.name for s in config.SETTINGS if s.name.startswith("audit") and f"{s.name}:" not in text] == []

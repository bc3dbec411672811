import re
from pathlib import Path

from proxy.catalogue.catalogue import load as load_catalogue
from proxy.config import SETTINGS, load

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
CONFIG = DEPLOY / "config.example.yaml"


def test_the_example_configuration_is_accepted() -> None:
    config = load({}, CONFIG, {})
    assert config.state == Path("/var/lib/hushgate")
    assert config.policies == ("pack:monitor-only",)


def test_it_names_every_setting_once() -> None:
    named = re.findall(r"^(?:# )?([a-z_]+):(?: |$)", CONFIG.read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(named) == sorted(setting.name for setting in SETTINGS)


def test_what_is_commented_out_would_be_accepted_too(tmp_path: Path) -> None:
    text = re.sub(r"^# ([a-z_]+:)", r"\1", CONFIG.read_text(encoding="utf-8"), flags=re.MULTILINE)
    whole = tmp_path / "config.yaml"
    whole.write_text(text, encoding="utf-8")
    shown, default = load({}, whole, {}), load({}, None, {})
    for name in ("allow_clients", "ports", "families", "max_body", "cache_bytes", "idle_timeout", "durability"):
        assert getattr(shown, name) == getattr(default, name), name


def test_the_example_services_are_accepted() -> None:
    catalogue = load_catalogue(services_file=DEPLOY / "services.example.yaml")
    assert catalogue.status("deepseek", "chat.deepseek.com") == "prohibited"
    assert catalogue.trust_zone("openai-api", "eu.api.openai.com") == "eu_residency"
    assert catalogue.match("llm.example.internal", "POST", "/v1/chat/completions").service.title == "Own language model"
    assert catalogue.intercepts("claude-gateway.example.internal")

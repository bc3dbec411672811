import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

FOLDER = Path(__file__).resolve().parents[2] / "deploy" / "prometheus"


def read(name: str) -> Any:
    return yaml.load((FOLDER / name).read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)


def alerts() -> list[dict[str, Any]]:
    return [rule for group in read("alerts.yaml")["groups"] for rule in group["rules"] if "alert" in rule]


def promtool(*arguments: str, folder: Path = FOLDER) -> subprocess.CompletedProcess[str]:
    program = shutil.which("promtool")
    if program is None:
        pytest.skip("promtool is not installed (Debian: apt-get install --no-install-recommends prometheus)")
    return subprocess.run([program, *arguments], cwd=folder, capture_output=True, text=True, check=False, timeout=240)


@pytest.mark.services
def test_promtool_accepts_the_configuration_and_the_rules() -> None:
    for arguments in (("check", "config", "prometheus.yml"), ("check", "rules", "--lint-fatal", "alerts.yaml")):
        done = promtool(*arguments)
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.services
@pytest.mark.timeout(300)
def test_every_alert_does_as_its_test_says() -> None:
    done = promtool("test", "rules", "alerts_test.yaml")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.services
@pytest.mark.timeout(300)
def test_a_threshold_that_moves_fails_the_test(tmp_path: Path) -> None:
    rules = (FOLDER / "alerts.yaml").read_text(encoding="utf-8")
    assert "> 0.01" in rules
    (tmp_path / "alerts.yaml").write_text(rules.replace("> 0.01", "> 0.5"), encoding="utf-8")
    shutil.copy(FOLDER / "alerts_test.yaml", tmp_path)
    assert promtool("test", "rules", "alerts_test.yaml", folder=tmp_path).returncode != 0


@pytest.mark.services
def test_the_expressions_of_the_dashboards_are_promql(tmp_path: Path) -> None:
    boards = sorted((FOLDER.parent / "grafana/dashboards").glob("*.json"))
    text = "".join(path.read_text(encoding="utf-8") for path in boards)
    found = [json.loads(quoted) for quoted in re.findall(r'"expr": ("(?:[^"\\]|\\.)*")', text)]
    assert len(found) > 80
    plain = [expr.replace("$__rate_interval", "5m").replace("$__range", "1h") for expr in found]
    rules = [{"record": f"panel:{number}", "expr": expr} for number, expr in enumerate(plain)]
    (tmp_path / "panels.yaml").write_text(yaml.safe_dump({"groups": [{"name": "panels", "rules": rules}]}))
    done = promtool("check", "rules", "panels.yaml", folder=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_alert_says_how_bad_it_is_and_what_to_do() -> None:
    assert len(alerts()) >= 12
    for rule in alerts():
        assert rule["labels"]["severity"] in {"critical", "warning"}, rule["alert"]
        assert set(rule["annotations"]) == {"summary", "action"}, rule["alert"]
        assert rule["alert"].startswith("Hushgate")


def test_every_alert_is_tested_firing_and_silent() -> None:
    cases = [case for test in read("alerts_test.yaml")["tests"] for case in test["alert_rule_test"]]
    firing = {case["alertname"] for case in cases if case.get("exp_alerts")}
    silent = {case["alertname"] for case in cases if not case.get("exp_alerts")}
    names = {rule["alert"] for rule in alerts()}
    assert firing == names
    assert silent == names


def test_the_configuration_scrapes_the_proxy_that_compose_starts() -> None:
    config = read("prometheus.yml")
    assert config["rule_files"] == ["alerts.yaml"]
    [job] = config["scrape_configs"]
    assert job["job_name"] == "hushgate"
    assert job["static_configs"] == [{"targets": ["hushgate:8081"]}]

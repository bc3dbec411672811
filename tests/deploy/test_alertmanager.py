import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

FOLDER = Path(__file__).resolve().parents[2] / "deploy"


def test_routes_name_receivers_and_alerts_that_there_are() -> None:
    config = yaml.load((FOLDER / "alertmanager/alertmanager.yml").read_text(), Loader=yaml.CSafeLoader)
    receivers = {receiver["name"] for receiver in config["receivers"]}
    assert {config["route"]["receiver"], *(route["receiver"] for route in config["route"]["routes"])} == receivers
    rules = (FOLDER / "prometheus/alerts.yaml").read_text()
    names = set(re.findall(r"alert: (\w+)", rules))
    for word in re.findall(r"Hushgate\w+", (FOLDER / "alertmanager/alertmanager.yml").read_text()):
        assert any(name.startswith(word) for name in names), word


@pytest.mark.services
def test_amtool_accepts_it() -> None:
    program = shutil.which("amtool")
    if program is None:
        pytest.skip("amtool is not installed (Debian: prometheus-alertmanager)")
    done = subprocess.run([program, "check-config", str(FOLDER / "alertmanager/alertmanager.yml")], check=False,
                          capture_output=True, text=True)  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr

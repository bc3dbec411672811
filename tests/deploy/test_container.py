import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"


def instructions() -> list[tuple[str, str]]:
    text = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    joined = "\n".join(lines).replace("\\\n", " ")
    return [(line.split(" ", 1)[0], line.split(" ", 1)[1].strip()) for line in joined.splitlines()]


def final_stage() -> list[tuple[str, str]]:
    found = instructions()
    last = max(i for i, (word, _) in enumerate(found) if word == "FROM")
    return found[last:]


def compose() -> Any:
    return yaml.load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)


def test_it_is_built_in_stages_from_the_lock() -> None:
    found = instructions()
    assert sum(word == "FROM" for word, _ in found) == 2
    installs = [rest for word, rest in found if word == "RUN" and "pip install" in rest]
    assert "--require-hashes" in installs[0]
    assert "requirements/runtime.txt" in installs[0]
    assert all("--no-deps" in rest for rest in installs)
    assert not any("apt-get" in rest or "curl" in rest for _, rest in found)


def test_what_it_copies_is_there_and_passes_the_ignore_file() -> None:
    allowed = {
        line[1:] for line in (DEPLOY / "Dockerfile.dockerignore").read_text().splitlines() if line.startswith("!")
    }
    for word, rest in instructions():
        if word == "COPY" and not rest.startswith("--from"):
            for source in rest.split()[:-1]:
                assert source.split("/")[0] in allowed, source
                assert (ROOT / source).exists(), source


def test_it_runs_as_nobody_in_particular() -> None:
    stage = final_stage()
    assert [rest for word, rest in stage if word == "USER"] == ["10001:10001"]
    environment = " ".join(rest for word, rest in stage if word == "ENV")
    assert "PYTHONSAFEPATH=1" in environment
    assert "HUSHGATE_STATE=/var/lib/hushgate" in environment
    [health] = [rest for word, rest in stage if word == "HEALTHCHECK"]
    assert "http://127.0.0.1:8081/readyz" in health
    assert ("VOLUME", '["/var/lib/hushgate"]') in stage


def test_no_image_floats() -> None:
    images = [service["image"] for name, service in compose()["services"].items() if name != "hushgate"]
    assert all(re.fullmatch(r"[a-z]+/[a-z]+:v?\d+\.\d+\.\d+", image) for image in images)
    assert ("ARG", "PYTHON=3.13-slim-bookworm") in instructions()


@pytest.mark.parametrize("name", ["hushgate", "prometheus", "grafana"])
def test_every_container_has_a_read_only_root_and_no_powers(name: str) -> None:
    service = compose()["services"][name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert all(port.startswith("127.0.0.1:") for port in service["ports"])


def test_the_proxy_dumps_no_core_and_publishes_no_admin_port() -> None:
    service = compose()["services"]["hushgate"]
    assert service["ulimits"]["core"] == 0
    assert service["ports"] == ["127.0.0.1:8080:8080"]
    assert service["build"]["dockerfile"] == "deploy/Dockerfile"


def test_every_file_that_is_mounted_is_there() -> None:
    document = compose()
    for service in document["services"].values():
        for volume in service["volumes"]:
            source = volume.split(":")[0]
            assert (DEPLOY / source).exists() if source.startswith(".") else source in document["volumes"], volume


def test_it_gets_the_environment_that_the_configuration_knows() -> None:
    from proxy.config import SETTINGS

    known = {f"HUSHGATE_{setting.name.upper()}" for setting in SETTINGS}
    used = set(compose()["services"]["hushgate"]["environment"])
    used |= set(re.findall(r"HUSHGATE_[A-Z_]+", (DEPLOY / "Dockerfile").read_text(encoding="utf-8")))
    assert used <= known

"""The README's session, run as it stands there but for the ports: what it says comes back does come back."""

import json
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.running import Proxy

pytestmark = [pytest.mark.proxy, pytest.mark.xdist_group("demo")]
README = (Path(__file__).resolve().parents[1] / "README.md").read_text()


def session() -> list[str]:
    block = re.search(r"## Five lines\n\n```console\n(.*?)```", README, re.DOTALL)
    assert block is not None
    lines = re.sub(r" \\\n\s*", " ", block[1]).splitlines()
    return [line.removeprefix("$ ").split("   #")[0].strip() for line in lines]


def shown(number: int) -> Any:
    return json.loads(re.findall(r"```json\n(.*?)```", README, re.DOTALL)[number])


def within(part: Any, whole: Any) -> bool:
    """Tell whether everything that the README shows stands in what came, references aside."""
    if isinstance(part, dict):
        return all(
            key in whole and ((key == "id" and len(str(part[key])) == 26) or within(part[key], whole[key]))
            for key in part
        )
    if isinstance(part, list):
        return len(part) == len(whole) and all(map(within, part, whole))
    return re.sub(r"\b01[0-9A-Z]{24}\b", "", str(part)) == re.sub(r"\b01[0-9A-Z]{24}\b", "", str(whole))


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_the_five_lines_do_what_they_say(tmp_path: Path) -> None:
    make, curl, search, metrics = session()
    assert make == "make run"
    with Proxy(tmp_path / "var", policies=["pack:default"], arguments=["--workers", "2"]) as proxy:
        command = curl.replace("http://127.0.0.1:8080", proxy.url)
        answer = subprocess.run(
            ["curl", "-s", *shlex.split(command)[1:]], capture_output=True, cwd=tmp_path, check=True
        )
        assert within(shown(0), json.loads(answer.stdout))
        command = search.replace(".venv/bin/hushgate", f"{shlex.quote(sys.executable)} -P -m proxy.cli")
        line = subprocess.run(command, shell=True, capture_output=True, cwd=tmp_path, check=True).stdout
        assert within(shown(1), json.loads(line))
        command = metrics.replace("127.0.0.1:8081", f"127.0.0.1:{proxy.admin[1]}")
        counted = subprocess.run(command, shell=True, capture_output=True, check=True).stdout.decode()
    wanted = re.search(r"```text\n(hushgate_requests_total.*?)```", README, re.DOTALL)
    assert wanted is not None
    assert counted.strip() == wanted[1].strip()

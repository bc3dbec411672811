import json
import re
import shutil
import subprocess

import pytest

from proxy.catalogue.pac import render

TEXT = render(["api.acme.example", "*.acme.example", "q.{region}.cloud.example"], "127.0.0.1:8080")


def test_the_file_holds_the_hosts_and_the_proxy() -> None:
    [exact] = re.findall(r"var hosts = (.*);", TEXT)
    [wild] = re.findall(r"var patterns = (.*);", TEXT)
    assert json.loads(exact) == {"api.acme.example": 1}
    assert len(json.loads(wild)) == 2
    assert TEXT.count('"PROXY 127.0.0.1:8080"') == 2
    assert TEXT.count("DIRECT") == 1


@pytest.mark.parametrize(
    ("host", "through"),
    [
        ("api.acme.example", True),
        ("API.acme.example.", True),
        ("x.y.acme.example", True),
        ("acme.example", False),
        ("q.eu-central-1.cloud.example", True),
        ("q.s3.cloud.example", False),
        ("constructor", False),
    ],
)
def test_a_browser_would_do_as_it_says(host: str, through: bool) -> None:
    if shutil.which("node") is None:
        pytest.skip("node is not installed")
    script = f"{TEXT}\nconsole.log(FindProxyForURL('https://' + {json.dumps(host)} + '/', {json.dumps(host)}));"
    done = subprocess.run(["node", "-e", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ("PROXY 127.0.0.1:8080" if through else "DIRECT")

"""A real Prometheus scrapes a real proxy under load: every panel and every alert has data, and panels move as they should."""

import contextlib
import gzip
import json
import re
import shutil
import socket
import subprocess
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.running import AI_HOSTS, CHAT, PLAIN_HOST, Proxy, chat
from tests.upstream import Upstream

pytestmark = [pytest.mark.services, pytest.mark.xdist_group("prometheus"), pytest.mark.timeout(400)]

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
POLICY = """
schema: policy/v1
policy: live
rules:
  - id: live-shadow
    description: shadow
    mode: shadow
    severity: low
    match: {content: {any: [{entities: [EMAIL_ADDRESS]}]}}
    action: {type: block, message: no}
    tests: [{name: a, findings: [{entity: EMAIL_ADDRESS}], expect: {would: block}}, {name: b, findings: [], expect: {action: monitor}}]
  - id: live-redact
    description: redact
    mode: enforce
    severity: medium
    match: {content: {any: [{entities: [CREDIT_CARD]}]}}
    action: {type: redact}
    tests: [{name: a, findings: [{entity: CREDIT_CARD}], expect: {action: redact}}, {name: b, findings: [], expect: {action: monitor}}]
  - id: live-block
    description: block
    mode: enforce
    severity: high
    match: {content: {any: [{entities: [LABEL_CONFIDENTIAL]}]}}
    action: {type: block, message: no}
    tests: [{name: a, findings: [{entity: LABEL_CONFIDENTIAL}], expect: {action: block}}, {name: b, findings: [], expect: {action: monitor}}]
  - id: live-coach
    description: coach
    mode: enforce
    severity: medium
    match: {content: {any: [{entities: [IBAN_CODE]}]}}
    action: {type: coach, message: This holds an account number.}
    tests: [{name: a, findings: [{entity: IBAN_CODE}], expect: {action: coach}}, {name: b, findings: [], expect: {action: monitor}}]
"""
SERVICES = "schema: services/v1\nservices:\n  azure-openai: {evidence: {soc2: 2099-12-31}}\n"
BLOCKED = chat("CONFIDENTIAL - do not distribute\nour margin is 12 %")


class Prometheus:
    """A Prometheus that scrapes one proxy every second, with the shipped rules."""

    def __init__(self, folder: Path, target: tuple[str, int]) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        shutil.copy(DEPLOY / "prometheus" / "alerts.yaml", folder)
        config = {
            "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
            "rule_files": ["alerts.yaml"],
            "scrape_configs": [{"job_name": "hushgate", "static_configs": [{"targets": [f"{target[0]}:{target[1]}"]}]}],
        }
        (folder / "prometheus.yml").write_text(yaml.safe_dump(config))
        self.process = subprocess.Popen(
            [shutil.which("prometheus") or "", f"--config.file={folder / 'prometheus.yml'}",
             f"--storage.tsdb.path={folder / 'data'}", f"--web.listen-address=127.0.0.1:{self.port}"],
            stderr=(folder / "log").open("wb"),
        )  # fmt: skip

    def get(self, path: str, **query: str) -> Any:
        where = f"http://127.0.0.1:{self.port}/api/v1/{path}?{urllib.parse.urlencode(query)}"
        with urllib.request.urlopen(where, timeout=20) as answer:
            return json.loads(answer.read())["data"]

    def value(self, expr: str) -> float:
        return sum(float(sample["value"][1]) for sample in self.get("query", query=expr)["result"])

    def samples(self, expr: str) -> int:
        return len(self.get("query", query=expr)["result"])

    def wait(self, true: Any, seconds: float = 90) -> None:
        deadline = time.monotonic() + seconds
        while True:
            with contextlib.suppress(OSError):
                if true():
                    return
            assert time.monotonic() < deadline, "Prometheus did not come to that"
            time.sleep(0.3)


def load(proxy: Proxy, rounds: int = 3) -> None:
    """Do a little of everything that a panel shows."""
    for number in range(rounds):
        proxy.request("api.openai.com", CHAT, chat(f"a poem about {number}"))
        proxy.request("api.openai.com", CHAT, chat(f"pay with 4111 1111 1111 1111, poem {number}"))
        proxy.request("api.openai.com", CHAT, chat(f"write to person{number}@company-mail.com"))
        proxy.request("api.openai.com", CHAT, BLOCKED)
        proxy.request("api.openai.com", CHAT, chat(f"iban DE89 3704 0044 0532 0130 00, poem {number}"))
        proxy.request("api.openai.com", CHAT, b"\x1f\x8bbroken", {"content-encoding": "gzip"})
        proxy.request(
            "api.anthropic.com", "/v1/messages", gzip.compress(b'{"messages":[]}'), {"content-encoding": "gzip"}
        )
        proxy.request("claude.ai", "/api/nobody-knows", b'{"prompt":"hello"}')
        proxy.request("api.openai.com", CHAT, chat(f"trap-raise {number}"))
        proxy.request("api.openai.com", CHAT, chat(f"trap-die {number}"))
        for host, port in (("169.254.169.254", 443), ("api.mistral.ai", 443)):
            with contextlib.suppress(OSError):
                proxy.connect(host, port).close()
        with contextlib.suppress(OSError):
            proxy.request("generativelanguage.googleapis.com", "/v1beta/models/x:generateContent", b'{"contents":[]}')
        with contextlib.suppress(OSError):
            proxy.connect("api.openai.com", cafile=proxy.state.parent / "upstream-ca.pem").close()
        with contextlib.suppress(OSError):
            sock = proxy.connect(PLAIN_HOST, cafile=proxy.upstream_ca)  # type: ignore[attr-defined]
            proxy.request(PLAIN_HOST, "/", sock=sock)


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Proxy, Prometheus]]:
    if not shutil.which("prometheus"):
        pytest.skip("prometheus is not installed")
    folder = tmp_path_factory.mktemp("live")
    environment = {"HUSHGATE_DETECTOR_FACTORIES": "tests.planted:build", "HUSHGATE_AUDIT_CHECKPOINT": "1"}
    with socket.create_server(("127.0.0.1", 0)) as free:
        closed = free.getsockname()[1]
    (folder / "services.yaml").write_text(SERVICES)
    arguments = ["--connect-to", f"generativelanguage.googleapis.com:443:127.0.0.1:{closed}"]
    arguments += ["--services", str(folder / "services.yaml")]
    hosts = [host for host in (*AI_HOSTS, PLAIN_HOST) if host != "generativelanguage.googleapis.com"]
    with (
        Upstream(folder, [*AI_HOSTS, PLAIN_HOST]) as upstream,
        Proxy(folder / "state", upstream, policies=[POLICY], environment=environment, hosts=hosts,
              arguments=arguments) as proxy,
    ):  # fmt: skip
        proxy.upstream_ca = upstream.ca_file  # type: ignore[attr-defined]
        (folder / "prometheus").mkdir()
        prometheus = Prometheus(folder / "prometheus", proxy.admin)
        try:
            prometheus.wait(lambda: prometheus.value("up") == 1)
            load(proxy, 1)
            prometheus.wait(lambda: prometheus.value("sum(hushgate_requests_total)") > 3)
            load(proxy)
            prometheus.wait(
                lambda: prometheus.value('sum(increase(hushgate_rule_matches_total{rule="live-block"}[1m]))') > 0
            )
            prometheus.wait(lambda: prometheus.value("sum(increase(hushgate_inspector_restarts_total[1m]))") > 0)
            prometheus.wait(lambda: prometheus.value("hushgate_audit_signed_records") > 10)
            yield proxy, prometheus
        finally:
            prometheus.process.terminate()
            prometheus.process.wait(30)


def concrete(expr: str) -> str:
    text = expr.replace("$__rate_interval", "1m").replace("$__range", "5m")
    return re.sub(r'=~"\$\w+"', '=~".*"', text)


def panels() -> list[Any]:
    found = []
    for path in sorted((DEPLOY / "grafana/dashboards").glob("*.json")):
        for panel in json.loads(path.read_text(encoding="utf-8"))["panels"]:
            for target in panel.get("targets", ()):
                found.append(pytest.param(target["expr"], id=f"{path.stem}: {panel['title']} {target['refId']}"))
    return found


def selectors() -> list[str]:
    """Return every selector of a metric in an alert or recording rule."""
    text = (DEPLOY / "prometheus/alerts.yaml").read_text(encoding="utf-8")
    rules = [rule["expr"] for group in yaml.load(text, Loader=yaml.CSafeLoader)["groups"] for rule in group["rules"]]
    names = {
        name for expr in rules for name in re.findall(r"(?<![:\w])hushgate_[a-z0-9_]+(?![:\w])(?:\{[^}]*\})?", expr)
    }
    return sorted(names)


@pytest.mark.parametrize("expr", panels())
def test_every_query_of_every_panel_returns_data(watched: tuple[Proxy, Prometheus], expr: str) -> None:
    _, prometheus = watched
    prometheus.wait(lambda: prometheus.samples(concrete(expr)) > 0, 20)


@pytest.mark.parametrize("selector", selectors())
def test_every_metric_of_every_alert_is_there(watched: tuple[Proxy, Prometheus], selector: str) -> None:
    _, prometheus = watched
    prometheus.wait(lambda: prometheus.samples(selector) > 0, 20)


def test_every_rule_is_evaluated_without_an_error(watched: tuple[Proxy, Prometheus]) -> None:
    _, prometheus = watched
    rules = [rule for group in prometheus.get("rules")["groups"] for rule in group["rules"]]
    assert len(rules) > 18
    assert {(rule["name"], rule["health"]) for rule in rules if rule["health"] != "ok"} == set()


MOVES = {
    "blocked": ('sum(hushgate_requests_total{action="block"})', lambda proxy: proxy.request("api.openai.com", CHAT, BLOCKED)),
    "redacted": ('sum(hushgate_requests_total{action="redact"})',
                 lambda proxy: proxy.request("api.openai.com", CHAT, chat("my card is 4111 1111 1111 1111"))),
    "shadow": ('sum(hushgate_rule_matches_total{rule="live-shadow",mode="shadow"})',
               lambda proxy: proxy.request("api.openai.com", CHAT, chat("write to somebody@company-mail.com"))),
    "unread": ('sum(hushgate_uninspected_requests_total{reason="undecodable"})',
               lambda proxy: proxy.request("api.openai.com", CHAT, b"\x1f\x8b", {"content-encoding": "gzip"})),
    "entity": ('sum(hushgate_findings_total{entity="CREDIT_CARD"})',
               lambda proxy: proxy.request("api.openai.com", CHAT, chat("another card 5555 5555 5555 4444"))),
    "detector": ('sum(hushgate_detector_runs_total{detector="planted.trap@1",state="error"})',
                 lambda proxy: proxy.request("api.openai.com", CHAT, chat("trap-raise once more"))),
    "service": ('sum(hushgate_requests_total{service="anthropic-api"})',
                lambda proxy: proxy.request("api.anthropic.com", "/v1/messages", b'{"messages":[]}')),
    "records": ('sum(hushgate_audit_records_total{type="decision"})',
                lambda proxy: proxy.request("api.openai.com", CHAT, BLOCKED)),
}  # fmt: skip


@pytest.mark.parametrize("name", MOVES)
def test_a_panel_moves_when_the_load_does_what_it_is_about(watched: tuple[Proxy, Prometheus], name: str) -> None:
    proxy, prometheus = watched
    expr, act = MOVES[name]
    before = prometheus.value(expr)
    act(proxy)
    prometheus.wait(lambda: prometheus.value(expr) > before, 30)

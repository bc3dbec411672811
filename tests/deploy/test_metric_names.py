"""Dashboards and alerts name metrics, labels and label values that the proxy really exposes."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from proxy.metrics import LABELS, METRICS

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
ROWS = {metric.name: metric for metric in METRICS}
SAMPLES = {
    **ROWS,
    **{f"{m.name}{end}": m for m in METRICS if m.kind == "histogram" for end in ("_bucket", "_sum", "_count")},
}
OF_PROMETHEUS = {"instance", "job", "worker", "le"}
SELECTOR = re.compile(r"\b(hushgate_[a-z0-9_]+)(?:\{([^}]*)\})?")
GROUPING = re.compile(r"\b(?:by|without|on) \(([^)]*)\)")
MATCHER = re.compile(r'([a-z_]+)\s*(=~|!~|!=|=)\s*"([^"]*)"')


def leaves(value: Any, key: str) -> Iterator[str]:
    if isinstance(value, dict):
        for name, inner in value.items():
            if name == key and isinstance(inner, str):
                yield inner
            yield from leaves(inner, key)
    elif isinstance(value, list):
        for inner in value:
            yield from leaves(inner, key)


def dashboards() -> dict[str, dict[str, Any]]:
    return {
        path.name: json.loads(path.read_text(encoding="utf-8"))
        for path in (DEPLOY / "grafana/dashboards").glob("*.json")
    }


def expressions() -> list[str]:
    rules = yaml.load((DEPLOY / "prometheus/alerts.yaml").read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    return [*leaves(rules, "expr"), *(expr for board in dashboards().values() for expr in leaves(board, "expr"))]


def of_rules(expr: str) -> str:
    """Take out the names of recording rules (`level:metric:operation`), which are no metrics."""
    return re.sub(r"[a-z_]+:[a-z_]+:[a-z0-9_]+", "recorded", expr)


@pytest.mark.parametrize("expr", expressions())
def test_an_expression_names_what_is_exposed(expr: str) -> None:
    selectors = SELECTOR.findall(of_rules(expr))
    assert selectors or "up{" in expr or "recorded" in of_rules(expr)
    labels = set(OF_PROMETHEUS)
    for name, matchers in selectors:
        assert name in SAMPLES, f"{name} is no metric of proxy/metrics.py"
        metric = SAMPLES[name]
        labels |= set(metric.labels)
        for label, operator, value in MATCHER.findall(matchers):
            assert label in {*metric.labels, *OF_PROMETHEUS}, f"{name} has no label {label}"
            known = LABELS.get(label)
            if isinstance(known, tuple) and not value.startswith("$"):
                words = value.split("|") if "~" in operator else [value]
                assert set(words) <= {*known, "other"}, f"{label} is never {value}"
    for names in GROUPING.findall(expr):
        assert {name.strip() for name in names.split(",")} <= labels, expr


@pytest.mark.parametrize("expr", expressions())
def test_counters_are_not_read_as_gauges(expr: str) -> None:
    for name, _ in SELECTOR.findall(of_rules(expr)):
        if SAMPLES[name].kind == "counter":
            assert re.search(rf"(?:rate|increase)\({name}\b", expr), f"{name} needs rate() or increase()"


def test_every_metric_is_on_a_dashboard() -> None:
    shown = {SAMPLES[name] for expr in expressions() for name, _ in SELECTOR.findall(of_rules(expr)) if name in SAMPLES}
    assert sorted(set(ROWS) - {metric.name for metric in shown}) == []


def test_variables_of_dashboards_name_what_is_exposed() -> None:
    for board in dashboards().values():
        for definition in leaves(board["templating"], "definition"):
            metric, label = re.fullmatch(r"label_values\((\w+), (\w+)\)", definition).groups()  # type: ignore[union-attr]
            assert label in {*ROWS[metric].labels, *OF_PROMETHEUS}

"""Writes the parts of the docs that are made from tables: run it after a change, `tests/test_docs.py` compares."""

import sys
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from detectors.entities import catalogue  # noqa: E402
from proxy.config import SETTINGS  # noqa: E402
from proxy.metrics import METRICS  # noqa: E402


def configuration() -> str:
    lines = [
        "# Configuration",
        "",
        "Settings stand in one YAML file (`--config FILE`), in the environment as `HUSHGATE_<NAME>`, or as flags where",
        "marked. A flag beats the environment, which beats the file, which beats the default. Unknown settings are errors.",
        "An example: [deploy/config.example.yaml](../deploy/config.example.yaml).",
        "",
        "| setting | default | flag | what for |",
        "|---|---|---|---|",
    ]
    for setting in SETTINGS:
        default = setting.default
        shown = ", ".join(map(str, default)) if isinstance(default, tuple) else "" if default is None else str(default)
        flag = f"`--{setting.name.replace('_', '-')}`" if setting.flag else ""
        lines.append(f"| `{setting.name}` | {f'`{shown}`' if shown else 'none'} | {flag} | {setting.help} |")
    return "\n".join(lines) + "\n"


def metrics() -> str:
    lines = [
        "# Metrics",
        "",
        "At `http://ADMIN/metrics`, merged over the workers. Labels are bounded: a value that is not known becomes `other`.",
        "First on a SOC's screen: requests by action and service, uninspected requests by reason, decision latency, policy",
        "revision and last good reload ([dashboard](../deploy/grafana/dashboards/overview.json),",
        "[alerts](../deploy/prometheus/alerts.yaml)).",
        "",
        "| metric | type | labels | meaning |",
        "|---|---|---|---|",
    ]
    for metric in METRICS:
        labels = ", ".join(f"`{label}`" for label in metric.labels)
        lines.append(f"| `{metric.name}` | {metric.kind} | {labels} | {metric.help} |")
    return "\n".join(lines) + "\n"


def entities() -> str:
    lines = [
        "# Entities",
        "",
        "What detectors report and rules name. Groups stand for all their members. Secrets are `SECRET_<VENDOR>_<KIND>`,",
        "together `SECRET.*`. The table is made from [detectors/entities.yaml](../detectors/entities.yaml).",
        "",
        "| entity | title | category | groups |",
        "|---|---|---|---|",
    ]
    for entity in sorted(catalogue().entities.values(), key=lambda entity: entity.id):
        lines.append(f"| `{entity.id}` | {entity.title} | {entity.category} | {', '.join(sorted(entity.groups))} |")
    return "\n".join(lines) + "\n"


PAGES: dict[str, Callable[[], str]] = {
    "docs/configuration.md": configuration,
    "docs/metrics.md": metrics,
    "docs/entities.md": entities,
}


def main() -> None:
    for name, render in PAGES.items():
        (ROOT / name).write_text(render(), encoding="utf-8")
        print(name)


if __name__ == "__main__":
    main()

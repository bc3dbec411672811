import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from scripts import render_dashboards

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
BOARDS = sorted((DEPLOY / "grafana/dashboards").glob("*.json"))


def read(path: Path) -> Any:
    return yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)


def test_the_dashboards_are_there() -> None:
    assert [path.stem for path in BOARDS] == ["operations", "overview", "soc", "tuning"]


@pytest.mark.parametrize("name", render_dashboards.BOARDS)
def test_a_dashboard_made_from_the_tables_is_up_to_date(name: str) -> None:
    made = (DEPLOY / f"grafana/dashboards/{name}.json").read_text(encoding="utf-8")
    assert made == render_dashboards.render(name), "run: .venv/bin/python scripts/render_dashboards.py"


@pytest.mark.parametrize("path", BOARDS, ids=lambda path: path.name)
def test_a_dashboard_is_whole(path: Path) -> None:
    board = json.loads(path.read_text(encoding="utf-8"))
    panels = board["panels"]
    assert board["uid"].startswith("hushgate-")
    assert board["title"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    for panel in panels:
        assert panel["title"]
        if panel["type"] == "row":
            continue
        assert panel["targets"], panel["title"]
        assert panel["datasource"]["uid"] == "${datasource}"
        assert all(target["expr"] for target in panel["targets"])
        assert all('instance=~"$instance"' in target["expr"] for target in panel["targets"]), panel["title"]


@pytest.mark.parametrize("path", BOARDS, ids=lambda path: path.name)
def test_panels_do_not_overlap(path: Path) -> None:
    taken: dict[tuple[int, int], str] = {}
    for panel in json.loads(path.read_text(encoding="utf-8"))["panels"]:
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= 24
        for x in range(place["x"], place["x"] + place["w"]):
            for y in range(place["y"], place["y"] + place["h"]):
                assert taken.setdefault((x, y), panel["title"]) == panel["title"]


def test_what_is_provisioned_fits_together() -> None:
    [source] = read(DEPLOY / "grafana/datasource.yaml")["datasources"]
    [provider] = read(DEPLOY / "grafana/provider.yaml")["providers"]
    services = read(DEPLOY / "compose.yaml")["services"]
    mounts = dict(volume.split(":")[1::-1] for volume in services["grafana"]["volumes"])
    assert source["type"] == "prometheus"
    assert source["url"] == "http://prometheus:9090"
    assert mounts[provider["options"]["path"]] == "./grafana/dashboards"
    home = services["grafana"]["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"]
    assert (DEPLOY / "grafana/dashboards" / Path(home).name).exists()

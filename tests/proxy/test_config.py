"""Settings from flags, environment, file and defaults."""

import os
from pathlib import Path
from unittest.mock import patch

import pytest

from detectors.load import BUILTIN
from proxy.config import (
    SETTINGS,
    Config,
    ConfigError,
    connect_map,
    from_json,
    load,
    spare_threads,
    split_address,
    to_json,
)


def test_a_flag_beats_the_environment_beats_the_file_beats_the_default(tmp_path: Path) -> None:
    file = tmp_path / "c.yaml"
    file.write_text("workers: 2\ninspectors: 2\nmax_body: 1m\n")
    config = load({"workers": "4"}, file, {"HUSHGATE_WORKERS": "3", "HUSHGATE_INSPECTORS": "3"})
    assert (config.workers, config.inspectors, config.max_body, config.listen) == (4, 3, 1 << 20, "127.0.0.1:8080")


def test_a_worker_for_each_core_and_an_inspector_for_each_two_are_the_default() -> None:
    for cores, workers, inspectors in ((1, 1, 1), (2, 2, 1), (9, 9, 4)):
        with patch("proxy.config.usable", return_value=cores):
            config = load({}, None, {})
        assert (config.workers, config.inspectors) == (workers, inspectors)


def test_all_unknown_settings_are_named_at_once_with_place_and_help(tmp_path: Path) -> None:
    file = tmp_path / "c.yaml"
    file.write_text("workrs: 2\nlisten: 127.0.0.1:1\n  \nbanana: 1\n")
    with pytest.raises(ConfigError) as caught:
        load({}, file, {})
    assert f"{file}:1:1: unknown setting 'workrs'" in str(caught.value)
    assert f"{file}:4:1: unknown setting 'banana'" in str(caught.value)
    assert "did you mean 'workers'" in caught.value.hint


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("workers: 0", "0 is less than 1"),
        ("listen: nowhere", "is not an address"),
        ("max_body: lots", "is not a size"),
        ("durability: maybe", "is none of ack, strict, async"),
        ("allow_clients: [10.0.0.1/8]", "has host bits set"),
        ("workers: 1\nworkers: 2", "is given twice"),
        ("- a", "is a mapping"),
        ("a: [", "c.yaml:"),
    ],
)
def test_a_wrong_value_says_what_is_wrong(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "c.yaml"
    file.write_text(text)
    with pytest.raises(ConfigError, match=message.replace("(", r"\(")):
        load({}, file, {})


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot read"):
        load({}, tmp_path / "none.yaml", {})


def test_a_config_survives_the_way_to_a_child() -> None:
    config = load({"state": "/s", "connect_to": ["a:1:b:2"], "upstream_ca": "/x"}, None, {})
    assert from_json(to_json(config)) == config


def test_a_child_is_told_absolute_paths_since_it_stands_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert from_json(to_json(load({"state": "var"}, None, {}))).state == tmp_path / "var"


def test_the_table_and_the_class_agree() -> None:
    assert tuple(setting.name for setting in SETTINGS) == Config.__slots__
    assert len(SETTINGS) <= 42


def test_addresses_and_connect_to() -> None:
    assert split_address("[::1]:80") == ("::1", 80)
    assert connect_map(["A.example:443:127.0.0.1:8443"]) == {("a.example", 443): ("127.0.0.1", 8443)}
    with pytest.raises(ConfigError, match="HOST:PORT:HOST:PORT"):
        connect_map(["a:443"])


def test_every_family_of_detectors_runs_unless_a_deployment_says_otherwise() -> None:
    assert load({}, None, {}).families == tuple(BUILTIN)


def test_numpy_is_asked_to_use_one_thread_unless_somebody_said_otherwise():
    with patch.dict(os.environ, {"OMP_NUM_THREADS": "3"}):
        os.environ.pop("OPENBLAS_NUM_THREADS", None)
        spare_threads()
        assert (os.environ["OMP_NUM_THREADS"], os.environ["OPENBLAS_NUM_THREADS"]) == ("3", "1")

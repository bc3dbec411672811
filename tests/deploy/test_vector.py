from pathlib import Path

import yaml

CONFIG = yaml.load(
    (Path(__file__).resolve().parents[2] / "deploy/vector/vector.yaml").read_text(), Loader=yaml.CSafeLoader
)


def test_what_is_connected_is_there_and_nothing_is_lost() -> None:
    """Vector is no Debian package, so that only the form of its configuration is checked here."""
    known = {*CONFIG["sources"], *CONFIG["transforms"]}
    for part in (*CONFIG["transforms"].values(), *CONFIG["sinks"].values()):
        assert set(part["inputs"]) <= known
    for sink in CONFIG["sinks"].values():
        assert sink["buffer"]["when_full"] == "block"
        assert sink["acknowledgements"]["enabled"] is True
    assert CONFIG["sources"]["hushgate"]["include"] == ["/var/lib/hushgate/audit/*.jsonl"]

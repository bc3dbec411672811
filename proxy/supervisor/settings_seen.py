"""The settings of this start in, the names of those that were others at the start before out; values are not kept."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

from proxy.config import Config, to_json

_FILE = "settings.json"


def changed(config: Config, texts: Mapping[str, str] | None = None) -> list[str]:
    """Return the settings that changed since the last start of this state folder, and remember today's.

    `texts` are what files beside the settings hold, by name. Kept are hashes. At a first start nothing changed.
    Raises OSError.
    """
    folder = config.state / "policy"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    now = {name: _hash(value) for name, value in to_json(config).items()}
    now |= {name: _hash(text) for name, text in (texts or {}).items() if text}
    before = _read(folder / _FILE)
    if now != before:
        fresh = folder / f"{_FILE}.new"
        fresh.write_text(json.dumps(now), encoding="utf-8")
        fresh.replace(folder / _FILE)
    return sorted(name for name in now.keys() | before.keys() if now.get(name) != before.get(name)) if before else []


def _hash(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:32]


def _read(path: Path) -> dict[str, str]:
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return {}

"""The state folder: what is made in it before anything else, and where it says that we listen."""

import json
import logging
import os
from pathlib import Path

from proxy import landlock
from proxy.evidence import shelf as evidence
from proxy.keys import Keys, open_keys
from proxy.keyvalue import SHARED

logger = logging.getLogger("hushgate.supervisor")
_RUN = "run.json"


def opened(state: Path) -> Keys:
    """Make the folders that workers write to, beside the keys, where they cannot make any; return the keys.

    Raises KeysError, OSError.
    """
    for folder in (state, state / "audit", state / SHARED, state / evidence.FOLDER):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    keys = open_keys(state)
    if landlock.can_keep(state / "keys"):
        logger.info("workers and inspectors cannot read the keys (Landlock %d)", landlock.version())
    else:
        logger.warning("nothing but file permissions keeps workers and inspectors from the keys: no Landlock here")
    return keys


def write_addresses(state: Path, listen: tuple[str, int], admin: tuple[str, int]) -> None:
    """Say where we listen, for whoever started us with port 0. Raises OSError."""
    fresh = state / f"{_RUN}.new"
    fresh.write_text(json.dumps({"pid": os.getpid(), "listen": listen, "admin": admin}), encoding="utf-8")
    fresh.replace(state / _RUN)


def remove_addresses(state: Path) -> None:
    """Say that nobody listens. Raises OSError."""
    (state / _RUN).unlink(missing_ok=True)

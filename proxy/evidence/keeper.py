"""A judged exchange in, sealed evidence of it on the shelf out, and what the record says of that.

Only public keys are here. Evidence never decides: where it cannot be kept the record says so, and the exchange goes its
way.
"""

import asyncio
import hashlib
import logging
from pathlib import Path

import orjson

from proxy.evidence.reviewers import Panel
from proxy.evidence.sealing import seal
from proxy.evidence.shelf import Shelf
from proxy.evidence.snippets import Judged, snippets

logger = logging.getLogger("hushgate.evidence")
FAILED = "failed"


class Keeper:
    """Seals for one panel of reviewers."""

    def __init__(self, state: Path, panel: Panel) -> None:
        self._shelf = Shelf(state)
        self._panel = panel

    async def keep(self, judged: Judged, event: str) -> str:
        """Return `sha256:HEX` of the box that was kept, `failed`, or nothing where there is none to keep.

        Raises nothing.
        """
        if not self._panel.on:
            return ""
        found = snippets(judged)
        if not found:
            return ""
        try:
            return await asyncio.to_thread(self._kept, orjson.dumps({"event": event, "findings": found}), event)
        except (OSError, ValueError) as error:
            logger.error("evidence cannot be kept: %s; ref=%s", type(error).__name__, event)
            return FAILED

    def _kept(self, text: bytes, event: str) -> str:
        box = seal(text, event, self._panel.reviewers)
        self._shelf.put(event, box)
        return digest(box)


def digest(box: bytes) -> str:
    """Return what the record of an event says of its box."""
    return f"sha256:{hashlib.sha256(box).hexdigest()}"

"""The beginning of an answer in, the signs that an AI service gave it out: what confirms that a host is one.

The signs are data (`answers` in discovery.yaml). Any one of them is enough; nothing of the answer's text is kept.
"""

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import yaml

LONGEST = 1 << 14  # bytes of an answer that are looked at
_FILE = Path(__file__).with_name("discovery.yaml")


def confirm(content_type: str, head: bytes) -> tuple[str, ...]:
    """Return the ids of the signs in `head`, the first bytes of an answer without content coding. Raises nothing."""
    text = f"{content_type.partition(';')[0].strip().lower()}\n{head[:LONGEST].decode('utf-8', 'replace')}"
    return tuple(id_ for id_, pattern in _table() if pattern.search(text))


@cache
def _table() -> Sequence[tuple[str, re.Pattern[str]]]:
    raw: dict[str, Any] = yaml.load(_FILE.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    return tuple((entry["id"], re.compile(entry["text"])) for entry in raw["answers"])

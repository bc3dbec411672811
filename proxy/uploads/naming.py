"""A vendor's answer to a piece in, the name that the vendor gave it out (OpenAI's `part_…`)."""

import json
from typing import Any

_LONGEST = 1 << 16


def vendor_name(answer: bytes) -> str:
    """Return the `id` of a JSON object; empty where there is none. Raises nothing."""
    try:
        told: Any = json.loads(answer) if len(answer) <= _LONGEST else None
    except (ValueError, RecursionError):
        return ""
    name = told.get("id") if isinstance(told, dict) else None
    return name if isinstance(name, str) else ""

"""What an inspector is started with: detection settings and limits in, one line of JSON out, and back."""

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import orjson

from detectors import load
from proxy.inspector.wire import FRAME_LIMIT


@dataclass(frozen=True, slots=True)
class InspectorSettings:
    """Settings of one generation of inspectors.

    `grace_s`: seconds past the deadline after which the kernel kills an inspector that still works.
    `frame_limit`: bytes of one request or answer. `queue_bytes`: bytes of requests waiting in one inspector, above
    which it reads no more from its workers.
    """

    detection: load.Settings = field(default_factory=load.Settings)
    grace_s: float = 0.25
    frame_limit: int = FRAME_LIMIT
    queue_bytes: int = 256 * 1024 * 1024


def to_json(settings: InspectorSettings) -> bytes:
    """Return the line that `from_json` reads."""
    return orjson.dumps(asdict(settings), default=str)


def from_json(line: bytes) -> InspectorSettings:
    """Read back what `to_json` made. The sender is our own supervisor: nothing is checked again."""
    raw: dict[str, Any] = orjson.loads(line)
    detection: dict[str, Any] = raw.pop("detection")
    for name in ("rules", "indexes"):
        detection[name] = tuple(map(Path, detection[name]))
    detection["cache"] = Path(detection["cache"]) if detection["cache"] else None
    for name in ("families", "factories"):
        detection[name] = tuple(detection[name])
    return InspectorSettings(load.Settings(**detection), **raw)

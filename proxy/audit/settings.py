"""A configuration in, how one process is to write its audit chain out."""

from dataclasses import dataclass
from typing import Literal, cast

from proxy.config import Config

Durability = Literal["ack", "strict", "async"]
HEARTBEAT = 60.0  # seconds between signs of life


@dataclass(frozen=True, slots=True)
class AuditSettings:
    """`node` None is the host's name. `heartbeat` is in seconds, 0 writes none. Sizes are bytes, ages seconds."""

    node: str | None = None
    durability: Durability = "ack"
    on_failure: str = "refuse_ai"
    segment_bytes: int = 64 * 1024 * 1024
    segment_seconds: float = 3600.0
    heartbeat: float = 0.0


def from_config(config: Config) -> AuditSettings:
    """Return what the configuration says."""
    return AuditSettings(
        node=config.node,
        durability=cast(Durability, config.durability),
        on_failure=config.on_audit_failure,
        segment_bytes=config.audit_segment,
        segment_seconds=config.audit_segment_age,
        heartbeat=HEARTBEAT,
    )

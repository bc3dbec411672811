"""The roots that upstream certificates must chain to: the system's store and the deployment's own, in one file."""

import ssl
from pathlib import Path

import certifi


def write_roots(state: Path, extra: Path | None) -> Path:
    """Write the bundle and return its path. Raises OSError or ValueError where `extra` is not readable or not PEM."""
    system = ssl.get_default_verify_paths().cafile
    base = Path(system) if system and Path(system).is_file() else Path(certifi.where())
    bundle = base.read_bytes()
    if extra is not None:
        more = extra.read_bytes()
        if b"-----BEGIN CERTIFICATE-----" not in more:
            raise ValueError(f"{extra} holds no certificate in PEM form")
        bundle += b"\n" + more
    path = state / "ca" / "upstream-roots.pem"
    path.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    fresh.write_bytes(bundle)
    fresh.replace(path)
    return path

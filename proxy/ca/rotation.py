"""One authority after another, with a time in which clients trust both.

Rules
1. `prepare` makes the next authority beside the one in force, which goes on signing. What clients are to trust is the
   bundle (`trust_bundle`): both, so that they can be told before anything changes.
2. `commit` puts the next in force. The certificate of the one before stays in the bundle until it expires or `forget`;
   its key is destroyed. Interrupted, `commit` is run again.
3. Running proxies take it over when they are renewed (SIGUSR2) or restarted.
"""

import datetime
from collections.abc import Sequence
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization

from proxy.ca.authority import Authority, AuthorityError, create_authority, load_authority
from proxy.catalogue.hosts import is_wild


def prepare(state: Path, domains: Sequence[str] = ()) -> Authority:
    """Make the next authority; `domains` as for `create_authority`. Raises AuthorityError."""
    _current(state)
    key, certificate = _next(state)
    if key.exists() or certificate.exists():
        raise AuthorityError(
            "a next authority is prepared already", "hushgate ca rotate --commit, or --abandon to take it back"
        )
    return create_authority(key, certificate, domains=domains)


def commit(state: Path) -> Authority:
    """Put the next authority in force. Raises AuthorityError, OSError."""
    key, certificate = _next(state)
    if not certificate.exists():
        raise AuthorityError("no next authority is prepared", "hushgate ca rotate makes one")
    if key.exists():
        load_authority(key, certificate)
        current = state / "ca" / "ca.pem"
        previous = _previous(state)
        previous.write_bytes(current.read_bytes())
        key.replace(state / "keys" / "ca.key")  # the old key is gone with this
    certificate.replace(state / "ca" / "ca.pem")
    return load_authority(state / "keys" / "ca.key", state / "ca" / "ca.pem")


def abandon(state: Path) -> None:
    """Take back what was prepared. Raises AuthorityError where `commit` has begun, OSError."""
    key, certificate = _next(state)
    if certificate.exists() and not key.exists():
        raise AuthorityError("a commit was interrupted", "hushgate ca rotate --commit finishes it")
    key.unlink(missing_ok=True)
    certificate.unlink(missing_ok=True)


def forget(state: Path) -> None:
    """Take the authority before this one out of the bundle."""
    _previous(state).unlink(missing_ok=True)


def trust_bundle(state: Path, now: datetime.datetime | None = None) -> bytes:
    """Return what clients are to trust, in PEM: the authority in force, the next, the one before until it expires.

    The keys are not read. Raises OSError, ValueError.
    """
    now = now or datetime.datetime.now(datetime.UTC)
    found: dict[bytes, None] = {}
    for path in (state / "ca" / "ca.pem", _next(state)[1], _previous(state)):
        if not found or path.exists():
            root = x509.load_pem_x509_certificates(path.read_bytes())[-1]
            if not found or root.not_valid_after_utc > now:
                found[root.public_bytes(serialization.Encoding.PEM)] = None
    return b"".join(found)


def constraints(patterns: Sequence[str]) -> list[str]:
    """Return the domains that hold all hosts of the patterns, none below another (RFC 5280, 4.2.1.10: no wildcards).

    `q.{region}.example.com` becomes `example.com`.
    """
    domains = set()
    for pattern in patterns:
        labels = pattern.split(".")
        wild = max((number for number, label in enumerate(labels) if is_wild(label)), default=-1)
        domains.add(".".join(labels[wild + 1 :]))
    return sorted(d for d in domains if not any(d.endswith(f".{other}") for other in domains))


def _current(state: Path) -> Authority:
    return load_authority(state / "keys" / "ca.key", state / "ca" / "ca.pem")


def _next(state: Path) -> tuple[Path, Path]:
    return state / "keys" / "ca-next.key", state / "ca" / "ca-next.pem"


def _previous(state: Path) -> Path:
    return state / "ca" / "ca-previous.pem"

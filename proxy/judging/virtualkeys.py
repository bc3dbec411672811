"""The keys that clients hold instead of a vendor's: made, kept, revoked, and exchanged for the vendor's on the way out.

Rules
1. A virtual key is shown once, when it is made; the file keeps its SHA-256, which is enough for 256 random bits.
2. The vendor's key leaves the file only for the vendor: no record, answer, log or `repr` holds it.
3. A virtual key opens one service, for the user or the groups it was made for, until it is revoked or expires.
The file is STATE/keys/virtual-keys.json, mode 0600.
"""

import hashlib
import hmac
import json
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qsl

from proxy.exchange import Client, Exchange

PREFIX = "hgk_"
FILE = "virtual-keys.json"  # in STATE/keys
_HEADERS = ("x-api-key", "api-key", "x-goog-api-key")
_QUERY = "key"


class KeyRefused(Exception):
    """A virtual key that opens nothing here: the text is for its holder."""


@dataclass(frozen=True, slots=True)
class VirtualKey:
    """One entry. `vendor_key` is empty for a key that is only known: its `known` is a keyed hash."""

    id: str
    name: str
    service: str
    digest: str = ""
    vendor_key: str = field(default="", repr=False)
    known: str = ""
    user: str = ""
    groups: tuple[str, ...] = ()
    created: str = ""
    expires: str = ""
    revoked: str = ""

    def live(self, now: datetime) -> bool:
        """Tell whether it opens anything at `now`."""
        return not self.revoked and (not self.expires or datetime.fromisoformat(self.expires) > now)


@dataclass(frozen=True, slots=True)
class Held:
    """A key that a request carries: where (`header:<name>` or `query:key`), and its text."""

    place: str
    text: str = field(repr=False)


class KeyRing:
    """The entries of one file."""

    def __init__(self, entries: Iterable[VirtualKey] = (), secret: bytes = b"") -> None:
        self.entries = tuple(entries)
        self._secret = secret
        self._by_digest = {entry.digest: entry for entry in self.entries if entry.digest}
        self._known: dict[str, set[str]] = {}
        for entry in self.entries:
            known = entry.known or (self.fingerprint(entry.vendor_key) if entry.vendor_key else "")
            if known and not entry.revoked:
                self._known.setdefault(entry.service, set()).add(known)

    def fingerprint(self, key: str) -> str:
        """Return the keyed hash by which a key is recognised: 16 hexadecimal digits."""
        return hmac.digest(self._secret, b"API_KEY\0" + key.encode("utf-8", "surrogateescape"), "sha256")[:8].hex()

    def named(self, name: str, now: datetime) -> str:
        """Return the vendor's key of an entry, for a route; empty where there is none that is live."""
        return next((entry.vendor_key for entry in self.entries if entry.name == name and entry.live(now)), "")

    def managed(self, service: str, key: str) -> bool | None:
        """Tell whether a vendor's key is ours; None where we know no key of the service."""
        known = self._known.get(service)
        return None if known is None else self.fingerprint(key) in known

    def exchange(self, key: str, service: str, client: Client, now: datetime) -> tuple[str, Client, str]:
        """Return the vendor's key for a virtual one, who holds it, and its id. Raises KeyRefused."""
        entry = self._by_digest.get(digest(key))
        if entry is None or not entry.live(now):
            raise KeyRefused("This hushgate key is not valid (any more). Please ask for a new one.")
        if entry.service != service:
            raise KeyRefused(f"This hushgate key is for {entry.service} and opens nothing else.")
        holder = client
        if entry.user and not client.subject and not client.unknown:
            groups = tuple(dict.fromkeys((*client.groups, *entry.groups)))
            holder = replace(client, subject=entry.user, groups=groups, source="virtual-key")
        if entry.user and holder.subject.lower() != entry.user.lower():
            raise KeyRefused("This hushgate key was made for somebody else.")
        groups_held = {group.casefold() for group in holder.groups}
        if entry.groups and not entry.user and not groups_held & {group.casefold() for group in entry.groups}:
            raise KeyRefused("This hushgate key was made for another group.")
        return entry.vendor_key, holder, entry.id


def digest(key: str) -> str:
    """Return the SHA-256 of a virtual key."""
    return hashlib.sha256(key.encode("utf-8", "surrogateescape")).hexdigest()


def held(exchange: Exchange) -> tuple[Held, ...]:
    """Return the API keys of a request, wherever vendors take them from."""
    found = []
    for name, value in exchange.headers:
        if name in _HEADERS and value:
            found.append(Held(f"header:{name}", value.strip()))
        elif name == "authorization":
            scheme, _, token = value.partition(" ")
            if scheme.lower() == "bearer" and token.strip() and token.count(".") < 2:
                found.append(Held("header:authorization", token.strip()))
    query = exchange.path.partition("?")[2]
    found += [Held(f"query:{_QUERY}", value) for name, value in parse_qsl(query) if name == _QUERY]
    return tuple(found)


def read(text: str, secret: bytes) -> KeyRing:
    """Return the vault of a file's text. Raises ValueError where it is not one."""
    raw = json.loads(text) if text else {"keys": []}
    return KeyRing((VirtualKey(**{**entry, "groups": tuple(entry.get("groups", ()))}) for entry in raw["keys"]), secret)


def write(path: Path, entries: Iterable[VirtualKey]) -> None:
    """Replace the file, mode 0600. Raises OSError."""
    text = json.dumps({"schema": "virtual-keys/v1", "keys": [asdict(entry) for entry in entries]}, indent=1)
    fresh = path.with_name(path.name + ".new")
    fresh.unlink(missing_ok=True)
    fresh.touch(mode=0o600, exist_ok=False)
    fresh.write_text(text, encoding="utf-8")
    fresh.replace(path)


def make(name: str, service: str, vendor_key: str, **more: object) -> tuple[str, VirtualKey]:
    """Return a new virtual key, to be shown once, and its entry."""
    text = PREFIX + secrets.token_urlsafe(32)
    made = datetime.now(UTC).isoformat(timespec="seconds")
    fields: Mapping[str, object] = {"created": made, **more}
    return text, VirtualKey(f"k{secrets.token_hex(4)}", name, service, digest(text), vendor_key, **fields)  # type: ignore[arg-type]

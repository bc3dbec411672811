"""The headers of one request to the proxy in, who sent it out: the user with groups, a question, or "not known".

Rules
1. In this order: a parent's word, Proxy-Authorization, the client certificate, the address table. A parent is believed
   only when the connection comes from a listed network, and only when it says one thing: a header that stands twice
   was added to the client's own. From everybody else these headers mean nothing.
2. What was given and is wrong is never passed over for something weaker: it is asked for again.
3. A provider that is down makes the sender unknown (`on_unknown: identity`), not anonymous and not refused.
4. Passwords and tokens are kept as keyed hashes only, in this process only; nothing of them is logged.
"""

import asyncio
import base64
import binascii
import hashlib
import logging
import secrets
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Protocol

from proxy.door.access import literal
from proxy.door.peer import Challenge, Peer
from proxy.door.secure import ProxyTls
from proxy.exchange import Client
from proxy.identity import certificates, htpasswd, people
from proxy.identity.directory import Directory, Down
from proxy.identity.failures import Failures
from proxy.identity.memory import Memory
from proxy.identity.negotiate import Negotiate, NotProvedError
from proxy.identity_section import Certificates, Parents, Section

logger = logging.getLogger("hushgate.identity")
_NAME_LENGTH = 256
_DOWN_SECONDS = 5.0  # a directory that failed is left alone for so long
_CREDENTIALS = "proxy-authorization"


class Head(Protocol):
    """Something with headers, their names in lower case."""

    @property
    def headers(self) -> tuple[tuple[str, str], ...]:
        """Return names and values."""


@dataclass(frozen=True, slots=True)
class Headers:
    """Headers alone."""

    headers: tuple[tuple[str, str], ...]


class Authenticator:
    """One worker's. Call it with a head and a peer."""

    def __init__(self, section: Section, texts: Mapping[str, str], clock: Callable[[], float] = time.monotonic) -> None:
        """Raises HtpasswdError, PeopleError or NegotiateError where a file cannot be used."""
        self._section = section
        self._clock = clock
        self._passwords = (
            htpasswd.read(section.htpasswd, texts["htpasswd"]) if section.htpasswd else htpasswd.Htpasswd({})
        )
        self._users = people.read_users(section.users, texts["users"]) if section.users else {}
        self._seats = people.read_seats(section.addresses, texts["addresses"]) if section.addresses else people.Seats()
        ldap, kerberos = section.ldap, section.kerberos
        self._directory = (
            Directory(ldap, texts.get("ldap_password", "").strip(), texts.get("ldap_ca", "")) if ldap else None
        )
        self._negotiate = Negotiate(kerberos, texts["keytab"]) if kerberos else None
        self.tls = _tls(section.client_certificates, texts)
        self._down_until = 0.0
        self._failures = Failures(section.failures, clock)
        self._verified: Memory[bytes, bool] = Memory(section.cache_seconds, clock)
        self._tokens: Memory[tuple[int, bytes], str] = Memory(section.cache_seconds, clock)
        self._groups: Memory[str, tuple[str, ...]] = Memory(section.cache_seconds, clock)
        self._key = secrets.token_bytes(32)
        self._threads = ThreadPoolExecutor(8, thread_name_prefix="identity")

    async def __call__(self, head: Head, peer: Peer) -> Client | Challenge:
        """Return who sent a request. Raises nothing but CancelledError."""
        parents = self._section.parents
        if parents is not None and _inside(peer.address, parents):
            said = _said(head, parents, peer)
            if said is not None:
                return await self._with_groups(said)
        given = [value for name, value in head.headers if name == _CREDENTIALS]
        if given and (self._basic or self._negotiate):
            return await self._by_credentials(given, peer)
        if peer.user:
            return await self._with_groups(Client(peer.address, peer.user.lower(), (), "certificate", peer.device))
        seat = self._seats.get(peer.address)
        if seat is not None:
            return await self._with_groups(
                Client(peer.address, seat.user.lower(), (), "address-table", seat.device or peer.device)
            )
        if self._section.required:
            return self._challenge("identity" if self._basic or self._negotiate else "identity_none")
        return Client(peer.address, device=peer.device)

    @property
    def _basic(self) -> bool:
        return bool(self._section.htpasswd) or self._directory is not None

    def _challenge(self, reason: str) -> Challenge:
        headers: list[tuple[str, str]] = []
        if self._negotiate and reason != "identity_none":
            headers.append(("Proxy-Authenticate", "Negotiate"))
        if self._basic and reason != "identity_none":
            headers.append(("Proxy-Authenticate", f'Basic realm="{self._section.realm}", charset="UTF-8"'))
        if reason == "identity_limit":
            headers = [("Retry-After", "60")]
        return Challenge(tuple(headers), reason)

    async def _by_credentials(self, given: list[str], peer: Peer) -> Client | Challenge:
        try:
            user, source = await self._proved(given, peer)
        except _WaitError:
            return self._challenge("identity_limit")
        except NotProvedError:
            self._failures.add(peer.address)
            return self._challenge("identity_wrong")
        except Down as error:
            self._note_down(error)
            return Client(peer.address, source="ldap", device=peer.device, unknown=True)
        return await self._with_groups(Client(peer.address, user.lower(), (), source, peer.device))

    async def _proved(self, given: list[str], peer: Peer) -> tuple[str, str]:
        scheme, _, rest = given[0].partition(" ")
        if len(given) == 1 and scheme.lower() == "basic" and self._basic:
            return await self._by_password(rest.strip(), peer.address)
        if len(given) == 1 and scheme.lower() == "negotiate" and self._negotiate:
            return await self._by_token(rest.strip(), peer), "kerberos"
        raise NotProvedError

    async def _by_password(self, credentials: str, address: str) -> tuple[str, str]:
        user, password = _basic(credentials)
        hashed = hashlib.blake2b(f"{user}\0{password}".encode(), key=self._key).digest()
        if self._verified.get(hashed) is None and self._failures.exceeded(address):
            raise _WaitError
        if await self._verified.ask(hashed, lambda: self._verify(user, password, address), bool):
            return user, "basic"
        raise NotProvedError

    async def _verify(self, user: str, password: str, address: str) -> bool:
        if len(self._passwords) and await self._run(self._compare, user, password, address):
            return True
        if self._directory is None:
            return False
        if self._clock() < self._down_until:
            raise Down("still")
        return await self._run(self._directory.verify, user, password)

    def _compare(self, user: str, password: str, address: str) -> bool:
        """Compare, in a thread, unless the guesses before this one have used up the address's tries meanwhile."""
        if self._failures.exceeded(address):
            raise _WaitError
        return self._passwords.verify(user, password)

    async def _by_token(self, credentials: str, peer: Peer) -> str:
        try:
            token = base64.b64decode(credentials, validate=True)
        except (ValueError, binascii.Error):
            raise NotProvedError from None
        if self._negotiate is None or not token:
            raise NotProvedError
        accept = self._negotiate.accept
        # A token is good once; on its own connection the engine may read the head that the front door has read.
        key = (peer.number, hashlib.blake2b(token, key=self._key).digest())
        return await self._tokens.ask(key, lambda: self._run(accept, token), bool)

    async def _with_groups(self, client: Client) -> Client:
        person = self._users.get(client.subject, people.Person())
        groups = dict.fromkeys((*client.groups, *person.groups))
        known = replace(client, groups=tuple(groups), device=client.device or person.device)
        directory = self._directory
        if directory is None or not client.subject or self._section.ldap is None or not self._section.ldap.group_base:
            return known
        subject = client.subject
        try:
            found = self._groups.get(subject)
            if found is None and self._clock() < self._down_until:
                return replace(known, unknown=True)
            found = await self._groups.ask(subject, lambda: self._run(directory.groups, subject), lambda _: True)
        except Down as error:
            self._note_down(error)
            return replace(known, unknown=True)
        return replace(known, groups=tuple(dict.fromkeys((*groups, *found))))

    def _note_down(self, error: Down) -> None:
        if self._clock() >= self._down_until:
            self._down_until = self._clock() + _DOWN_SECONDS
            logger.error("the directory cannot be asked: %s", error)

    async def _run[*A, R](self, function: Callable[[*A], R], *arguments: *A) -> R:
        return await asyncio.get_running_loop().run_in_executor(self._threads, function, *arguments)


class _WaitError(Exception):
    """Too many wrong passwords."""


def _tls(settings: Certificates | None, texts: Mapping[str, str]) -> ProxyTls | None:
    """Return how the proxy's port speaks TLS. Raises ValueError."""
    if settings is None:
        return None
    return ProxyTls(certificates.context(settings, texts), lambda der: certificates.named(der, settings))


def _basic(credentials: str) -> tuple[str, str]:
    """Return user and password (RFC 7617). Raises NotProvedError."""
    try:
        text = base64.b64decode(credentials, validate=True).decode()
    except (ValueError, binascii.Error):
        raise NotProvedError from None
    user, colon, password = text.partition(":")
    if not colon or not user or len(user) > _NAME_LENGTH or not text.isprintable():
        raise NotProvedError
    return user, password


def _inside(address: str, parents: Parents) -> bool:
    number = literal(address)
    return number is not None and any(number in network for network in parents.networks)


def _said(head: Head, parents: Parents, peer: Peer) -> Client | None:
    """Return what a parent says about the user; None where it says nothing, or more than one thing."""
    values: dict[str, list[str]] = {}
    for name, value in head.headers:
        values.setdefault(name, []).append(value.strip())

    def one(name: str) -> str:
        found = values.get(name, [])
        return found[0] if len(found) == 1 and found[0].isprintable() and len(found[0]) <= 4096 else ""

    user = one(parents.user_header)[:_NAME_LENGTH].lower()
    if not user:
        return None
    address = literal(one(parents.address_header))
    groups = tuple(word.strip() for word in one(parents.groups_header).split(",") if word.strip())
    return Client(
        address=str(address) if address else peer.address,
        subject=user,
        groups=groups,
        source="parent",
        device=one(parents.device_header),
    )

"""A host name in, the certificate that the proxy shows for it out.

Leaves follow RFC 5280, RFC 9525 and what browsers ask for: one name in subjectAltName, serverAuth, at most 90 days.
All leaves of a signer share one key of their own; the authority's key signs and is never in a TLS context.
"""

import datetime
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from proxy.ca.authority import Authority, PrivateKey, create_authority, create_key
from proxy.door.access import literal
from proxy.door.requesthead import Malformed, normalise

_BACKDATED = datetime.timedelta(days=1)
_LIFE = datetime.timedelta(days=90)
_EARLY = datetime.timedelta(days=7)  # before the end a new one is made
_COMMON_NAME_LIMIT = 64  # RFC 5280, ub-common-name


class SignError(ValueError):
    """No certificate can be made: what is wrong, and a hint."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Leaf:
    """A certificate for one host, and its key. `chain_pem` begins with it; the root that clients trust is left out."""

    host: str
    chain_pem: bytes = field(repr=False)
    key_pem: bytes = field(repr=False)
    not_after: datetime.datetime


class Signer(Protocol):
    """Makes leaves; where the authority's key lies (file, process, token) is its own affair."""

    async def sign(self, host: str) -> Leaf:
        """Return a leaf for a host name or address; the same object as long as it is good. Raises SignError."""


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)


class FileSigner:
    """Signs with an authority in this process, for one leaf key: the one given, or one made now and kept in memory.

    Keeps the `capacity` leaves that were used last and makes new ones a week before they expire, and when the clock was
    put back to before they begin.
    """

    def __init__(
        self,
        authority: Authority,
        leaf_key: PrivateKey | None = None,
        *,
        capacity: int = 2000,
        clock: Callable[[], datetime.datetime] = _now,
    ) -> None:
        self._authority = authority
        self._leaf_key = leaf_key or ec.generate_private_key(ec.SECP256R1())
        self._capacity = capacity
        self._clock = clock
        self._leaves: OrderedDict[str, tuple[Leaf, datetime.datetime, datetime.datetime]] = OrderedDict()

    async def sign(self, host: str) -> Leaf:
        """Return a leaf for a host name or address. Raises SignError."""
        name = _general_name(host)
        key = str(name.value)
        now = self._clock()
        leaf, begun, renew = self._leaves.get(key, (None, now, now))
        if leaf is None or not begun - _BACKDATED <= now < renew:  # a clock that was put back: not valid yet
            leaf = self._mint(name, now)
            self._leaves[key] = leaf, now, leaf.not_after - min(_EARLY, (leaf.not_after - now) / 3)
            if len(self._leaves) > self._capacity:
                self._leaves.popitem(last=False)
        self._leaves.move_to_end(key)
        return leaf

    def mint(self, host: str) -> Leaf:
        """Return a new leaf for a host name or address, and keep none. Raises SignError."""
        return self._mint(_general_name(host), self._clock())

    def _mint(self, name: x509.DNSName | x509.IPAddress, now: datetime.datetime) -> Leaf:
        issuer = self._authority.certificate
        end = min(now - _BACKDATED + _LIFE, self._authority.not_after)
        if end <= now:
            raise SignError("the CA has expired", "make a new one (hushgate ca rotate) and have clients trust it")
        builder = _describe(name, self._leaf_key.public_key())
        identifier = issuer.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
        certificate = (
            builder.issuer_name(issuer.subject)
            .not_valid_before(max(now - _BACKDATED, issuer.not_valid_before_utc))
            .not_valid_after(end)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier), critical=False)
            .sign(self._authority.key, hashes.SHA256())
        )
        above = [each for each in (issuer, *self._authority.chain) if each.issuer != each.subject]
        chain = b"".join(each.public_bytes(serialization.Encoding.PEM) for each in (certificate, *above))
        key = self._leaf_key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        return Leaf(str(name.value), chain, key, end.replace(microsecond=0))


def self_signed(folder: Path, host: str) -> tuple[Path, Path]:
    """Write a certificate for `host` under an authority made for it alone; return the paths of its chain and key.

    For local services of the demo and of tests: the chain holds the authority too, so that the file is also what to
    trust. Raises AuthorityError where the files exist.
    """
    authority = create_authority(folder / "service-ca.key", folder / "service-ca.pem")
    leaf_key = create_key(folder / "service.key")
    leaf = FileSigner(authority, leaf_key).mint(host)
    chain = folder / "service.pem"
    chain.write_bytes(leaf.chain_pem + authority.certificate_pem)
    return chain, folder / "service.key"


def _general_name(host: str) -> x509.DNSName | x509.IPAddress:
    address = literal(host.strip("[]"))
    if address is not None:
        return x509.IPAddress(address)
    try:
        return x509.DNSName(normalise(host))
    except Malformed:
        raise SignError("the host is neither a name nor an address", "ask for a plain host name") from None


def _describe(
    name: x509.DNSName | x509.IPAddress, key: ec.EllipticCurvePublicKey | rsa.RSAPublicKey
) -> x509.CertificateBuilder:
    text = str(name.value)
    common = [x509.NameAttribute(NameOID.COMMON_NAME, text)] if len(text) <= _COMMON_NAME_LIMIT else []
    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name(common))
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName([name]), critical=not common)  # RFC 5280 4.2.1.6
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )

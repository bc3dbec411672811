"""Key files and certificates of the proxy's own certificate authority in, an authority that can sign out.

Profile: RFC 5280. An EC P-256 key, five years, no further authorities below it, and a name with a random part, so that
the authorities of two deployments are told apart in a trust store. A company's own intermediate may take its place:
its certificate file then holds the chain, the issuing certificate first.
"""

import datetime
import ipaddress
import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from proxy.ca import token as token_of

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey

_DAYS = 5 * 365 + 1
_BACKDATED = datetime.timedelta(days=1)  # for clients whose clocks are behind


class AuthorityError(ValueError):
    """Key or certificate files cannot be made or used: what is wrong, and a hint."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Authority:
    """An issuing certificate, the certificates above it, and its key."""

    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...]  # above `certificate`, towards the root
    key: PrivateKey = field(repr=False)

    @property
    def certificate_pem(self) -> bytes:
        """Return what clients have to trust: the last certificate of the chain."""
        return (self.chain or (self.certificate,))[-1].public_bytes(serialization.Encoding.PEM)

    @property
    def fingerprint(self) -> str:
        """Return the SHA-256 fingerprint of what clients have to trust, as browsers and openssl show it."""
        return (self.chain or (self.certificate,))[-1].fingerprint(hashes.SHA256()).hex(":").upper()

    @property
    def not_after(self) -> datetime.datetime:
        """Return when the first certificate of the chain expires."""
        return min(each.not_valid_after_utc for each in (self.certificate, *self.chain))


def open_authority(state: Path, domains: Sequence[str] = (), token: str = "") -> Authority:
    """Return the authority of a state folder, made on the first start (the rest as below). Raises AuthorityError.

    Where an audit log exists, a missing one is an error: clients trust the old one, and a new one would fail them all.
    """
    key_path, certificate_path = state / "keys" / "ca.key", state / "ca" / "ca.pem"
    if key_path.exists() or certificate_path.exists():
        return load_authority(key_path, certificate_path)
    if any((state / "audit").glob("*.jsonl")):
        raise AuthorityError(
            f"{key_path} and {certificate_path} are missing, but an audit log exists",
            "restore them from your backup, or move the audit folder away to start anew",
        )
    key_path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    certificate_path.parent.mkdir(parents=True, exist_ok=True)
    return create_authority(key_path, certificate_path, domains=domains, token=token)


def create_authority(
    key_path: Path,
    certificate_path: Path,
    *,
    domains: Sequence[str] = (),
    now: datetime.datetime | None = None,
    token: str = "",
) -> Authority:
    """Make an authority and write its two files, which must not exist yet. Raises AuthorityError.

    With `domains` the certificate binds itself to those and the names below them, and to no IP address (RFC 5280
    4.2.1.10): what it signs for any other name is worthless. With `token`, a pkcs11: URI (proxy.ca.token), the key is
    that one, and the key file holds the URI.
    """
    if certificate_path.exists():
        raise AuthorityError(f"{certificate_path} exists already", "move it away, or keep using it")
    if token:
        key: PrivateKey = parse_key(token.encode())
        _write(key_path, f"{token}\n".encode(), 0o600)
    else:
        key = create_key(key_path)
    certificate = _self_sign(key, domains, now or datetime.datetime.now(datetime.UTC))
    _write(certificate_path, certificate.public_bytes(serialization.Encoding.PEM), 0o644)
    return Authority(certificate, (), key)


def load_authority(key_path: Path, certificate_path: Path) -> Authority:
    """Read an authority from its two files. Raises AuthorityError."""
    return parse_authority(_read_secret(key_path), _read(certificate_path))


def parse_authority(key_pem: bytes, certificates_pem: bytes) -> Authority:
    """Return the authority of a PEM key and PEM certificates, the issuing one first. Raises AuthorityError."""
    try:
        certificate, *chain = x509.load_pem_x509_certificates(certificates_pem)
    except ValueError:
        raise AuthorityError(
            "the CA certificate is not PEM", "give a file that begins -----BEGIN CERTIFICATE"
        ) from None
    key = parse_key(key_pem)
    if _public(key.public_key()) != _public(certificate.public_key()):
        raise AuthorityError(
            "the CA key does not belong to the CA certificate", "give both files of the same authority"
        )
    for lower, upper in zip((certificate, *chain), chain, strict=False):
        try:
            lower.verify_directly_issued_by(upper)
        except (ValueError, TypeError, InvalidSignature):
            raise AuthorityError(
                "the CA certificates are no chain", "put the issuing one first, its issuer next"
            ) from None
    if not _may_sign(certificate):
        raise AuthorityError("the CA certificate may not sign others", "give one with CA:TRUE and keyCertSign")
    return Authority(certificate, tuple(chain), key)


def create_key(path: Path) -> ec.EllipticCurvePrivateKey:
    """Make an EC P-256 key and write it to a new file that only its owner may read. Raises AuthorityError."""
    key = ec.generate_private_key(ec.SECP256R1())
    plain = serialization.NoEncryption()
    _write(path, key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain), 0o600)
    return key


def load_key(path: Path) -> PrivateKey:
    """Read a key that only its owner may read. Raises AuthorityError."""
    return parse_key(_read_secret(path))


def parse_key(pem: bytes) -> PrivateKey:
    """Return the EC or RSA key of a PEM text without password, or that of a token. Raises AuthorityError."""
    if pem.startswith(token_of.SCHEME.encode()):
        try:
            return token_of.open_key(pem.decode("ascii", "replace"))
        except token_of.TokenError as error:
            raise AuthorityError(str(error), "docs/trusting-the-ca.md says how a token is named") from None
    try:
        key = serialization.load_pem_private_key(pem, password=None)
    except (ValueError, TypeError):
        raise AuthorityError(
            "the key is not an unencrypted PEM private key", "write it so, readable by us only"
        ) from None
    if not isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
        raise AuthorityError("the key is neither EC nor RSA", "make one of those, EC P-256 for choice")
    return key


def _self_sign(key: PrivateKey, domains: Sequence[str], now: datetime.datetime) -> x509.Certificate:
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "hushgate"),
            x509.NameAttribute(NameOID.COMMON_NAME, f"hushgate CA {secrets.token_hex(4)}"),
        ]
    )
    usage = x509.KeyUsage(
        digital_signature=False,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=True,
        encipher_only=False,
        decipher_only=False,
    )
    identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _BACKDATED)
        .not_valid_after(now + datetime.timedelta(days=_DAYS))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(identifier, critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier), critical=False)
    )
    if domains:
        builder = builder.add_extension(_constrain(domains), critical=True)
    return builder.sign(key, hashes.SHA256())


def _constrain(domains: Sequence[str]) -> x509.NameConstraints:
    every = [x509.IPAddress(ipaddress.ip_network(text)) for text in ("0.0.0.0/0", "::/0")]
    return x509.NameConstraints([x509.DNSName(domain.lower().lstrip(".")) for domain in domains], every)


def _may_sign(certificate: x509.Certificate) -> bool:
    extensions = certificate.extensions
    try:
        constraints = extensions.get_extension_for_class(x509.BasicConstraints).value
        extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
        return constraints.ca and extensions.get_extension_for_class(x509.KeyUsage).value.key_cert_sign
    except x509.ExtensionNotFound:
        return False


def _public(key: object) -> bytes:
    if not isinstance(key, ec.EllipticCurvePublicKey | rsa.RSAPublicKey):
        return b""
    return key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def _write(path: Path, data: bytes, mode: int) -> None:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    except FileExistsError:
        raise AuthorityError(f"{path} exists already", "move it away, or keep using it") from None
    except OSError as error:
        raise AuthorityError(
            f"{path} cannot be written ({error.strerror})", "make its folder, writable by us"
        ) from None
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(descriptor)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise AuthorityError(f"{path} cannot be read ({error.strerror})", "name a file that we may read") from None


def _read_secret(path: Path) -> bytes:
    data = _read(path)
    if path.stat().st_mode & 0o077:
        raise AuthorityError(f"{path} may be read by others than its owner", f"chmod 600 {path}")
    return data

"""A client certificate that was verified in, the user and the device that it names out; and the TLS that asks for one.

Names stand in the subject alternative name (RFC 5280 4.2.1.6): `email`, `upn` (Microsoft's user principal name, an
otherName), `uri` (SPIFFE), `dns`; or in the subject: `cn`; `serial` is the certificate's number. A certificate that
names two users names none.
"""

import os
import ssl
from collections.abc import Callable, Mapping, Sequence

from cryptography import x509
from cryptography.x509.oid import NameOID, ObjectIdentifier

from proxy.identity import revocation
from proxy.identity_section import Certificates

_UPN = ObjectIdentifier("1.3.6.1.4.1.311.20.2.3")
_UTF8_STRING = 0x0C


def context(settings: Certificates, texts: Mapping[str, str]) -> ssl.SSLContext:
    """Return the TLS of the proxy's port. Raises ValueError where a file holds no usable certificate or key."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    made.set_alpn_protocols(["http/1.1"])
    made.verify_mode = ssl.CERT_REQUIRED if settings.required else ssl.CERT_OPTIONAL
    try:
        if lists := texts.get("tls_crl", ""):
            revocation.check(lists, texts["tls_ca"])
            revocation.enforce(made)
        _from_memory(texts["tls_ca"] + "\n" + lists, made.load_verify_locations)
        _from_memory(texts["tls_certificate"] + "\n" + texts["tls_key"], made.load_cert_chain)
    except (ssl.SSLError, OSError) as error:
        raise ValueError(f"client_certificates: certificate, key or ca cannot be used: {error}") from None
    except ValueError as error:
        raise ValueError(f"client_certificates: {error}") from None
    return made


def _from_memory(pem: str, load: Callable[[str], None]) -> None:
    """Load from memory what Python takes from files only: a chain with its key, authorities with their lists."""
    handle = os.memfd_create("hushgate", os.MFD_CLOEXEC)
    try:
        os.write(handle, pem.encode())
        load(f"/proc/self/fd/{handle}")
    finally:
        os.close(handle)


def named(der: bytes, settings: Certificates) -> tuple[str, str]:
    """Return user and device; empty where the certificate does not name them, or cannot be read."""
    try:
        certificate = x509.load_der_x509_certificate(der)
        user, device = _one(certificate, settings.user), _one(certificate, settings.device)
    except ValueError:
        return "", ""
    return (user.partition("@")[0] if settings.strip_domain else user), device


def _one(certificate: x509.Certificate, kind: str) -> str:
    values = [value for value in _values(certificate, kind) if value.isprintable() and 0 < len(value) <= 256]
    return values[0] if len(values) == 1 else ""


def _values(certificate: x509.Certificate, kind: str) -> Sequence[str]:
    if kind == "cn":
        return [str(a.value) for a in certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)]
    if kind == "serial":
        return [f"{certificate.serial_number:x}"]
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return []
    if kind == "upn":
        others = [name.value for name in names.get_values_for_type(x509.OtherName) if name.type_id == _UPN]
        return [text for text in map(_utf8, others) if text]
    kinds = {"email": x509.RFC822Name, "uri": x509.UniformResourceIdentifier, "dns": x509.DNSName}
    return [str(name.value) for name in names if kind in kinds and isinstance(name, kinds[kind])]


def _utf8(der: bytes) -> str:
    """Return the text of a DER UTF8String shorter than 128 bytes."""
    good = len(der) > 2 and der[0] == _UTF8_STRING and der[1] == len(der) - 2 < 128
    return der[2:].decode("utf-8", "replace") if good else ""

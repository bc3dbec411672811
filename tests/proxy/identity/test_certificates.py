"""What a client certificate says of user and device."""

import datetime
import ssl
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from proxy.identity.certificates import context, named
from proxy.identity_section import Certificates

UPN = x509.ObjectIdentifier("1.3.6.1.4.1.311.20.2.3")
KEY = ec.generate_private_key(ec.SECP256R1())


def certificate(*names: x509.GeneralName, cn: str = "Ada Lovelace") -> bytes:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, cn)])
    day = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    made = x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(KEY.public_key())
    made = made.serial_number(0xABC).not_valid_before(day).not_valid_after(day + datetime.timedelta(days=9))
    if names:
        made = made.add_extension(x509.SubjectAlternativeName(names), critical=False)
    return made.sign(KEY, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


def upn(text: str) -> x509.OtherName:
    return x509.OtherName(UPN, bytes([0x0C, len(text)]) + text.encode())


def settings(**more: Any) -> Certificates:
    return Certificates("c", "k", "a", **more)


WHOLE = certificate(
    x509.RFC822Name("ada@example.com"), upn("ada@corp.example"), x509.DNSName("lt-0231"),
    x509.UniformResourceIdentifier("spiffe://corp/ci"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("more", "who"),
    [
        ({}, ("ada@example.com", "")),
        ({"strip_domain": True, "device": "dns"}, ("ada", "lt-0231")),
        ({"user": "upn"}, ("ada@corp.example", "")),
        ({"user": "uri"}, ("spiffe://corp/ci", "")),
        ({"user": "cn"}, ("Ada Lovelace", "")),
        ({"user": "none", "device": "serial"}, ("", "abc")),
    ],
)
def test_names_are_taken_from_where_the_section_says(more: dict[str, Any], who: tuple[str, str]) -> None:
    assert named(WHOLE, settings(**more)) == who


@pytest.mark.parametrize(
    "der",
    [
        certificate(),
        certificate(x509.RFC822Name("ada@example.com"), x509.RFC822Name("eve@example.com")),
        certificate(x509.DNSName("a.example")),
        b"no certificate",
    ],
    ids=["no-name", "two-names", "another-kind", "no-certificate"],
)
def test_a_certificate_that_names_nobody_names_nobody(der: bytes) -> None:
    assert named(der, settings()) == ("", "")


def test_a_broken_upn_is_none() -> None:
    broken = x509.OtherName(UPN, b"\x0c\x82\x01\x00" + b"a" * 256)
    assert named(certificate(broken), settings(user="upn")) == ("", "")


def test_files_that_cannot_be_used_are_an_error() -> None:
    with pytest.raises(ValueError, match="client_certificates"):
        context(settings(), {"tls_ca": "x", "tls_certificate": "x", "tls_key": "x"})


def test_certificates_are_asked_for_and_may_be_demanded(tmp_path: Any) -> None:
    from tests.upstream import Authority

    authority = Authority()
    pem, key = authority.leaf(tmp_path, ["localhost"])
    texts = {"tls_ca": authority.pem().decode(), "tls_certificate": pem.read_text(), "tls_key": key.read_text()}
    assert context(settings(), texts).verify_mode is ssl.CERT_OPTIONAL
    assert context(settings(required=True), texts).verify_mode is ssl.CERT_REQUIRED

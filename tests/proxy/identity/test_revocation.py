"""Revocation lists: of whom they are, whether they are signed and still hold; what they name does not get in."""

from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization

from proxy.identity.revocation import check
from tests.upstream import Authority

NOW = datetime.now(UTC)


def crl(authority: Authority, *revoked: int, hours: int = 24, signer: Authority | None = None) -> str:
    """Return the authority's list of revoked numbers, in PEM."""
    made = x509.CertificateRevocationListBuilder().issuer_name(authority.cert.subject)
    made = made.last_update(NOW - timedelta(days=2)).next_update(NOW + timedelta(hours=hours))
    for number in revoked:
        entry = x509.RevokedCertificateBuilder().serial_number(number).revocation_date(NOW - timedelta(days=1))
        made = made.add_revoked_certificate(entry.build())
    signed = made.sign((signer or authority).key, hashes.SHA256())
    return signed.public_bytes(serialization.Encoding.PEM).decode()


OURS, OTHER = Authority("devices"), Authority("other")
CA = OURS.pem().decode()


def test_lists_of_all_authorities_may_stand_in_one_file() -> None:
    check(crl(OURS, 5) + crl(OTHER), CA + OTHER.pem().decode())


@pytest.mark.parametrize(
    ("lists", "wrong"),
    [
        ("", "there is no list in the file"),
        (CA, "there is no list in the file"),
        ("-----BEGIN X509 CRL-----\nMIIB\n-----END X509 CRL-----\n", "a list cannot be read"),
        (crl(OTHER), "the list of CN=other is of no authority in `ca`"),
        (crl(OURS, signer=OTHER), "CN=devices did not sign its list"),
        (crl(OURS, hours=-1), "the list of CN=devices ended at"),
    ],
    ids=["empty", "certificate", "garbage", "stranger", "forged", "ended"],
)
def test_a_list_that_says_nothing_is_an_error(lists: str, wrong: str) -> None:
    with pytest.raises(ValueError, match=wrong):
        check(lists, CA)

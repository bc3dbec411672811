"""Revocation lists of client certificates in (RFC 5280 5), the same lists checked out: TLS then refuses what they name.

Rules
1. Every authority of a client's chain needs a list: a certificate whose authority has none, or one that ended, is
   refused. A proxy that cannot know whether a certificate was revoked does not believe it.
2. Lists come from a file and are never fetched: whoever writes the file brings them (`openssl crl`, a timer).
"""

import ssl
from datetime import UTC, datetime

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.x448 import X448PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey

_EXCHANGE_ONLY = (X25519PublicKey, X448PublicKey)  # keys that sign nothing
_BEGIN, _END = "-----BEGIN X509 CRL-----", "-----END X509 CRL-----"


def check(lists: str, authorities: str, now: datetime | None = None) -> None:
    """Raise ValueError where a list cannot be read, is nobody's of `authorities`, or ended. Both are texts in PEM."""
    moment = now or datetime.now(UTC)
    known = x509.load_pem_x509_certificates(authorities.encode())
    found = [piece.partition(_END)[0] for piece in lists.split(_BEGIN)[1:]]
    if not found:
        raise ValueError("crl: there is no list in the file; write PEM (openssl crl -inform DER -in A -out B.pem)")
    for piece in found:
        try:
            crl = x509.load_pem_x509_crl(f"{_BEGIN}{piece}{_END}\n".encode())
        except ValueError:
            raise ValueError("crl: a list cannot be read") from None
        name = crl.issuer.rfc4514_string()
        issuers = [each.public_key() for each in known if each.subject == crl.issuer]
        if not issuers:
            raise ValueError(f"crl: the list of {name} is of no authority in `ca`")
        if not any(crl.is_signature_valid(key) for key in issuers if not isinstance(key, _EXCHANGE_ONLY)):
            raise ValueError(f"crl: {name} did not sign its list")
        if crl.next_update_utc is not None and crl.next_update_utc <= moment:
            raise ValueError(f"crl: the list of {name} ended at {crl.next_update_utc:%F %R} UTC; fetch the next one")


def enforce(context: ssl.SSLContext) -> None:
    """Let TLS refuse what the lists that were loaded name, and what they say nothing of."""
    context.verify_flags |= ssl.VERIFY_CRL_CHECK_CHAIN

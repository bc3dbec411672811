"""An authority and a host in, whether clients would believe what it signs for that host out (RFC 5280 4.2.1.10)."""

from collections.abc import Iterable
from pathlib import Path

from cryptography import x509

from proxy.ca.authority import Authority, AuthorityError, open_authority


def covers(authority: Authority, host: str) -> bool:
    """Tell whether no certificate of the authority's chain keeps it from signing for `host`."""
    return all(
        _permits(certificate, host.lower().rstrip(".")) for certificate in (authority.certificate, *authority.chain)
    )


def open_for(state: Path, own_host: str) -> Authority:
    """Return the authority of a state folder. Raises AuthorityError, also where it may not sign for our own pages."""
    authority = open_authority(state)
    if not covers(authority, own_host):
        raise AuthorityError(
            f"the certificate authority may not sign for {own_host} (own_host), where users answer and ask",
            "set own_host to a name below its domains, or make another: "
            "hushgate ca rotate --constrain-to-catalogue --config FILE",
        )
    return authority


def _permits(certificate: x509.Certificate, host: str) -> bool:
    try:
        names = certificate.extensions.get_extension_for_class(x509.NameConstraints).value
    except x509.ExtensionNotFound:
        return True
    permitted, excluded = _domains(names.permitted_subtrees), _domains(names.excluded_subtrees)
    return (not permitted or _below(host, permitted)) and not _below(host, excluded)


def _domains(subtrees: Iterable[x509.GeneralName] | None) -> list[str]:
    return [name.value.lower().lstrip(".") for name in subtrees or () if isinstance(name, x509.DNSName)]


def _below(host: str, domains: Iterable[str]) -> bool:
    return any(not domain or host == domain or host.endswith(f".{domain}") for domain in domains)

"""A section in, the texts of the files it names out: read by the supervisor, handed to its workers over their wire."""

import os
from collections.abc import Mapping
from pathlib import Path

from proxy.identity_section import Section, SectionError

_SECRET = 0o077


def gather(section: Section) -> dict[str, str]:
    """Return the contents by what they are for. Raises SectionError with every file that cannot be used."""
    texts: dict[str, str] = {}
    wrong: list[str] = []
    for use, (path, secret) in named(section).items():
        try:
            if secret and os.stat(path).st_mode & _SECRET:
                wrong.append(f"{path} can be read by others; chmod 600 {path}")
            texts[use] = Path(path).read_text(encoding="utf-8")
        except OSError as error:
            wrong.append(f"{path} ({use}) cannot be read: {error.strerror}")
        except UnicodeDecodeError:
            wrong.append(f"{path} ({use}) is not UTF-8 text")
    if section.kerberos:  # read by the Kerberos library itself
        texts["keytab"] = str(Path(section.kerberos.keytab).resolve())
    if wrong:
        raise SectionError("; ".join(wrong))
    return texts


def named(section: Section) -> Mapping[str, tuple[str, bool]]:
    """Return path and whether it is secret, by use, of every file that the section names."""
    ldap, certificates = section.ldap, section.client_certificates
    found = {
        "htpasswd": (section.htpasswd, False),
        "users": (section.users, False),
        "addresses": (section.addresses, False),
        "ldap_password": (ldap.bind_password_file if ldap else "", True),
        "ldap_ca": (ldap.ca if ldap else "", False),
        "tls_certificate": (certificates.certificate if certificates else "", False),
        "tls_key": (certificates.key if certificates else "", True),
        "tls_ca": (certificates.ca if certificates else "", False),
        "tls_crl": (certificates.crl if certificates else "", False),
    }
    return {use: (path, secret) for use, (path, secret) in found.items() if path}

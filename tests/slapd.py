"""A real slapd (Debian's package) for tests: two users, two groups, plain, StartTLS and LDAPS, on free ports."""

import contextlib
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.upstream import Authority

BASE = "dc=corp,dc=test"
ADMIN = f"cn=admin,{BASE}"
PASSWORD = "service-horse-3"
USERS = {"mara": "mara-pass-1", "hana": "hana-pass-2", "odd (o*)": "odd-pass-3"}
GROUPS = {"marketing": ["mara"], "hr": ["hana", "odd (o*)"]}
_CONF = """
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
pidfile {folder}/slapd.pid
TLSCertificateFile {cert}
TLSCertificateKeyFile {key}
access to attrs=userPassword by anonymous auth by * none
access to * by dn="{admin}" read by users none by anonymous auth
database mdb
suffix "{base}"
rootdn "{admin}"
rootpw {password}
directory {folder}/db
"""


@dataclass(slots=True)
class Slapd:
    """A running server."""

    plain: int
    secure: int
    ca: Path
    process: subprocess.Popen[bytes]


def entries() -> str:
    """Return the directory as LDIF."""
    lines = [f"dn: {BASE}\nobjectClass: dcObject\nobjectClass: organization\ndc: corp\no: corp\n"]
    lines += [f"dn: ou={unit},{BASE}\nobjectClass: organizationalUnit\nou: {unit}\n" for unit in ("people", "groups")]
    for user, password in USERS.items():
        lines.append(
            f"dn: uid={user},ou=people,{BASE}\nobjectClass: inetOrgPerson\nuid: {user}\ncn: {user}\nsn: {user}\n"
            f"userPassword: {password}\n"
        )
    for group, members in GROUPS.items():
        listed = "".join(f"member: uid={member},ou=people,{BASE}\n" for member in members)
        lines.append(f"dn: cn={group},ou=groups,{BASE}\nobjectClass: groupOfNames\ncn: {group}\n{listed}")
    return "\n".join(lines)


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


@contextlib.contextmanager
def slapd(folder: Path) -> Iterator[Slapd]:
    """Run a server, or skip where there is none."""
    program = shutil.which("slapd") or shutil.which("slapd", path="/usr/sbin")
    if program is None:
        pytest.skip("slapd is not installed (Debian: slapd ldap-utils)")
    (folder / "db").mkdir()
    authority = Authority("test directory CA")
    cert, key = authority.leaf(folder, ["127.0.0.1"])
    ca = folder / "directory-ca.pem"
    ca.write_bytes(authority.pem())
    conf = folder / "slapd.conf"
    conf.write_text(_CONF.format(folder=folder, cert=cert, key=key, admin=ADMIN, base=BASE, password=PASSWORD))
    (folder / "all.ldif").write_text(entries())
    subprocess.run([program, "-T", "add", "-f", conf, "-l", folder / "all.ldif"], check=True, capture_output=True)
    plain, secure = free_port(), free_port()
    listen = f"ldap://127.0.0.1:{plain} ldaps://127.0.0.1:{secure}"
    process = subprocess.Popen([program, "-d", "0", "-f", conf, "-h", listen])
    try:
        wait(plain)
        wait(secure)
        yield Slapd(plain, secure, ca, process)
    finally:
        process.kill()
        process.wait()


def wait(port: int) -> None:
    """Wait until something listens."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    raise AssertionError(f"nothing listens on {port}")

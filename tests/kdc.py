"""A real MIT KDC (Debian's packages) for tests: one realm, users, a proxy's keytab."""

import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.slapd import free_port, wait

REALM = "CORP.TEST"
USERS = {"hana": "hana-krb-1", "mara": "mara-krb-2"}


@dataclass(slots=True)
class Kdc:
    """A running realm. `environment` is what its programs and libraries need."""

    environment: dict[str, str]
    keytab: Path
    folder: Path

    def token(self, user: str, service: str = "HTTP@localhost") -> bytes:
        """Return a Negotiate token of a user who has just signed in."""
        cache = self.folder / f"cc-{user}"
        environment = {**self.environment, "KRB5CCNAME": f"FILE:{cache}"}
        password = f"{USERS[user]}\n".encode()
        subprocess.run(["kinit", f"{user}@{REALM}"], input=password, env=environment, check=True, capture_output=True)
        code = (
            "import gssapi, sys; name = gssapi.Name(sys.argv[1], gssapi.NameType.hostbased_service); "
            "mech = gssapi.OID.from_int_seq('1.3.6.1.5.5.2'); "
            "sys.stdout.buffer.write(gssapi.SecurityContext(name=name, mech=mech, usage='initiate').step())"
        )
        import sys

        done = subprocess.run([sys.executable, "-c", code, service], env=environment, check=True, capture_output=True)
        return done.stdout


@contextlib.contextmanager
def kdc(folder: Path) -> Iterator[Kdc]:
    """Run a KDC, or skip where there is none."""
    path = os.environ["PATH"] + ":/usr/sbin"
    if not all(shutil.which(program, path=path) for program in ("krb5kdc", "kdb5_util", "kadmin.local", "kinit")):
        pytest.skip("no KDC is installed (Debian: krb5-kdc krb5-admin-server krb5-user)")
    port = free_port()
    (folder / "krb5.conf").write_text(
        f"[libdefaults]\n default_realm = {REALM}\n dns_lookup_kdc = false\n dns_lookup_realm = false\n rdns = false\n"
        f" udp_preference_limit = 1\n dns_canonicalize_hostname = false\n[realms]\n {REALM} = {{\n  kdc = 127.0.0.1:{port}\n }}\n"
        f"[domain_realm]\n localhost = {REALM}\n"
    )
    (folder / "kdc.conf").write_text(
        f"[kdcdefaults]\n kdc_ports = {port}\n kdc_tcp_ports = {port}\n[realms]\n {REALM} = {{\n"
        f"  database_name = {folder}/principal\n  key_stash_file = {folder}/stash\n  acl_file = {folder}/kadm5.acl\n }}\n"
    )
    environment = {
        **os.environ,
        "PATH": path,
        "KRB5_CONFIG": str(folder / "krb5.conf"),
        "KRB5_KDC_PROFILE": str(folder / "kdc.conf"),
    }

    def run(*command: str) -> None:
        subprocess.run(command, env=environment, check=True, capture_output=True)

    run("kdb5_util", "create", "-s", "-P", "master", "-r", REALM)
    for user, password in USERS.items():
        run("kadmin.local", "-q", f"addprinc -pw {password} {user}@{REALM}")
    keytab = folder / "http.keytab"
    run("kadmin.local", "-q", f"addprinc -randkey HTTP/localhost@{REALM}")
    run("kadmin.local", "-q", f"ktadd -k {keytab} HTTP/localhost@{REALM}")
    process = subprocess.Popen(["krb5kdc", "-n", "-P", str(folder / "kdc.pid")], env=environment)
    try:
        wait(port)
        yield Kdc(environment, keytab, folder)
    finally:
        process.kill()
        process.wait()

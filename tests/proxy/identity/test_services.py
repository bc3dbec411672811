"""A directory, a realm and a balancer as they are in use, in front of and behind the real program."""

import base64
import shutil
import socket
import ssl
import subprocess
import time
from pathlib import Path

import pytest

from tests.kdc import REALM, kdc
from tests.running import CHAT, Proxy, chat, until
from tests.slapd import ADMIN, BASE, PASSWORD, Slapd, free_port, slapd, wait
from tests.upstream import Upstream

pytestmark = [pytest.mark.services, pytest.mark.proxy, pytest.mark.xdist_group("identity-services")]

POLICY = """
schema: policy/v1
policy: people
owner: security@example.com
rules:
  - id: salaries-are-for-hr
    mode: enforce
    match: {who: {not_groups: [hr]}, content: {any: [{labels: [LABEL_CONFIDENTIAL]}]}}
    action: {type: block, message: Only HR may send this.}
"""
MARKED = "CONFIDENTIAL - do not distribute\nMara earns 4,200 a month."
HOSTS = ("api.openai.com", "api.deepseek.com")
SERVICES = (
    "schema: services/v1\nservices:\n  openai-api: {status: sanctioned}\n  deepseek-api: {status: unsanctioned}\n"
)


def basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def send(proxy: Proxy, authorization: str, text: str = MARKED, host: str = "api.openai.com",
         address: tuple[str, int] | None = None) -> int:  # fmt: skip
    given = f"Proxy-Authorization: {authorization}\r\n" if authorization else ""
    try:
        sock = proxy.connect(host, headers=given, by=address)
    except ConnectionError as refused:
        return int(str(refused).split(" ", 2)[1])
    return proxy.request(host, CHAT, chat(text), sock=sock).status


def section(folder: Path, server: Slapd) -> str:
    secret = folder / "ldap-password"
    secret.touch(mode=0o600)
    secret.write_text(PASSWORD + "\n")
    return (
        f"  ldap:\n    url: ldaps://127.0.0.1:{server.secure}\n    ca: {server.ca}\n    bind_dn: {ADMIN}\n"
        f"    bind_password_file: {secret}\n    user_base: ou=people,{BASE}\n    group_base: ou=groups,{BASE}\n"
        "    timeout: 2\n  cache_seconds: 1\n"
    )


def test_users_and_groups_of_a_directory_and_what_happens_when_it_is_down(tmp_path: Path) -> None:
    with slapd(tmp_path) as server, Upstream(tmp_path, HOSTS) as upstream:
        config, services = tmp_path / "hushgate.yaml", tmp_path / "services.yaml"
        config.write_text("identity:\n" + section(tmp_path, server))
        services.write_text(SERVICES)
        arguments = ["--config", str(config), "--services", str(services)]
        with Proxy(tmp_path / "state", upstream, policies=[POLICY], arguments=arguments, hosts=HOSTS) as proxy:
            assert send(proxy, "") == 407
            assert send(proxy, basic("mara", "wrong")) == 407
            assert send(proxy, basic("*)(uid=*", "mara-pass-1")) == 407
            assert send(proxy, basic("mara", "mara-pass-1")) == 400
            assert send(proxy, basic("hana", "hana-pass-2")) == 200
            assert until(lambda: proxy.records()[-1]["who"]["groups"] == ["hr"])
            server.process.kill()
            server.process.wait()
            time.sleep(1.5)  # what was believed for a second is not believed any more
            assert send(proxy, basic("hana", "hana-pass-2")) == 200  # sanctioned: flagged
            assert until(lambda: proxy.records()[-1]["facts"]["unknown"] == ["identity"])
            record = proxy.records()[-1]
            assert record["decision"]["unknown"] == ["identity"]
            assert send(proxy, basic("hana", "hana-pass-2"), host="api.deepseek.com") == 400  # unsanctioned: blocked
            assert send(proxy, basic("hana", "hana-pass-2"), "hello", host="api.deepseek.com") == 200
            assert b"hana-pass-2" not in proxy.errors.read_bytes()


def test_a_kerberos_user_through_curl(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("gssapi", reason="the extra kerberos is not installed (make test-services installs it)")
    curl = shutil.which("curl")
    if curl is None or b"SPNEGO" not in subprocess.run([curl, "-V"], capture_output=True, check=True).stdout:
        pytest.skip("curl without SPNEGO")
    with kdc(tmp_path) as realm, Upstream(tmp_path, HOSTS) as upstream:
        config = tmp_path / "hushgate.yaml"
        config.write_text(
            f"identity:\n  kerberos: {{keytab: {realm.keytab}, realms: [{REALM}]}}\n  users: {tmp_path}/users.yaml\n"
        )
        (tmp_path / "users.yaml").write_text("schema: users/v1\nusers:\n  hana: {groups: [hr]}\n")
        with Proxy(tmp_path / "state", upstream, policies=[POLICY], arguments=["--config", str(config)], hosts=HOSTS,
                   environment={"KRB5_CONFIG": realm.environment["KRB5_CONFIG"]}) as proxy:  # fmt: skip
            found = {}
            for user in ("hana", "mara"):
                realm.token(user)  # signs in
                done = subprocess.run(
                    [curl, "-s", "-o", tmp_path / "answer", "-w", "%{http_code} %{http_connect}", "--proxy-negotiate",
                     "--proxy-user", ":", "-x", f"http://localhost:{proxy.address[1]}", "--cacert", proxy.ca,
                     "https://api.openai.com/v1/chat/completions", "-H", "content-type: application/json",
                     "-d", chat(MARKED).decode()],
                    env={**realm.environment, "KRB5CCNAME": f"FILE:{tmp_path}/cc-{user}"}, capture_output=True,
                    text=True, check=True,
                )  # fmt: skip
                found[user] = done.stdout
            assert found == {"hana": "200 200", "mara": "400 200"}
        assert {record["who"]["src"] for record in proxy.records()} == {"kerberos"}


@pytest.mark.parametrize("version", ["send-proxy", "send-proxy-v2"])
def test_a_balancer_that_speaks_proxy(tmp_path: Path, version: str) -> None:
    program = shutil.which("haproxy") or shutil.which("haproxy", path="/usr/sbin")
    if program is None:
        pytest.skip("haproxy is not installed (Debian: haproxy)")
    with Upstream(tmp_path, HOSTS) as upstream:
        config = tmp_path / "hushgate.yaml"
        config.write_text(
            f"identity: {{required: false, proxy_protocol: [127.0.0.6], addresses: {tmp_path}/addresses}}\n"
        )
        (tmp_path / "addresses").write_text("127.0.0.44 hana\n")
        with Proxy(
            tmp_path / "state", upstream, policies=[POLICY], arguments=["--config", str(config)], hosts=HOSTS
        ) as proxy:
            port = free_port()
            (tmp_path / "haproxy.cfg").write_text(
                "defaults\n mode tcp\n timeout connect 5s\n timeout client 30s\n timeout server 30s\n"
                f"listen in\n bind 127.0.0.1:{port}\n source 127.0.0.6\n server p 127.0.0.1:{proxy.address[1]} {version}\n"
            )
            balancer = subprocess.Popen([program, "-db", "-f", tmp_path / "haproxy.cfg"], stderr=subprocess.DEVNULL)
            try:
                wait(port)
                sock = socket.create_connection(("127.0.0.1", port), 30, ("127.0.0.44", 0))
                sock.sendall(b"CONNECT api.openai.com:443 HTTP/1.1\r\nHost: api.openai.com:443\r\n\r\n")
                assert b" 200 " in sock.recv(4096)
                context = ssl.create_default_context(cafile=str(proxy.ca))
                answer = proxy.request("api.openai.com", CHAT, chat(MARKED),
                                       sock=context.wrap_socket(sock, server_hostname="api.openai.com"))  # fmt: skip
                who = proxy.records()[-1]["who"]
                assert (answer.status, who["user"], who["ip"]) == (400, "hana", "127.0.0.44")
            finally:
                balancer.kill()
                balancer.wait()

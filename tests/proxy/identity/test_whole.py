"""Identity through the real program: who may send what to whom, and what a client that lies gains: nothing."""

import base64
import json
import socket
from collections.abc import Iterator
from typing import Any

import pytest

from proxy.identity.htpasswd import apr1
from tests.running import CHAT, Answer, Proxy, chat, until
from tests.upstream import Upstream

pytestmark = [pytest.mark.proxy, pytest.mark.xdist_group("identity")]

POLICY = """
schema: policy/v1
policy: people
owner: security@example.com
rules:
  - id: salaries-are-for-hr
    mode: enforce
    match:
      who: {not_groups: [hr]}
      content: {any: [{labels: [LABEL_CONFIDENTIAL]}]}
    action: {type: block, message: Only HR may send this.}
  - id: no-stores-for-marketing
    mode: enforce
    match: {who: {groups: [marketing]}, app: {ids: [openai-api, our-mcp]}, activity: [upload, agent_tool, other]}
    action: {type: block, message: Please ask the owner of this connector.}
  - id: lab-network-is-closed
    mode: enforce
    match: {who: {networks: [10.66.0.0/16]}}
    action: {type: block, message: Not from the laboratory.}
  - id: kiosks-are-closed
    mode: enforce
    match: {who: {devices: [kiosk-*]}}
    action: {type: block, message: Not from a kiosk.}
"""
USERS = "schema: users/v1\nusers:\n  mara: {groups: [marketing]}\n  hana: {groups: [hr]}\n"
MARKED = "CONFIDENTIAL - do not distribute\nMara earns 4,200 a month."
PASSWORD = "correct-horse-7"
HOSTS = ("api.openai.com", "mcp.corp.test", "www.example.com")


def basic(user: str, password: str = PASSWORD) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Proxy, Upstream]]:
    folder = tmp_path_factory.mktemp("identity")
    hashed = apr1(PASSWORD.encode(), b"abcdefgh")
    (folder / "htpasswd").write_text("".join(f"{user}:{hashed}\n" for user in ("mara", "hana", "otto")))
    (folder / "users.yaml").write_text(USERS)
    (folder / "addresses").write_text("127.0.0.77 mara kiosk-7\n")
    (folder / "services.yaml").write_text(
        "schema: services/v1\nservices:\n  our-mcp: {title: Our MCP, hosts: [mcp.corp.test], like: mcp}\n"
    )
    config = folder / "hushgate.yaml"
    config.write_text(
        "identity:\n"
        f"  htpasswd: {folder}/htpasswd\n  users: {folder}/users.yaml\n  addresses: {folder}/addresses\n"
        "  parents: {networks: [127.0.0.5]}\n  proxy_protocol: [127.0.0.6]\n  failures: 1000\n"
    )
    arguments = ["--config", str(config), "--services", str(folder / "services.yaml")]
    with (
        Upstream(folder, HOSTS) as upstream,
        Proxy(folder / "state", upstream, policies=[POLICY], arguments=arguments, hosts=HOSTS) as proxy,
    ):
        yield proxy, upstream


def ask(proxy: Proxy, path: str, body: bytes, headers: str = "", *, host: str = "api.openai.com", source: str = "127.0.0.1",
        first: bytes = b"", inner: dict[str, str] | None = None) -> Answer:  # fmt: skip
    sock = proxy.connect(host, headers=headers, source=source, first=first)
    return proxy.request(host, path, body, inner, sock=sock)


def whom(record: dict[str, Any]) -> tuple[str, list[str], str]:
    return record["who"]["user"], record["who"]["groups"], record["who"]["src"]


def as_user(user: str) -> str:
    return f"Proxy-Authorization: {basic(user)}\r\n"


def test_marketing_and_hr_get_different_verdicts_for_the_same_prompt(proxy: Proxy, upstream: Upstream) -> None:
    refused = ask(proxy, CHAT, chat(MARKED), as_user("mara"))
    assert refused.status == 400
    assert "Only HR may send this." in refused.json()["error"]["message"]
    assert not upstream.received
    assert ask(proxy, CHAT, chat(MARKED), as_user("hana")).status == 200
    assert ask(proxy, CHAT, chat("hello"), as_user("mara")).status == 200
    mara, hana = ("mara", ["marketing"], "basic"), ("hana", ["hr"], "basic")
    assert until(lambda: [whom(record) for record in proxy.records()][-3:] == [mara, hana, mara])


CALL = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "payroll", "arguments": {"month": "May"}}}
CONNECTORS = [
    ("api.openai.com", "/v1/assistants", {"model": "m", "instructions": MARKED}),
    ("api.openai.com", "/v1/vector_stores", {"name": "prices"}),
    ("mcp.corp.test", "/mcp", CALL),
]


@pytest.mark.parametrize(("host", "path", "body"), CONNECTORS, ids=["assistant", "vector-store", "mcp-tool"])
def test_marketing_and_hr_get_different_verdicts_for_the_same_connector(
    proxy: Proxy, upstream: Upstream, host: str, path: str, body: dict[str, object]
) -> None:
    data = json.dumps(body).encode()
    refused = ask(proxy, path, data, as_user("mara"), host=host)
    assert refused.headers["x-hushgate"].startswith("blocked")
    assert not upstream.received
    assert ask(proxy, path, data, as_user("hana"), host=host).status == 200
    assert len(upstream.received) == 1


def test_who_says_nothing_is_asked_and_a_wrong_password_is_audited(proxy: Proxy) -> None:
    with pytest.raises(ConnectionError, match="407 Proxy Authentication Required") as raised:
        proxy.tunnel("api.openai.com")
    assert 'Proxy-Authenticate: Basic realm="hushgate"' in str(raised.value)
    with pytest.raises(ConnectionError, match="identity_wrong"):
        proxy.tunnel("api.openai.com", headers=f"Proxy-Authorization: {basic('mara', 'wr0ng-pass')}\r\n")
    with pytest.raises(ConnectionError, match="407"):
        proxy.tunnel("www.example.com")
    assert until(lambda: any(record["reason"] == "identity_wrong" for record in proxy.records("skipped")))


def test_passwords_reach_no_log_and_no_vendor(proxy: Proxy, upstream: Upstream) -> None:
    inner = {"Proxy-Authorization": basic("mara"), "X-Authenticated-User": "root"}
    assert ask(proxy, CHAT, chat("hello"), as_user("mara"), inner=inner).status == 200
    assert not {"proxy-authorization", "x-authenticated-user"} & set(upstream.received[0].headers)
    written = proxy.errors.read_bytes() + b"".join(p.read_bytes() for p in (proxy.state / "audit").iterdir())
    for secret in (PASSWORD.encode(), b"wr0ng-pass", basic("mara").encode()):
        assert secret not in written


SPOOFS = (
    "X-Authenticated-User: hana\r\nX-Authenticated-Groups: hr\r\nX-Client-IP: 10.1.1.1\r\nX-Forwarded-User: hana\r\n"
)


def test_spoofed_headers_gain_nothing(proxy: Proxy, upstream: Upstream) -> None:
    with pytest.raises(ConnectionError, match="407"):
        proxy.tunnel("api.openai.com", headers=SPOOFS)
    inner = {"X-Authenticated-User": "hana", "X-Authenticated-Groups": "hr"}
    assert ask(proxy, CHAT, chat(MARKED), as_user("mara") + SPOOFS, inner=inner).status == 400
    with pytest.raises(ConnectionError, match="400 Bad Request"):
        proxy.tunnel("api.openai.com", headers=as_user("hana"), first=b"PROXY TCP4 10.1.1.1 10.0.0.1 1 2\r\n")
    assert not upstream.received


def test_a_listed_parents_word_is_taken(proxy: Proxy, upstream: Upstream) -> None:
    assert ask(proxy, CHAT, chat(MARKED), SPOOFS, source="127.0.0.5").status == 200
    assert until(lambda: whom(proxy.records()[-1]) == ("hana", ["hr"], "parent"))
    assert proxy.records()[-1]["who"]["ip"] == "10.1.1.1"
    with pytest.raises(ConnectionError, match="407"):
        proxy.tunnel("api.openai.com", source="127.0.0.5")


@pytest.mark.parametrize(("address", "status"), [("10.1.1.1", 200), ("10.66.1.1", 400)])
def test_the_real_address_behind_a_balancer_counts(proxy: Proxy, upstream: Upstream, address: str, status: int) -> None:
    header = f"PROXY TCP4 {address} 10.0.0.1 4000 8080\r\n".encode()
    assert ask(proxy, CHAT, chat("hello"), as_user("hana"), source="127.0.0.6", first=header).status == status
    assert until(lambda: proxy.records()[-1]["who"]["ip"] == address)


def test_a_balancer_without_a_header_is_refused(proxy: Proxy) -> None:
    with pytest.raises(ConnectionError, match="400 Bad Request"):
        proxy.tunnel("api.openai.com", headers=as_user("hana"), source="127.0.0.6")


def test_the_address_table_names_user_and_device(proxy: Proxy, upstream: Upstream) -> None:
    refused = ask(proxy, CHAT, chat("hello"), source="127.0.0.77")
    assert "Not from a kiosk." in refused.json()["error"]["message"]
    who = proxy.records()[-1]["who"]
    assert (who["user"], who["device"], who["src"]) == ("mara", "kiosk-7", "address-table")


def plain(sock: socket.socket, user: str, text: str) -> bytes:
    """Send one plain request to the proxy over a connection that stays open; return the head of the answer."""
    body = chat(text)
    given = f"Proxy-Authorization: {basic(user)}\r\n" if user else ""
    sock.sendall(
        f"POST http://api.openai.com/v1/chat/completions HTTP/1.1\r\nHost: api.openai.com\r\n{given}"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode()
        + body
    )
    data = b""
    while b"\r\n\r\n" not in data:
        got = sock.recv(65536)
        if not got:
            return data
        data += got
    head, _, rest = data.partition(b"\r\n\r\n")
    length = next(
        int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")
    )
    while len(rest) < length:
        rest += sock.recv(65536)
    return head


def test_on_one_plain_connection_each_request_says_who_sends_it(proxy: Proxy, upstream: Upstream) -> None:
    with socket.create_connection(proxy.address, 30) as sock:
        assert b" 400 " in plain(sock, "mara", MARKED)
        assert b" 407 " in plain(sock, "", MARKED)
    with socket.create_connection(proxy.address, 30) as sock:
        assert b" 400 " in plain(sock, "otto", MARKED)
        assert b" 400 " in plain(sock, "mara", MARKED)
        assert proxy.records()[-1]["who"]["user"] == "mara"


def test_groups_change_without_a_restart(proxy: Proxy, upstream: Upstream) -> None:
    users = proxy.state.parent / "users.yaml"
    before = len(proxy.records("policy_reload"))
    users.write_text(USERS + "  otto: {groups: [hr]}\n")
    assert until(lambda: len(proxy.records("policy_reload")) > before)
    assert ask(proxy, CHAT, chat(MARKED), as_user("otto")).status == 200

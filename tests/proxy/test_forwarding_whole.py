"""What goes out in the client's stead, through the real program: tenant headers, virtual keys, routes."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from proxy.judging.sigv4 import credentials, sign
from tests.proxy.restore.test_chunks import chunk
from tests.running import CHAT, ROOT, Proxy, chat, until
from tests.upstream import Received, Reply, Upstream

pytestmark = [pytest.mark.proxy, pytest.mark.xdist_group("forwarding")]

POLICY = """
schema: policy/v1
policy: forwarding
owner: security@example.com
rules:
  - id: personal-accounts-stay-out
    mode: enforce
    match: {app: {accounts: [personal]}}
    action: {type: block, message: Please use the account of the company.}
  - id: confidential-goes-home
    mode: enforce
    match: {app: {ids: [openai-api, anthropic-api]}, content: {any: [{labels: [LABEL_CONFIDENTIAL]}]}}
    action: {type: route, to: private, message: Our own model answered this.}
  - id: internal-goes-to-azure
    mode: enforce
    match: {app: {ids: [openai-api]}, content: {any: [{labels: [LABEL_INTERNAL]}]}}
    action: {type: route, to: azure}
  - id: claude-through-aws
    mode: enforce
    match: {app: {ids: [anthropic-api, bedrock]}, content: {any: [{labels: [LABEL_INTERNAL]}]}}
    action: {type: route, to: aws}
  - id: accounts-are-placeholders
    mode: enforce
    match: {app: {ids: [anthropic-api]}, content: {any: [{entities: [IBAN_CODE]}]}}
    action: {type: tokenise}
  - id: cards-are-redacted
    mode: enforce
    match: {content: {any: [{entities: [CREDIT_CARD]}]}}
    action: {type: redact}
"""
WORKSPACE = "0b1a2c3d-1111-4222-8333-444455556666"
SERVICES = """
schema: services/v1
services:
  own-llm: {title: Our LLM, status: sanctioned, hosts: [llm.corp.test], like: openai-api}
tenants:
  chatgpt-workspaces: [%s]
  microsoft-personal-accounts: []
routes:
  private: {url: "https://llm.corp.test:%d/v1", service: own-llm, model: llama, key: llm}
  azure: {url: "https://corp.openai.azure.com", service: azure-openai, kind: azure-openai, model: gpt5-eu, key: az}
  aws: {url: "https://bedrock-runtime.eu-central-1.amazonaws.com", service: bedrock, kind: bedrock, model: "eu.claude:0", key: aws}
"""
AWS = "bedrock-runtime.eu-central-1.amazonaws.com"
PAIR = ":".join(["AKIA" + "IOSFODNN7EXAMPLE", "/".join(["wJalrXUtnFEMI", "K7MDENG", "bPxRfiCYEXAMPLEKEY"])])
INTERNAL = "Internal use only\nlunch is at noon"
VENDOR = "-".join(["sk", "proj", "q8Zt2mVb9NcR4wL1"])
HOSTS = ("api.openai.com", "api.anthropic.com", "chatgpt.com", "llm.corp.test", "corp.openai.azure.com",
         "login.live.com", AWS, "bedrock-runtime.us-east-1.amazonaws.com")  # fmt: skip
MARKED = "CONFIDENTIAL - do not distribute\nour margin is 12 %"
CARD = "4111 1111 1111 1111"


def keys(state: Path, *words: str, given: str = "") -> str:
    command = [sys.executable, "-P", "-m", "proxy.cli", "keys", words[0], "--state", str(state), *words[1:]]
    done = subprocess.run(command, input=given, capture_output=True, text=True, check=True, cwd=ROOT)
    return done.stdout.strip()


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Proxy, Upstream, str]]:
    folder = tmp_path_factory.mktemp("forwarding")
    state = folder / "state"
    virtual = keys(state, "add", "--name", "pay", "--service", "openai-api", "--user", "ci-pay", given=VENDOR + "\n")
    keys(state, "add", "--name", "llm", "--service", "own-llm", given="private-key-7\n")
    keys(state, "add", "--name", "az", "--service", "azure-openai", given="azure-key-8\n")
    keys(state, "add", "--name", "aws", "--service", "bedrock", given=PAIR + "\n")
    with Upstream(folder, HOSTS) as upstream:
        (folder / "services.yaml").write_text(SERVICES % (WORKSPACE, upstream.port))
        arguments = ["--services", str(folder / "services.yaml")]
        arguments += ["--connect-to", f"llm.corp.test:{upstream.port}:127.0.0.1:{upstream.port}"]
        with Proxy(state, upstream, policies=[POLICY], arguments=arguments, hosts=HOSTS) as proxy:
            yield proxy, upstream, virtual


@pytest.fixture
def virtual(running: tuple[Proxy, Upstream, str]) -> dict[str, str]:
    return {"authorization": f"Bearer {running[2]}"}


def test_a_virtual_key_becomes_the_vendors_on_the_way_out_and_shows_nowhere(proxy, upstream, virtual) -> None:  # type: ignore[no-untyped-def]
    answer = proxy.request("api.openai.com", CHAT, chat("hello"), virtual)
    assert answer.status == 200
    assert upstream.received[0].headers["authorization"] == f"Bearer {VENDOR}"
    assert virtual["authorization"] not in str(upstream.received[0].headers)
    assert until(lambda: [r["who"]["src"] for r in proxy.records()][-1:] == ["virtual-key"])
    record = proxy.records()[-1]
    assert record["who"]["user"] == "ci-pay"
    assert record["app"]["account"] == "corporate"
    assert record["app"]["tenant"].startswith("key:k")
    written = proxy.errors.read_bytes() + b"".join(p.read_bytes() for p in (proxy.state / "audit").iterdir())
    for secret in (VENDOR, virtual["authorization"].split()[1]):
        assert secret.encode() not in written
        assert secret not in str(answer)


@pytest.mark.parametrize(
    ("host", "headers"),
    [("api.openai.com", {"authorization": "Bearer hgk_made-up"}), ("api.anthropic.com", {})],
    ids=["unknown", "other-service"],
)
def test_a_virtual_key_opens_nothing_else(proxy, upstream, virtual, host, headers) -> None:  # type: ignore[no-untyped-def]
    answer = proxy.request(host, "/v1/messages", chat("hello"), headers or virtual)
    assert answer.status == 400
    assert "This hushgate key" in answer.body.decode()
    assert not upstream.received
    reference = answer.headers["x-hushgate"].partition("ref=")[2]
    assert [r["reason"] for r in proxy.records("skipped") if r["id"] == reference] == ["virtual_key"]


def test_an_unmanaged_key_is_a_personal_account(proxy: Proxy, upstream: Upstream) -> None:
    mine = {"authorization": "Bearer " + "-".join(["sk", "proj", "mine"])}
    answer = proxy.request("api.openai.com", CHAT, chat("hello"), mine)
    assert "Please use the account of the company." in answer.body.decode()
    tenant = proxy.records()[-1]["app"]["tenant"]
    assert tenant.startswith("key:")
    assert "mine" not in tenant


def test_the_tenant_header_replaces_every_copy_of_the_clients(proxy: Proxy, upstream: Upstream) -> None:
    lie = {"ChatGPT-Allowed-Workspace-Id": "9f8e7d6c-1111-4222-8333-444455556666"}
    assert proxy.request("chatgpt.com", "/backend-api/me", None, lie).status == 200
    assert proxy.request("api.openai.com", "/v1/models", None, {}).status == 200
    first, second = upstream.received
    assert first.headers["chatgpt-allowed-workspace-id"] == WORKSPACE
    assert "chatgpt-allowed-workspace-id" not in second.headers


def test_a_login_gets_the_header_and_is_not_read(proxy: Proxy, upstream: Upstream) -> None:
    lie = {"sec-Restrict-Tenant-Access-Policy": "none", "content-type": "application/x-www-form-urlencoded"}
    body = f"login=ada&passwd=hunter2secret&card={CARD}".encode()
    before = len(proxy.records())
    assert proxy.request("login.live.com", "/ppsecure/post.srf", body, lie).status == 200
    (got,) = upstream.received
    assert got.headers["sec-restrict-tenant-access-policy"] == "restrict-msa"
    assert got.body == body
    assert len(proxy.records()) == before


def test_a_routed_request_goes_to_the_private_tenant_with_its_key_and_the_user_is_told(
    proxy, upstream, virtual
) -> None:  # type: ignore[no-untyped-def]
    headers = {**virtual, "openai-organization": "org-theirs", "cookie": "c=d"}
    answer = proxy.request("api.openai.com", CHAT, chat(f"{MARKED} {CARD}"), headers)
    assert answer.status == 200
    said = answer.headers["x-hushgate"]
    assert "routed; to=private; ref=" in said
    assert "redacted; n=1; ref=" in said
    (got,) = upstream.received
    assert got.headers["host"] == f"llm.corp.test:{upstream.port}"
    assert got.headers["authorization"] == "Bearer private-key-7"
    assert not {"cookie", "openai-organization"} & set(got.headers)
    body = json.loads(got.body)
    assert body["model"] == "llama"
    assert "[REDACTED_CREDIT_CARD]" in body["messages"][0]["content"]
    assert proxy.records()[-1]["decision"]["route"] == "private"


def test_a_stream_from_the_private_tenant_streams(proxy: Proxy, upstream: Upstream) -> None:
    answer = proxy.request("api.openai.com", CHAT, chat(MARKED, stream=True))
    assert answer.headers["content-type"] == "text/event-stream"
    assert b"[DONE]" in answer.body


def test_what_the_target_does_not_speak_is_refused_and_reaches_nobody(proxy: Proxy, upstream: Upstream) -> None:
    body = {"model": "c", "max_tokens": 1, "messages": [{"role": "user", "content": MARKED}]}
    answer = proxy.request("api.anthropic.com", "/v1/messages", json.dumps(body).encode())
    assert answer.status == 400
    assert "private does not speak" in answer.json()["error"]["message"]
    assert not upstream.received
    reference = answer.headers["x-hushgate"].partition("ref=")[2]
    assert [r["reason"] for r in proxy.records("skipped") if r["id"] == reference] == ["unroutable"]


def test_an_azure_target_gets_its_path_and_key(proxy: Proxy, upstream: Upstream) -> None:
    text = "Internal use only\nlunch is at noon"
    answer = proxy.request("api.openai.com", CHAT, chat(text))
    assert "routed; to=azure" in answer.headers.get("x-hushgate", "")
    (got,) = upstream.received
    assert got.headers["host"] == "corp.openai.azure.com"
    assert got.path == "/openai/deployments/gpt5-eu/chat/completions?api-version=2024-10-21"
    assert got.headers["api-key"] == "azure-key-8"
    assert "authorization" not in got.headers


def signed(got: Received) -> None:
    """Insist that what arrived is what was signed, by the pair of the vault."""
    pair = credentials(PAIR)
    assert pair is not None
    now = datetime.strptime(got.headers["x-amz-date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    made = sign("POST", got.path, {"host": got.headers["host"]}, got.body, keys=pair, region="eu-central-1",
                service="bedrock", now=now)  # fmt: skip
    assert got.headers["authorization"] == made["authorization"]
    assert not {"x-api-key", "cookie"} & set(got.headers)


def test_claude_streams_through_bedrock_and_values_come_back(proxy, upstream, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    def script(request: Received) -> Reply:
        token = re.search(r"\[IBAN_CODE_[A-Z2-7]{6}\]", request.body.decode())
        assert token
        said = [
            {"type": "message_start", "message": {"id": "m", "type": "message", "role": "assistant", "content": []}},
            {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
            *({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": piece}}
              for piece in ("pay to ", token[0][:7], token[0][7:])),
            {"type": "content_block_stop", "index": 0},
            {"type": "message_stop"},
        ]  # fmt: skip
        return Reply(headers={"content-type": "application/vnd.amazon.eventstream"}, chunks=[chunk(e) for e in said])

    monkeypatch.setattr(upstream, "script", script)
    iban = "DE89370400440532013000"
    body = {"model": "claude-x", "max_tokens": 9, "stream": True,
            "messages": [{"role": "user", "content": f"{INTERNAL}\nIBAN {iban}"}]}  # fmt: skip
    answer = proxy.request("api.anthropic.com", "/v1/messages", json.dumps(body).encode(), {"x-api-key": "theirs"})
    assert (answer.status, answer.headers["content-type"]) == (200, "text/event-stream; charset=utf-8")
    events = [json.loads(line[6:]) for line in answer.body.decode().splitlines() if line.startswith("data: ")]
    assert "".join(e["delta"]["text"] for e in events if e["type"] == "content_block_delta") == f"pay to {iban}"
    assert events[-1]["type"] == "message_stop"
    (got,) = upstream.received
    assert (got.headers["host"], got.path) == (AWS, "/model/eu.claude%3A0/invoke-with-response-stream")
    assert iban.encode() not in got.body
    signed(got)


def test_bedrocks_own_form_goes_to_our_account_signed_anew(proxy: Proxy, upstream: Upstream) -> None:
    body = json.dumps({"messages": [{"role": "user", "content": [{"text": INTERNAL}]}]}).encode()
    theirs = {"authorization": "AWS4-HMAC-SHA256 Credential=AKIATHEIRS/20260301/us-east-1/bedrock/aws4_request"}
    answer = proxy.request("bedrock-runtime.us-east-1.amazonaws.com", "/model/theirs/converse-stream", body, theirs)
    assert "routed; to=aws" in answer.headers["x-hushgate"]
    (got,) = upstream.received
    assert (got.headers["host"], got.path) == (AWS, "/model/eu.claude%3A0/converse-stream")
    assert got.body == body
    signed(got)


def test_two_targets_are_a_refusal(proxy: Proxy, upstream: Upstream) -> None:
    assert proxy.request("api.openai.com", CHAT, chat(MARKED + "\nInternal use only")).status == 400
    assert not upstream.received


def test_a_revoked_key_ends_at_once(proxy: Proxy, upstream: Upstream, virtual: dict[str, str]) -> None:
    (row,) = [r for r in json.loads(keys(proxy.state, "list", "--json")) if r["name"] == "pay"]
    keys(proxy.state, "revoke", row["id"])
    assert until(lambda: proxy.request("api.openai.com", CHAT, chat("hello"), virtual).status == 400)

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from policies.words import ACTIVITIES, APP_CATEGORIES
from proxy.catalogue.catalogue import Catalogue, CatalogueError, from_texts, load
from proxy.catalogue.error_shapes import names
from proxy.codecs import dialect_table

VECTORS = Path(__file__).parents[2] / "vectors" / "catalogue"
SOURCE = Path(__file__).parents[4] / "shared" / "endpoints.yaml"
FIXED_IDS = [
    "openai-api",
    "chatgpt",
    "anthropic-api",
    "claude",
    "gemini-api",
    "gemini",
    "vertex-ai",
    "azure-openai",
    "azure-ai",
    "bedrock",
    "mistral-api",
    "le-chat",
    "cohere-api",
    "huggingface",
    "groq",
    "together",
    "openrouter",
    "perplexity-api",
    "perplexity",
    "deepseek-api",
    "deepseek",
    "grok-api",
    "grok",
    "copilot-consumer",
    "copilot-m365",
    "github-copilot",
    "cursor",
    "windsurf",
    "jetbrains-ai",
    "codeium",
    "amazon-q",
    "ollama",
    "meta-ai",
    "poe",
    "huggingchat",
    "kimi",
    "qwen",
    "doubao",
    "you",
    "character-ai",
    "notion-ai",
    "grammarly",
    "mcp",
    "unknown-ai",
]
UNDECRYPTED = [
    "example.com",
    "www.bing.com",
    "graph.microsoft.com",
    "mybucket.s3.amazonaws.com",
    "api.github.com",
    "github.com",
    "login.microsoftonline.com",
    "login.live.com",
    "oauth2.googleapis.com",
    "accounts.google.com",
    "www.google.com",
    "x.com",
    "huggingface.co",
    "storage.googleapis.com",
    "acme.blob.core.windows.net",
    "api.cloudflare.com",
    "openai.com.evil.example",
    "api.openai.com.evil.example",
    "notopenai.com",
    "q.s3.amazonaws.com",
    "bedrock-runtime.s3.amazonaws.com",
    "codewhisperer.s3.amazonaws.com",
    "localhost",
    "10.0.0.1",
]


@pytest.fixture(scope="module")
def shipped() -> Catalogue:
    return load()


def rows(name: str) -> list[dict[str, str]]:
    head, *lines = (VECTORS / name).read_text(encoding="utf-8").splitlines()
    return [dict(zip(head.split("\t"), line.split("\t"), strict=True)) for line in lines]


def test_the_ids_that_others_build_on_exist(shipped: Catalogue) -> None:
    assert [id_ for id_ in FIXED_IDS if shipped.service(id_) is None] == []
    assert shipped.service("openai") is None


def test_a_host_of_announced_uploads_may_be_decrypted_and_is_not_by_itself(shipped: Catalogue) -> None:
    assert not shipped.intercepts("files1.blob.core.windows.net")
    assert shipped.decrypts("files1.blob.core.windows.net")
    assert shipped.links("files1.blob.core.windows.net", "chatgpt")
    assert not shipped.links("files1.blob.core.windows.net", "perplexity")
    assert not shipped.links("www.example.com")
    assert not shipped.decrypts("www.example.com")
    assert shipped.announces("chatgpt")
    assert not shipped.announces("openai-api")


def test_every_request_of_the_golden_table_is_what_it_says(shipped: Catalogue) -> None:
    wrong = []
    for row in rows("requests.tsv"):
        match = shipped.match(row["host"], row["method"], row["path"])
        endpoint = match.endpoint
        got = {
            "service": match.service.id,
            "endpoint": endpoint.id,
            "dialect": endpoint.dialect,
            "activity": endpoint.activity,
            "refusal": endpoint.refusal,
            "rewrite": endpoint.rewrite or "-",
            "intercept": endpoint.intercept,
        }
        if got != {key: row[key] for key in got}:
            wrong.append((row, got))
    assert wrong == []


def test_every_host_of_the_golden_table_is_decrypted_or_not(shipped: Catalogue) -> None:
    table = rows("hosts.tsv")
    got = [(shipped.match(row["host"], "GET", "/x").service.id, shipped.intercepts(row["host"])) for row in table]
    assert got == [(row["service"], row["decrypted"] == "yes") for row in table]


def test_nothing_of_the_registry_was_left_out() -> None:
    if not SOURCE.exists():
        pytest.skip("the registry that the catalogue was made from is not beside this checkout")
    registry = yaml.load(SOURCE.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    entries = {entry["id"] for entry in registry["endpoints"]}
    assert len(entries) == 175
    assert entries - {row["entry"] for row in rows("requests.tsv")} == set()


@pytest.mark.parametrize("host", UNDECRYPTED)
def test_a_host_that_is_not_ai_alone_stays_undecrypted(shipped: Catalogue, host: str) -> None:
    assert not shipped.intercepts(host)


def test_hosts_of_path_linked_and_shape_stay_undecrypted_unless_they_are_ai_elsewhere(shipped: Catalogue) -> None:
    own = set(shipped.hosts())
    shared = [
        pattern
        for service in shipped.services()
        for endpoint in service.endpoints
        if endpoint.intercept != "host"
        for pattern in endpoint.hosts
    ]
    assert len(shared) > 20
    assert [pattern for pattern in shared if pattern in own] == []
    assert [pattern for pattern in shared if shipped.intercepts(pattern.replace("*", "acme"))] == []


@pytest.mark.parametrize(
    "spelling", ["api.openai.com", "API.OpenAI.com", "api.openai.com.", "Api.Openai.Com.", " api.openai.com"]
)
def test_a_host_is_known_in_every_spelling(shipped: Catalogue, spelling: str) -> None:
    assert shipped.intercepts(spelling)
    assert shipped.match(spelling, "POST", "/v1/chat/completions").endpoint.dialect == "openai-chat"


def test_every_word_that_an_endpoint_uses_is_a_word_of_the_contracts(shipped: Catalogue) -> None:
    for service in shipped.services():
        assert service.category in APP_CATEGORIES
        assert service.refusal in names()
        for endpoint in service.endpoints:
            assert endpoint.dialect in dialect_table.names(), endpoint.id
            assert endpoint.activity in ACTIVITIES, endpoint.id
            assert endpoint.refusal in names(), endpoint.id
            assert endpoint.routes, endpoint.id
            assert endpoint.service == service.id


def test_nothing_on_a_decrypted_host_passes_unread(shipped: Catalogue) -> None:
    for pattern in shipped.hosts():
        host = pattern.replace("{region}", "eu-central-1").replace("*", "acme")
        match = shipped.match(host, "PATCH", "/no/such/path/nobody/lists")
        assert match.inspect, host
        assert match.catalogued, host
        assert match.endpoint.dialect == "generic", host


def test_an_unlisted_path_of_a_listed_host_gets_the_dialect_that_it_looks_like(shipped: Catalogue) -> None:
    match = shipped.match("api.cerebras.ai", "POST", "/v9/beta/chat/completions")
    assert (match.service.id, match.endpoint.service) == ("cerebras", "cerebras")
    assert match.endpoint.dialect == "openai-chat"


def test_a_host_outside_the_catalogue_is_an_unknown_service(shipped: Catalogue) -> None:
    plain = shipped.match("llm.example.internal", "POST", "/anything")
    assert (plain.service.id, plain.endpoint.dialect, plain.catalogued) == ("unknown-ai", "generic", False)
    chat = shipped.match("llm.example.internal", "POST", "/gateway/v1/messages")
    assert (chat.endpoint.dialect, chat.endpoint.refusal) == ("anthropic-messages", "anthropic")
    assert shipped.status("unknown-ai", "llm.example.internal") == "unknown"


LOGINS = [
    ("auth.openai.com", "POST", "/oauth/token"),
    ("auth.openai.com", "POST", "/api/accounts/login"),
    ("chatgpt.com", "GET", "/api/auth/session"),
    ("chatgpt.com", "POST", "/api/auth/callback/login-web"),
    ("claude.ai", "POST", "/api/auth/verify_google"),
    ("claude.ai", "POST", "/v1/oauth/token"),
    ("console.anthropic.com", "POST", "/v1/oauth/token"),
    ("platform.claude.com", "POST", "/v1/oauth/token"),
    ("api.anthropic.com", "POST", "/api/oauth/claude_cli/create_api_key"),
    ("www.perplexity.ai", "GET", "/api/auth/csrf"),
    ("accounts.x.ai", "POST", "/sign-in"),
    ("server.codeium.com", "POST", "/exa.auth_pb.AuthService/GetUserJwt"),
    ("api2.cursor.sh", "POST", "/oauth/token"),
    ("gateway.ai.cloudflare.com", "POST", "/v1/a/g/oauth2/token"),
]


@pytest.mark.parametrize(("host", "method", "path"), LOGINS[:-1])
def test_logins_are_logins(shipped: Catalogue, host: str, method: str, path: str) -> None:
    assert shipped.match(host, method, path).endpoint.activity == "auth"


def test_a_token_refresh_on_an_unlisted_path_is_a_login_too(shipped: Catalogue) -> None:
    assert shipped.match("api.groq.com", "POST", "/oauth/token").endpoint.activity == "auth"
    assert shipped.match("api.groq.com", "POST", "/v2/oauth2/token").endpoint.activity == "auth"
    for path in ("/v1/chat/completions/oauth/token", "/openai/v1/responses/oauth2/token"):
        assert shipped.match("api.groq.com", "POST", path).endpoint.activity != "auth"


@pytest.mark.parametrize(
    "path",
    [
        "/api/auth/../../backend-api/f/conversation",
        "/api/auth/%2e%2e/%2e%2e/backend-api/f/conversation",
        "/api/auth/..%2fbackend-api%2ff%2fconversation",
        "/api/auth/..\\backend-api/f/conversation",
        "/api/auth/x;/../../backend-api/f/conversation",
        "/api//auth/../auth/%2e./x",
    ],
)
def test_no_detour_makes_a_prompt_a_login(shipped: Catalogue, path: str) -> None:
    assert shipped.match("chatgpt.com", "POST", path).endpoint.activity != "auth"


def test_the_other_paths_of_a_shared_host_pass_when_it_is_switched_on() -> None:
    catalogue = load(switch_on=["github-copilot"])
    assert catalogue.intercepts("api.github.com")
    assert not catalogue.intercepts("graph.microsoft.com")
    indexed = catalogue.match("api.github.com", "POST", "/chunks")
    assert (indexed.endpoint.activity, indexed.inspect) == ("upload", True)
    other = catalogue.match("api.github.com", "GET", "/repos/acme/app/pulls")
    assert (other.service.id, other.inspect) == ("github-copilot", False)


@pytest.mark.parametrize("name", ["graph.microsoft.com", "m365-copilot-graph", "copilot-m365"])
def test_a_shared_host_is_switched_on_by_host_endpoint_or_service(name: str) -> None:
    catalogue = load(switch_on=[name])
    assert catalogue.intercepts("graph.microsoft.com")
    assert "graph.microsoft.com" in catalogue.hosts()


@pytest.mark.parametrize(("name", "hint"), [("github-copilott", "github-copilot"), ("openai-api", "")])
def test_switching_on_what_has_no_switch_is_an_error(name: str, hint: str) -> None:
    with pytest.raises(CatalogueError, match=f'"{name}" has nothing to switch on') as caught:
        load(switch_on=[name])
    assert hint in str(caught.value)


def test_a_deployment_says_what_it_thinks_of_services_and_hosts() -> None:
    catalogue = from_texts(
        {
            "services": """
schema: services/v1
services:
  openai-api: {status: sanctioned, trust_zone: enterprise_contract}
  chatgpt: {status: prohibited}
  eu.api.openai.com: {trust_zone: eu_residency}
  mtls.api.openai.com: {status: unsanctioned}
"""
        }
    )
    assert catalogue.status("openai-api", "api.openai.com") == "sanctioned"
    assert catalogue.status("openai-api", "mtls.api.openai.com") == "unsanctioned"
    assert catalogue.status("openai-api", "eu.api.openai.com") == "sanctioned"
    assert catalogue.trust_zone("openai-api", "eu.api.openai.com") == "eu_residency"
    assert catalogue.trust_zone("openai-api", "api.openai.com") == "enterprise_contract"
    assert catalogue.status("chatgpt", "chatgpt.com") == "prohibited"
    assert catalogue.status("claude", "claude.ai") == "tolerated"
    assert catalogue.trust_zone("claude", "claude.ai") == ""


OWN = """
schema: services/v1
services:
  own-llm: {title: Own LLM, status: sanctioned, hosts: [llm.example.internal, "*.llm.example.internal"], like: openai-api}
  claude: {hosts: [claude.example.internal]}
  azure-openai: {hosts: [10.1.2.3], like: openai-api}
  ollama.example.internal: {like: ollama, status: sanctioned}
routes:
  private: {url: "https://llm.example.internal/v1", service: own-llm}
"""


def test_hosts_of_a_deployment_are_decrypted_and_speak_what_they_are_like() -> None:
    catalogue = from_texts({"services": OWN})
    for host in ("llm.example.internal", "eu.llm.example.internal", "claude.example.internal", "10.1.2.3"):
        assert catalogue.intercepts(host), host
        assert host in catalogue.hosts() or host.startswith("eu.")
    chat = catalogue.match("eu.llm.example.internal", "POST", "/v1/chat/completions")
    assert (chat.service.id, chat.service.title) == ("own-llm", "Own LLM")
    assert (chat.endpoint.service, chat.endpoint.dialect, chat.endpoint.refusal) == ("own-llm", "openai-chat", "openai")
    rest = catalogue.match("llm.example.internal", "POST", "/nobody")
    assert (rest.service.id, rest.endpoint.id, rest.inspect) == ("own-llm", "own-llm-other", True)
    assert catalogue.match("claude.example.internal", "POST", "/api/x/upload").endpoint.activity == "upload"
    azure = catalogue.match("10.1.2.3", "POST", "/v1/chat/completions")
    assert (azure.service.id, azure.endpoint.dialect) == ("azure-openai", "openai-chat")
    assert catalogue.match("ollama.example.internal", "POST", "/api/chat").endpoint.id == "ollama"
    assert catalogue.status("ollama", "ollama.example.internal") == "sanctioned"
    assert catalogue.status("ollama", "ollama.com") == "tolerated"
    assert catalogue.route_targets()["private"].service == "own-llm"
    assert not load().intercepts("llm.example.internal")


def test_a_deployment_may_take_one_host_out_of_a_wildcard() -> None:
    text = "schema: services/v1\nservices: {corp: {status: sanctioned, hosts: [corp.openai.azure.com], like: azure-openai}}"
    catalogue = from_texts({"services": text})
    path = "/openai/deployments/d/chat/completions"
    assert catalogue.match("corp.openai.azure.com", "POST", path).service.id == "corp"
    assert catalogue.match("other.openai.azure.com", "POST", path).service.id == "azure-openai"


def test_load_reads_files_and_folders(tmp_path: Path) -> None:
    (tmp_path / "acme.yaml").write_text(
        """
schema: catalogue/v1
services:
  - id: acme-api
    vendor: Acme
    title: Acme API
    category: genai.api
    refusal: openai
    hosts: [api.acme.example, bücher.example]
    speaks: {openai: [/v1]}
""",
        encoding="utf-8",
    )
    services = tmp_path / "services.yml"
    services.write_text("schema: services/v1\nservices: {acme-api: {status: sanctioned}}", encoding="utf-8")
    for extra in (tmp_path, tmp_path / "acme.yaml"):
        catalogue = load([extra], services)
        assert catalogue.match("api.acme.example", "POST", "/v1/responses").endpoint.id == "acme-api-responses"
        assert catalogue.intercepts("xn--bcher-kva.example")
        assert catalogue.status("acme-api") == "sanctioned"


def test_load_names_the_file_in_an_error(tmp_path: Path) -> None:
    services = tmp_path / "services.yaml"
    services.write_text("schema: services/v1\nservices: {chatgtp: {status: sanctioned}}", encoding="utf-8")
    with pytest.raises(CatalogueError, match=re.escape(f"{services}:2:12: unknown service")) as caught:
        load(services_file=services)
    assert 'did you mean "chatgpt"?' in str(caught.value)
    with pytest.raises(OSError, match="absent"):
        load(services_file=tmp_path / "absent.yaml")


def test_a_flood_of_host_names_does_not_grow_the_memory(shipped: Catalogue) -> None:
    for number in range(9000):
        assert shipped.intercepts(f"h{number}.oaiusercontent.com")
    assert len(shipped._sites) <= 4096


def test_the_pac_file_names_what_is_decrypted(shipped: Catalogue) -> None:
    text = shipped.pac("127.0.0.1:8080")
    assert '"chatgpt.com": 1' in text
    assert '"PROXY 127.0.0.1:8080"' in text
    assert "graph.microsoft.com" not in text


def test_evidence_holds_until_its_last_day_is_over() -> None:
    text = "schema: services/v1\nservices:\n  openai-api: {evidence: {soc2: 2027-03-31}}\n"
    catalogue = from_texts({"services": text})
    assert catalogue.evidence() == {("openai-api", "soc2"): datetime(2027, 4, 1, tzinfo=UTC).timestamp()}
    forever = from_texts({"services": text.replace("2027-03-31", "9999-12-31")})
    assert forever.evidence()["openai-api", "soc2"] > datetime(9999, 12, 31, tzinfo=UTC).timestamp()

import base64
import json
import re

import pytest

from proxy.catalogue import hosts, tenants
from proxy.catalogue.catalogue import Catalogue, CatalogueError, from_texts
from proxy.catalogue.catalogue import load as load_catalogue
from proxy.catalogue.tenants import load, of_host, read

WORKSPACE = "0b1a2c3d-1111-4222-8333-444455556666"
OTHER = "9f8e7d6c-1111-4222-8333-444455556666"


def test_the_headers_of_the_vendors_are_all_there() -> None:
    assert {restriction.header.lower() for restriction in load().values()} == {
        "chatgpt-allowed-workspace-id",
        "anthropic-allowed-org-ids",
        "x-googapps-allowed-domains",
        "x-geminicodeassist-allowed-domains",
        "x-goog-allowed-resources",
        "restrict-access-to-tenants",
        "sec-restrict-tenant-access-policy",
        "sec-github-allowed-enterprise",
        "restrict-access-context",
        "x-slack-allowed-workspaces",
        "x-slack-allowed-workspaces-requester",
        "x-notion-allowed-workspaces",
        "x-dropbox-allowed-team-ids",
        "ciscospark-allowed-domains",
    }


@pytest.mark.parametrize("id", sorted(load()))
def test_an_entry_names_a_service_and_hosts_that_can_be(id: str) -> None:
    restriction = load()[id]
    assert restriction.service == "" or load_catalogue().service(restriction.service) is not None
    assert {restriction.partner, *restriction.without} - {""} <= set(load())
    assert restriction.partner == "" or load()[restriction.partner].partner == id
    assert not [pattern for pattern in restriction.opens if hosts.fault(pattern)]
    assert not [pattern for pattern in restriction.hosts if hosts.fault(pattern)]
    assert restriction.fixed or re.compile(restriction.item)
    assert restriction.written in ("list", "google-resources")


@pytest.mark.parametrize("id", sorted(id for id, one in load().items() if not one.shared))
def test_what_is_not_shared_is_decrypted_anyway(id: str) -> None:
    catalogue = load_catalogue()
    plain = [pattern for pattern in load()[id].hosts if not hosts.is_wild(pattern)]
    assert any(catalogue.intercepts(host) for host in plain) or not plain


@pytest.mark.parametrize(
    ("host", "headers"),
    [
        ("chatgpt.com", ["ChatGPT-Allowed-Workspace-Id"]),
        ("CHATGPT.com.", ["ChatGPT-Allowed-Workspace-Id"]),
        ("evil-chatgpt.com", []),
        ("api.anthropic.com", ["anthropic-allowed-org-ids"]),
        (
            "login.microsoftonline.com",
            ["Restrict-Access-To-Tenants", "Restrict-Access-Context", "sec-Restrict-Tenant-Access-Policy"],
        ),
        ("login.live.com", ["sec-Restrict-Tenant-Access-Policy"]),
        ("api.business.githubcopilot.com", ["sec-GitHub-allowed-enterprise"]),
        ("europe-west4-aiplatform.googleapis.com", ["X-Goog-Allowed-Resources"]),
        ("example.com", []),
    ],
)
def test_a_header_goes_to_its_hosts_only(host: str, headers: list[str]) -> None:
    assert [restriction.header for restriction in of_host(host)] == headers


def test_ids_are_joined_without_blanks() -> None:
    assert load()["chatgpt-workspaces"].value([WORKSPACE, OTHER]) == f"{WORKSPACE},{OTHER}"


def test_a_value_without_ids_is_fixed() -> None:
    assert load()["microsoft-personal-accounts"].value() == "restrict-msa"


def test_google_takes_its_organisations_as_base64_of_json() -> None:
    value = load()["google-cloud-organisations"].value(["123456789012"])
    assert json.loads(base64.b64decode(value)) == {"resources": ["organizations/123456789012"], "options": "strict"}


@pytest.mark.parametrize(
    ("items", "wrong"),
    [
        ([], "at least one id"),
        (["not-an-id"], "is not an id of this vendor"),
        ([WORKSPACE + "\r\nx: y"], "is not an id of this vendor"),
        ([WORKSPACE] * 101, "at most 100 ids"),
    ],
    ids=["none", "bad", "injected", "many"],
)
def test_a_value_that_restricts_nothing_is_an_error(items: list[str], wrong: str) -> None:
    with pytest.raises(ValueError, match=wrong):
        load()["chatgpt-workspaces"].value(items)


def test_logins_of_github_may_go_without() -> None:
    restriction = load()["github-enterprises-web"]
    assert [restriction.applies(path) for path in ("/login", "/login/oauth", "/loginx", "/copilot")] == [
        False,
        False,
        True,
        True,
    ]


def test_an_id_occurs_once() -> None:
    entry = "{id: a, service: claude, header: H, hosts: [claude.ai]}"
    with pytest.raises(ValueError, match="two restrictions"):
        read(f"restrictions: [{entry}, {entry}]")


def test_the_table_is_read_once() -> None:
    assert tenants.load() is load()


GUID = "72f988bf-86f1-41af-91ab-2d7cd011db47"


def named(text: str) -> Catalogue:
    return from_texts({"services": "schema: services/v1\ntenants:\n" + text})


def test_naming_a_restriction_decrypts_the_hosts_that_it_is_for_and_reads_no_prompt_there() -> None:
    bare, catalogue = (
        load_catalogue(),
        named(f"  microsoft-tenants-v2: ['{GUID}:{GUID}']\n  google-domains: [example.com]\n"),
    )
    for host in ("login.microsoftonline.com", "login.live.com", "accounts.google.com"):
        assert not bare.decrypts(host)
        assert catalogue.decrypts(host)
        assert host in catalogue.hosts()
        assert not catalogue.match(host, "POST", "/common/login").inspect
    for host in ("mail.google.com", "device.login.microsoftonline.com", "graph.microsoft.com", "github.com"):
        assert not catalogue.decrypts(host)
    assert catalogue.match("gemini.google.com", "POST", "/x").inspect


def test_of_two_restrictions_with_one_header_the_named_one_is_set() -> None:
    policy = [("sec-Restrict-Tenant-Access-Policy", f"{GUID}:{GUID}")]
    assert named(f"  microsoft-tenants-v2: ['{GUID}:{GUID}']\n").restrictions("login.live.com", "/") == policy
    assert named("  microsoft-personal-accounts: []\n").restrictions("login.live.com", "/") == [
        ("sec-Restrict-Tenant-Access-Policy", "restrict-msa")
    ]


def test_microsofts_first_version_sets_both_of_its_headers() -> None:
    catalogue = named(f"  microsoft-tenants: [contoso.com, {GUID}]\n  microsoft-context: [{GUID}]\n")
    assert catalogue.restrictions("login.microsoftonline.com", "/") == [
        ("Restrict-Access-To-Tenants", f"contoso.com,{GUID}"),
        ("Restrict-Access-Context", GUID),
    ]


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("  microsoft-tenants: [contoso.com]\n", "name microsoft-context as well"),
        ("  slack-workspaces: [T0123456]\n", "name slack-requester as well"),
        (f"  microsoft-tenants-v2: ['{GUID}:{GUID}']\n  microsoft-personal-accounts: []\n", "take microsoft-personal"),
        (f"  microsoft-tenants-v2: ['{GUID}']\n", "is not an id of this vendor"),
        (f"  microsoft-context: ['{GUID}', '{GUID}']\n  microsoft-tenants: [a.b]\n", "takes at most 1 ids"),
    ],
    ids=["v1-alone", "slack-alone", "v2-beside-v1", "v2-half", "two-contexts"],
)
def test_a_restriction_that_the_vendor_would_not_follow_is_an_error(text: str, wrong: str) -> None:
    with pytest.raises(CatalogueError, match=wrong):
        named(text)

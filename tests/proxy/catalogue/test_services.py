from datetime import date

import pytest

from proxy.catalogue.services import read_services

TEXT = """
schema: services/v1
services:
  openai-api: {status: sanctioned, trust_zone: enterprise_contract}
  Eu.API.openai.com: {status: unsanctioned}
  own-llm:
    title: Own LLM
    vendor: us
    category: genai.api
    status: sanctioned
    hosts: [LLM.example.internal, "*.llm.example.internal"]
    like: openai-api
routes:
  private: {url: "https://llm.example.internal/v1", service: own-llm}
"""


def test_a_deployment_is_read() -> None:
    deployment = read_services("services.yaml", TEXT)
    assert deployment.document is not None
    assert deployment.document.problems == []
    api, host, own = deployment.listings
    assert (api.name, api.status, api.trust_zone, api.is_host) == (
        "openai-api",
        "sanctioned",
        "enterprise_contract",
        False,
    )
    assert (host.name, host.status, host.is_host) == ("eu.api.openai.com", "unsanctioned", True)
    assert own.hosts == ("llm.example.internal", "*.llm.example.internal")
    assert (own.like, own.title, own.vendor, own.category) == ("openai-api", "Own LLM", "us", "genai.api")
    assert deployment.routes["private"].url == "https://llm.example.internal/v1"


@pytest.mark.parametrize(
    ("old", "new", "line", "says", "help_"),
    [
        ("status: unsanctioned", "status: unsanctionned", 5, "unknown word", 'did you mean "unsanctioned"?'),
        ("status: unsanctioned", "status: unknown", 5, 'unknown word "unknown"', ""),
        ("trust_zone", "trustzone", 4, 'unknown key "trustzone"', 'did you mean "trust_zone"?'),
        ("LLM.example.internal", "https://llm", 11, "is not a host pattern", "without scheme"),
        ("own-llm:", "Own_LLM:", 6, "neither a service id nor a host", "small letters"),
        ("{status: unsanctioned}", "{hosts: [a.example]}", 5, "a host has no further hosts", "service's id"),
        ("Eu.API.openai.com", "'*.com'", 5, "is not a host pattern", "plain"),
        ('"https://llm.example.internal/v1"', '"ftp://x"', 14, "http or https", ""),
        ('"https://llm.example.internal/v1"', '"https://:80/"', 14, "names no host", "https://host/path"),
        ('"https://llm.example.internal/v1"', '"https://[::1"', 14, "names no host", "https://host/path"),
        ("service: own-llm", "app: own-llm", 14, 'unknown key "app"', ""),
        ("services/v1", "service/v1", 2, 'unknown word "service/v1"', 'did you mean "services/v1"?'),
    ],
)
def test_what_is_wrong_is_named_with_its_place(old: str, new: str, line: int, says: str, help_: str) -> None:
    assert old in TEXT
    deployment = read_services("services.yaml", TEXT.replace(old, new, 1))
    assert deployment.document is not None
    found = deployment.document.problems
    assert any(p.line == line and says in p.message and help_ in p.help for p in found), found


def test_an_unquoted_no_is_text() -> None:
    deployment = read_services("services.yaml", "schema: services/v1\nservices:\n  openai-api: {title: no}\n")
    assert deployment.listings[0].title == "no"


@pytest.mark.parametrize("text", ["", "3", "services: []", "schema: services/v1\nservices: {a: 3}", "{", "a: &x 1"])
def test_nonsense_is_a_problem_and_no_exception(text: str) -> None:
    deployment = read_services("services.yaml", text)
    assert deployment.document is not None
    assert deployment.document.problems


def test_evidence_of_a_vendor_is_dated() -> None:
    text = "schema: services/v1\nservices:\n  openai-api: {evidence: {soc2: 2027-03-31, dpa: 2026-02-30}}\n"
    deployment = read_services("services.yaml", text)
    assert deployment.document is not None
    assert [(p.line, p.message) for p in deployment.document.problems] == [(3, '"2026-02-30" is no day')]
    assert deployment.listings[0].evidence == (("soc2", date(2027, 3, 31)),)

import pytest

from proxy.catalogue.assembly import CatalogueError, assemble

SERVICE = """
schema: catalogue/v1
services:
  - {id: %s, vendor: Acme, title: Acme, category: genai.api, refusal: openai, hosts: [%s], endpoints: [{id: %s, paths: [POST /x]}]}
"""


def test_further_files_follow_the_shipped_ones() -> None:
    shipped = assemble({}).services
    more = assemble({"catalogue:acme.yaml": SERVICE % ("acme", "acme.example", "acme-x")}).services
    assert more[:-1] == shipped
    assert more[-1].id == "acme"


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        (("openai-api", "acme.example", "acme-x"), 'two services are called "openai-api"'),
        (("acme", "acme.example", "openai-files"), 'two endpoints are called "openai-files"'),
        (("acme", "api.openai.com", "acme-x"), '"api.openai.com" belongs to "openai-api" already'),
    ],
)
def test_ids_and_hosts_are_taken_once(fields: tuple[str, str, str], says: str) -> None:
    with pytest.raises(CatalogueError, match=says) as caught:
        assemble({"catalogue:/etc/acme.yaml": SERVICE % fields})
    assert caught.value.problems[0].file == "/etc/acme.yaml"
    assert caught.value.problems[0].line == 4


@pytest.mark.parametrize(
    ("listing", "says", "help_"),
    [
        ("chatgtp: {status: prohibited}", 'unknown service "chatgtp"', 'did you mean "chatgpt"?'),
        ("zzzz: {status: prohibited}", 'unknown service "zzzz"', "needs `hosts` and `like`"),
        ("zzzz: {hosts: [a.b.example]}", 'unknown service "zzzz"', "needs `hosts` and `like`"),
        ("own: {hosts: [a.b.example], like: openai}", 'unknown service "openai"', "openai-api"),
        ("a.b.example: {status: sanctioned}", "is no host of the catalogue", "like"),
    ],
)
def test_a_listing_must_name_something(listing: str, says: str, help_: str) -> None:
    with pytest.raises(CatalogueError) as caught:
        assemble({"services": "schema: services/v1\nservices:\n  " + listing})
    [problem] = caught.value.problems
    assert (problem.file, problem.line) == ("services.yaml", 3)
    assert says in problem.message
    assert help_ in problem.help


@pytest.mark.parametrize(
    "host", ["eu.api.openai.com", "corp.openai.azure.com", "'*.openai.azure.com'", "graph.microsoft.com"]
)
def test_a_listing_may_name_one_host_of_the_catalogue(host: str) -> None:
    assembly = assemble({"services": "schema: services/v1\nservices:\n  " + host + ": {status: sanctioned}"})
    assert assembly.deployment.listings[0].is_host


def test_a_route_must_lead_to_a_service() -> None:
    text = "schema: services/v1\nroutes:\n  own: {url: 'https://a.example', service: chatgtp}"
    with pytest.raises(CatalogueError, match=r'services.yaml:3:\d+: unknown service "chatgtp"'):
        assemble({"services": text})


def test_everything_that_is_wrong_is_said_at_once() -> None:
    texts = {
        "services:b.yaml": "schema: services/v1\nservices: {zzzz: {status: sanctionned}}",
        "catalogue:a.yaml": "schema: catalogue/v1\nservice: []",
    }
    with pytest.raises(CatalogueError) as caught:
        assemble(texts, ["nope"])
    assert [problem.file for problem in caught.value.problems] == ["a.yaml", "b.yaml", "b.yaml", "switch_on"]

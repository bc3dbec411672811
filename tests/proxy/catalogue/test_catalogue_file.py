import pytest

from proxy.catalogue.catalogue_file import problems, read_file, services
from proxy.catalogue.endpoint import Route

SHAPES = frozenset({"openai", "anthropic", "none"})
GOOD = """
schema: catalogue/v1
families:
  chatty:
    - {id: chat, paths: [POST /chat], dialect: openai-chat, activity: chat, refusal: openai}
services:
  - id: acme-api
    vendor: Acme
    title: Acme API
    category: genai.api
    refusal: none
    rewrite: sigv4
    hosts: [API.Acme.example., "*.acme.example"]
    speaks: {chatty: [/v1, /]}
    auth: [POST /login]
    endpoints:
      - id: acme-files
        paths: [PUT /*]
        activity: upload
        hosts: [files.acme.test]
        intercept: path
        rewrite: body-signed
        read_only: ["$.sig"]
"""


def test_a_file_gives_its_services() -> None:
    file = read_file("acme.yaml", GOOD, SHAPES)
    [(service, place)] = services(file, file.families)
    assert problems(file) == []
    assert place == ("services", 0)
    assert (service.id, service.vendor, service.intercept) == ("acme-api", "Acme", "host")
    assert service.hosts == ("api.acme.example", "*.acme.example")
    files, login, chat = service.endpoints
    assert (files.hosts, files.intercept, files.rewrite) == (("files.acme.test",), "path", "body-signed")
    assert files.read_only == ("$.sig",)
    assert (files.refusal, files.dialect) == ("none", "generic")
    assert (login.id, login.activity, login.rewrite) == ("acme-api-auth", "auth", "sigv4")
    assert (chat.id, chat.dialect, chat.refusal) == ("acme-api-chat", "openai-chat", "openai")
    assert chat.routes == (Route("POST", "/v1/chat"), Route("POST", "/chat"))
    assert chat.hosts == service.hosts


@pytest.mark.parametrize(
    ("old", "new", "line", "says", "help_"),
    [
        ("category: genai.api", "category: genai.apis", 10, 'unknown word "genai.apis"', 'did you mean "genai.api"?'),
        ("refusal: none", "refusal: opnai", 11, 'unknown error shape "opnai"', 'did you mean "openai"?'),
        (
            "dialect: openai-chat",
            "dialect: openai-chats",
            5,
            'unknown word "openai-chats"',
            'did you mean "openai-chat"?',
        ),
        ("activity: upload", "activity: uploads", 19, 'unknown word "uploads"', 'did you mean "upload"?'),
        ("PUT /*", "PUT *", 18, '"PUT *" is not a route', "begins with /"),
        ("files.acme.test", "https://files.acme.test", 20, "is not a host pattern", "without scheme"),
        ("chatty: [/v1, /]", "chaty: [/v1, /]", 14, 'unknown family "chaty"', 'did you mean "chatty"?'),
        ("hosts: [API", "host: [API", 13, 'unknown key "host"', 'did you mean "hosts"?'),
        ("id: acme-files", "id: acme-other", 17, "ends in -other", "catch-all"),
        ("id: acme-api", "id: Acme API", 7, "expected an id", ""),
        ("    vendor: Acme\n", "", 7, 'the key "vendor" is missing', "who runs it"),
        ("catalogue/v1", "catalogue/v2", 2, 'unknown word "catalogue/v2"', "catalogue/v1"),
        ("intercept: path", "intercept: paths", 21, 'unknown word "paths"', 'did you mean "path"?'),
    ],
)
def test_what_is_wrong_is_named_with_its_place(old: str, new: str, line: int, says: str, help_: str) -> None:
    assert old in GOOD
    file = read_file("acme.yaml", GOOD.replace(old, new), SHAPES)
    services(file, file.families)
    found = problems(file)
    assert any(p.file == "acme.yaml" and p.line == line and says in p.message and help_ in p.help for p in found), found


@pytest.mark.parametrize(
    "text", ["", "[]", "services: 3", "schema: catalogue/v1\nservices: [3, {}, null]", "a: &b 1", "{"]
)
def test_nonsense_is_a_problem_and_no_exception(text: str) -> None:
    file = read_file("x.yaml", text, SHAPES)
    assert services(file, {}) == []
    assert problems(file)

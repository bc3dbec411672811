"""Logins, token refreshes and cookies pass unchanged under the strict pack, and prompts beside them do not."""

import json
from urllib.parse import urlencode

import pytest

from detectors.load import Settings, load
from detectors.scan import Scanner
from policies import load as policy_load
from policies.rule import Action
from proxy.exchange import Client, Exchange
from proxy.judging.drive import drive
from proxy.judging.inspection import Outcome
from proxy.judging.snapshot import Snapshot, Texts, compile_texts, describe

RANDOM = "aB3dE5gH7jK9"
JWT = "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJ1c2VyLTEyMyIsImVtYWlsIjoiYUBiLmNvbSJ9." + RANDOM * 3
REFRESH = "sk-ant-ort01-" + RANDOM * 8
SESSION = "sk-ant-sid01-" + RANDOM * 8 + "-AAAAAA"
GOOGLE_ACCESS = "ya29.a0" + RANDOM * 10
GOOGLE_KEY = "AIzaSy" + RANDOM * 2 + "aB3dE5gH7"
ORG = "1f0c8b3e-1111-4222-8333-abcdefabcdef"
GOOGLE_COOKIES = f"SID=g.a000{RANDOM * 5}; __Secure-1PSID=g.a000{RANDOM * 5}; SAPISID={RANDOM}/{RANDOM}"
JSON, FORM = "application/json", "application/x-www-form-urlencoded"
Headers = dict[str, str]


@pytest.fixture(scope="module")
def parts() -> tuple[Snapshot, Scanner]:
    detectors = load(Settings(families=("secrets", "pii", "code")))
    texts = Texts(policies=policy_load.read_texts(("pack:strict",)), services={}, detectors=describe(detectors))
    return compile_texts(texts), Scanner(detectors)


def sent(parts: tuple[Snapshot, Scanner], url: str, body: object, headers: Headers | None = None) -> Outcome:
    """Send a JSON body (dict), a form (list of pairs) or nothing (None) to `METHOD host/path`."""
    method, _, place = url.partition(" ")
    host, _, path = place.partition("/")
    data, kind = b"", JSON
    if isinstance(body, list):
        data, kind = urlencode(body).encode(), FORM
    elif body is not None:
        data = json.dumps(body).encode()
    pairs = tuple({"content-type": kind, **(headers or {})}.items())
    exchange = Exchange(method, "https", host, 443, "/" + path, pairs, data)
    snapshot, scanner = parts
    return drive(exchange, Client("127.0.0.1"), snapshot, scanner)


GRANT = {"grant_type": "refresh_token", "client_id": "app_EMoamEEZ73f0CkXaXp7hrann"}
CHAT = {"messages": [{"author": {"role": "user"}, "content": {"content_type": "text", "parts": ["What is a monad?"]}}]}
GEMINI = [("f.req", json.dumps([None, json.dumps([["What is a monad?"]])])), ("at", f"AJvLN6N{RANDOM}:1700000000000")]
PASSES: list[tuple[str, object, Headers]] = [
    ("POST auth.openai.com/oauth/token", {**GRANT, "refresh_token": "rt_" + RANDOM * 4}, {}),
    ("POST auth.openai.com/oauth/token", list({**GRANT, "refresh_token": "rt_" + RANDOM * 4}.items()), {}),
    (
        "POST auth.openai.com/api/accounts/password/verify",
        {"username": "a@example.com", "password": "Tr0ub4dor&3x"},
        {},
    ),
    ("GET chatgpt.com/api/auth/session", None, {"cookie": f"__Secure-next-auth.session-token={JWT}"}),
    (
        "POST chatgpt.com/backend-api/sentinel/chat-requirements",
        {"p": "gAAAAAC" + RANDOM * 20},
        {"authorization": f"Bearer {JWT}"},
    ),
    (
        "POST chatgpt.com/backend-api/f/conversation",
        CHAT,
        {"authorization": f"Bearer {JWT}", "cookie": f"session={JWT}"},
    ),
    ("POST claude.ai/v1/oauth/token", {**GRANT, "refresh_token": REFRESH}, {}),
    ("POST console.anthropic.com/v1/oauth/token", {**GRANT, "refresh_token": REFRESH}, {}),
    ("POST platform.claude.com/v1/oauth/token", {**GRANT, "refresh_token": REFRESH}, {}),
    ("POST claude.ai/api/auth/verify_google", {"code": "4/0AX4XfWh" + RANDOM * 5}, {"cookie": f"sessionKey={SESSION}"}),
    (
        f"POST claude.ai/api/organizations/{ORG}/chat_conversations/{ORG}/completion",
        {"prompt": "What is a monad?"},
        {"cookie": f"sessionKey={SESSION}; lastActiveOrg={ORG}"},
    ),
    ("POST gemini.google.com/_/BardChatUi/data/x/StreamGenerate", GEMINI, {"cookie": GOOGLE_COOKIES}),
    ("POST cloudcode-pa.googleapis.com/v1internal:loadCodeAssist", {}, {"authorization": f"Bearer {GOOGLE_ACCESS}"}),
    (
        f"POST generativelanguage.googleapis.com/v1beta/models/g:generateContent?key={GOOGLE_KEY}",
        {"contents": [{"parts": [{"text": "What is a monad?"}]}]},
        {"x-goog-api-key": GOOGLE_KEY},
    ),
]


@pytest.mark.parametrize(("url", "body", "headers"), PASSES)
def test_it_passes_unchanged(parts: tuple[Snapshot, Scanner], url: str, body: object, headers: Headers) -> None:
    outcome = sent(parts, url, body, headers)
    assert outcome.judged is not None
    assert not outcome.refused, [rule.id for rule in outcome.judged.verdict.rules]
    assert outcome.body is None


@pytest.mark.parametrize(
    ("url", "body"),
    [
        ("POST chatgpt.com/backend-api/f/conversation", {"messages": [{"content": {"parts": [f"use {REFRESH}"]}}]}),
        ("POST chatgpt.com/api/auth/../../backend-api/f/conversation", {"prompt": f"use {REFRESH}"}),
        (f"POST claude.ai/api/organizations/{ORG}/chat_conversations/{ORG}/completion", {"prompt": f"use {SESSION}"}),
        (
            "POST gemini.google.com/_/BardChatUi/data/x/StreamGenerate",
            [("f.req", json.dumps([None, f"use {REFRESH}"]))],
        ),
    ],
)
def test_the_same_token_in_a_prompt_does_not(parts: tuple[Snapshot, Scanner], url: str, body: object) -> None:
    outcome = sent(parts, url, body)
    assert outcome.action in (Action.BLOCK, Action.REDACT)
    assert outcome.refused or (outcome.body is not None and RANDOM.encode() not in outcome.body)


@pytest.mark.parametrize(
    "host", ["oauth2.googleapis.com", "accounts.google.com", "login.microsoftonline.com", "github.com"]
)
def test_sign_in_that_all_of_a_vendor_shares_is_not_even_decrypted(parts: tuple[Snapshot, Scanner], host: str) -> None:
    assert not parts[0].catalogue.intercepts(host)

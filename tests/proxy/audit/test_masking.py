import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.audit import masking


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("$.messages[3].content", "$.messages[3].content"),
        (
            "$.messages[0].tool_calls[1].function.arguments|$.query",
            "$.messages[0].tool_calls[1].function.arguments|$.query",
        ),
        ("$.metadata['alice@example.com'].value", "$.metadata['*'].value"),
        ("$.users.alice", "$.*.*"),
        ("$.users.alice~", "$.*.*~"),
        ("$['it''s']", "*"),
        (r"$['it\'s'][2]", "$['*'][2]"),
        ("multipart:file", "multipart:file"),
        ("form:alice", "form:*"),
        ("query:q~", "query:*~"),
        ("header:x-alice", "header:*"),
        ("multipart:data|$.prompt", "multipart:data|$.prompt"),
        ("body:", "body:"),
        ("$.a" + ".content" * 99, "$.*" + ".content" * 19 + ".cont"),
        ("$.messages[0]…[3]", "$.messages[0]*[3]"),
        ("$.a b", "*"),
        ("", ""),
    ],
)
def test_places(path, shown):
    assert masking.place(path) == shown


@given(st.text(min_size=4).filter(lambda text: "." not in text))
def test_a_name_that_users_choose_is_not_in_a_place(text):
    known = text in masking._WORDS
    assert known or text not in masking.place(f"$.metadata.{text}.content") or text in "$.metadata.*.content"


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/v1/chat/completions?key=CANARY", "/v1/chat/completions"),
        ("/v1/files#CANARY", "/v1/files"),
        ("/v1beta/models/gemini-2.5-pro:generateContent", "/v1beta/models/gemini-2.5-pro:generateContent"),
        ("/openai/deployments/gpt-4o-2024-08-06/chat", "/openai/deployments/gpt-4o-2024-08-06/chat"),
        ("/v1/search/john%20doe", "/v1/search/*"),
        ("/v1/users/alice@example.com/chat", "/v1/users/*/chat"),
        ("/v1/people/123-45-6789", "/v1/people/*"),
        ("/v1/threads/thread_abc123XYZdef456/runs", "/v1/threads/*/runs"),
        ("/k/AKIAIOSFODNN7EXAMPLE", "/k/*"),
        ("/", "/"),
        ("", ""),
    ],
)
def test_targets(path, shown):
    assert masking.target(path) == shown


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("gpt-4o", "gpt-4o"),
        ("claude-3-5-sonnet-20241022", "claude-3-5-sonnet-20241022"),
        ("my secret model", "*"),
        ("123-45-6789", "*"),
        ("", ""),
    ],
)
def test_names(name, shown):
    assert masking.name(name) == shown


def test_hosts():
    assert masking.host("API.OpenAI.com") == "api.openai.com"
    assert masking.host("[::1]") == "[::1]"
    assert masking.host("a b") == "*"


def test_a_line_holds_no_control_character_and_ends():
    assert masking.line("a\nb\x1b[31m\ud800c") == "a?b?[31m?c"
    assert masking.line("ä" * 300) == "ä" * 200


@given(st.text(st.characters(codec=None)))
def test_whatever_is_shown_can_be_encoded(text):
    for mask in (masking.line, masking.name, masking.host, masking.target, masking.place):
        shown = mask(text)
        assert len(shown.encode()) <= 4 * 256

import pytest

from proxy.catalogue.error_shapes import names, read, shapes

NAMES = [
    "openai",
    "openai-400-only",
    "openai-ws",
    "azure",
    "anthropic",
    "google",
    "google-ws",
    "bedrock",
    "mistral",
    "cohere",
    "ollama",
    "huggingface",
    "copilot",
    "connect",
    "jsonrpc",
    "web-chatgpt",
    "web-claude",
    "web-sse",
    "web-json",
    "web-graphql",
    "web-google",
    "ws-copilot",
    "ws-signalr",
    "ws-generic",
    "azure-blob",
    "none",
]


def test_the_26_shapes_are_there() -> None:
    assert len(NAMES) == 26
    assert names() == set(NAMES)


def test_every_status_but_the_listed_exceptions_is_400() -> None:
    assert {name: shape.status for name, shape in shapes().items() if shape.status != 400} == {
        "jsonrpc": 200,
        "web-graphql": 200,
        "azure-blob": 403,
    }


def test_a_shape_like_another_has_its_answer_and_frames_of_its_own() -> None:
    table = read("a: {body: {e: '{message}'}, kinds: [x, y]}\nb: {like: a, frames: [{m: '{message}'}], close: 1008}")
    assert table["b"].body == table["a"].body
    assert table["b"].kinds == ("x", "y")
    assert (len(table["b"].frames), table["b"].close, table["a"].frames) == (1, 1008, ())


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a: {body: x, sttaus: 400}", "unknown keys: sttaus"),
        ("a: {like: b}", "'a' is like 'b'"),
        ("a: {like: b}\nb: {like: c}\nc: {body: x}", "'a' is like 'b'"),
    ],
)
def test_a_table_that_contradicts_itself_is_refused(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        read(text)

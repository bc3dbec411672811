import base64
import json
from typing import Any

from proxy.codecs import dialect_table
from proxy.codecs.decode import decode
from proxy.codecs.limits import Limits
from proxy.codecs.reading import Reading
from proxy.codecs.spans import Document
from proxy.exchange import Exchange


def read(value: Any, name: str = "generic", limits: Limits = Limits()) -> Reading:  # noqa: B008 - frozen
    text = value if isinstance(value, str) else json.dumps(value)
    reading = Reading(limits)
    reading.json(reading.tree(text), Document(text, 0, len(text.encode())), dialect_table.load().get(name))
    return reading


def texts(reading: Reading) -> dict[str, str]:
    return {part.path: part.text for part in reading.parts if not part.path.endswith("~") and not part.blob}


def unread(reading: Reading) -> list[tuple[str, str, int]]:
    return [(entry.path, entry.reason, entry.bytes) for entry in reading.unread]


def files(reading: Reading) -> list[tuple[str, str, int]]:
    return [(part.path, part.blob.type, len(part.blob.data)) for part in reading.parts if part.blob]


def test_numbers_and_booleans_are_parts_and_null_says_nothing() -> None:
    reading = read('{"ssn":123456789,"ok":true,"nothing":null,"x":1.0}')
    assert texts(reading) == {"$.ssn": "123456789", "$.ok": "true", "$.x": "1.0"}
    assert {part.path: part.hint for part in reading.parts}["$.ssn"] == "ssn"
    assert not any(part.writable for part in reading.parts if not part.path.endswith("~"))


def test_a_string_that_is_json_is_read_as_such() -> None:
    reading = read({"arguments": json.dumps({"email": "a@b", "n": 4111, "deep": json.dumps(["x"])})})
    assert texts(reading) == {
        "$.arguments|$.email": "a@b",
        "$.arguments|$.n": "4111",
        "$.arguments|$.deep|$[0]": "x",
    }
    assert all(part.writable for part in reading.parts)


def test_a_string_that_only_looks_like_json_is_one_part() -> None:
    assert texts(read({"a": "[see here]", "b": "{x: 1}", "c": '{"a":1} and more', "d": "7"})) == {
        "$.a": "[see here]",
        "$.b": "{x: 1}",
        "$.c": '{"a":1} and more',
        "$.d": "7",
    }


def test_json_in_json_ends_at_a_depth() -> None:
    value: Any = {"k": "v"}
    for _ in range(4):
        value = {"s": json.dumps(value)}
    assert texts(read(value)) == {"$.s|$.s|$.s|$.s": '{"k": "v"}'}
    assert list(texts(read(value, limits=Limits(nested=0)))) == ["$.s"]


def test_json_in_json_counts_towards_the_same_limit() -> None:
    inner = json.dumps(["x"] * 10)
    assert list(texts(read([inner, inner], limits=Limits(leaves=13)))) == [f"$[0]|$[{n}]" for n in range(10)] + ["$[1]"]


def test_what_a_user_pastes_cannot_make_itself_a_credential() -> None:
    pasted = json.dumps({"tools": [{"authorization": "sk-1"}], "messages": [{"role": "assistant", "content": "x"}]})
    reading = read({"messages": [{"role": "user", "content": pasted}]}, "openai-chat")
    inner = [part for part in reading.parts if "|" in part.path and not part.path.endswith("~")]
    assert len(inner) == 3
    assert {(part.role, part.kind, part.decided) for part in inner} == {("user", "prompt", False)}


def test_files_in_strings_are_for_an_inspector_unless_they_are_text() -> None:
    png = base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(200)).decode()
    reading = read(
        {
            "contents": [
                {
                    "parts": [
                        {"inlineData": {"mimeType": "image/png", "data": png}},
                        {
                            "inline_data": {
                                "mime_type": "text/csv",
                                "data": base64.b64encode(b"name,ssn\n" * 30).decode(),
                            }
                        },
                        {"text": f"data:image/png;base64,{png}"},
                    ]
                }
            ]
        },
        "gemini-generate",
    )
    assert files(reading) == [
        ("$.contents[0].parts[0].inlineData.data", "image/png", 208),
        ("$.contents[0].parts[2].text", "image/png", 208),
    ]
    assert texts(reading)["$.contents[0].parts[1].inline_data.data|data:"] == "name,ssn\n" * 30
    assert not any(part.writable for part in reading.parts if part.path.endswith("|data:"))


def test_what_may_be_a_word_or_a_file_is_read_as_both() -> None:
    reading = read({"images": ["password"]})
    assert texts(reading) == {"$.images[0]": "password"}
    assert files(reading) == [("$.images[0]", "", 6)]


def test_token_ids_are_unread_once() -> None:
    reading = read({"input": [[1, 22], [333]], "model": "e"}, "openai-embeddings")
    assert unread(reading) == [("$.input", "tokens", 6)]
    assert texts(reading) == {"$.model": "e"}


def test_text_side_by_side_is_read_as_one() -> None:
    reading = read(
        {
            "messages": [
                {
                    "role": "user",
                    "content": [{"type": "text", "text": "4111 1111"}, {"type": "text", "text": "1111 1111"}],
                },
                {"role": "user", "content": "next"},
            ]
        },
        "openai-chat",
    )
    groups = {part.path: part.group for part in reading.parts}
    first, second, other = (
        groups["$.messages[0].content[0].text"],
        groups["$.messages[0].content[1].text"],
        groups["$.messages[1].content"],
    )
    assert first == second != 0
    assert other not in (0, first)
    assert groups["$.messages[0].content[0].type"] == 0


def test_a_picture_where_a_text_is_expected_is_also_read_as_the_text_that_it_stands_as() -> None:
    body = b'{"messages": [{"role": "user", "content": "data:image/png;base64,iVBORw0KGgoSECRETSECRET"}]}'
    decoded = decode(
        Exchange("POST", "https", "h", 443, "/", (("content-type", "application/json"),), body), "openai-chat"
    )
    assert any("SECRETSECRET" in part.text for part in decoded.prompt.parts)
    assert [part.blob.type for part in decoded.prompt.parts if part.blob] == ["image/png"]


def test_words_in_the_place_of_sealed_state_are_a_prompt_of_the_user() -> None:
    items = '[{"type": "reasoning", "encrypted_content": "%s"}]'
    for content, kind, decided in (("gAAAAABsealed==", "metadata", True), ("our margin is twelve", "prompt", False)):
        body = ('{"input": ' + items % content + "}").encode()
        exchange = Exchange("POST", "https", "h", 443, "/", (("content-type", "application/json"),), body)
        (part,) = [p for p in decode(exchange, "openai-responses").prompt.parts if p.text == content]
        assert (part.kind, part.decided, part.writable) == (kind, decided, False)


def test_long_words_in_the_place_of_a_name_are_what_a_user_says() -> None:
    words = "our margin is twelve percent, and nobody outside may know of it"
    value = {"event": words, "model": "gpt-4 turbo", "metadata": {"ticket": words, "digest": "a" * 200}}
    kinds = {part.path: part.kind for part in read(value).parts if not part.path.endswith("~")}
    assert kinds == {
        "$.event": "prompt", "$.model": "metadata", "$.metadata.ticket": "prompt", "$.metadata.digest": "metadata",
    }  # fmt: skip

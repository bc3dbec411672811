"""Bodies that nobody recorded, made from the types of the SDKs as they are installed: every string field is read.

Made anew with each version of the SDKs (drivers/types_python.py): a field that a vendor adds is tried without anybody
having to know of it.
"""

import json
import re
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest

from proxy.catalogue.catalogue import load
from proxy.codecs.decode import decode
from proxy.exchange import Edit, Exchange
from proxy.restore.places import Places
from proxy.restore.restorer import Restorer, Values
from tests.clients.stage import PYTHON
from tests.running import ROOT

pytestmark = [pytest.mark.clients, pytest.mark.timeout(600)]

WORDS = re.compile(r"CANARY\d{6} planted words")
TOKEN = "[EMAIL_ADDRESS_K7Q2XW]"
VALUE = 'ann "\\\n🐦" </b>'
VENDORS = (
    *("openai", "anthropic", "google", "mistral", "cohere", "ollama", "huggingface", "mcp"),
    *("bedrock-runtime", "bedrock-agent-runtime"),
)
SIGNED_NAMES = {"thinking", "reasoning_details", "encrypted_content", "reasoningContent", "redactedContent"}
SIGNED_MEMBERS = {"signature", "thoughtSignature", "thought_signature", "encrypted_content", "thought"}
SIGNED_TYPES = re.compile(
    r"thinking|redacted_thinking|thinking_delta|signature_delta|reasoning|compaction|compaction_summary|response\.reasoning.*"
)
BYTES = {"signature", "thoughtSignature", "thought_signature", "encrypted_content", "redactedContent", "data"}


@pytest.fixture(scope="module")
def made() -> list[dict[str, Any]]:
    program = [str(PYTHON), "-m", "tests.clients.drivers.types_python"]
    done = subprocess.run(program, capture_output=True, check=True, cwd=ROOT, timeout=500)
    return [json.loads(line) for line in done.stdout.splitlines()]


def strings(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """Yield the strings of a JSON value with the names that they stand under."""
    if isinstance(value, str):
        yield name, value
    for key, each in value.items() if isinstance(value, dict) else ():
        yield from strings(each, key)
    for each in value if isinstance(value, list) else ():
        yield from strings(each, name)


def unsigned(value: Any) -> Any:
    """Return a JSON value without what a vendor signs."""
    if isinstance(value, list):
        return [unsigned(each) for each in value if each is not None]
    if not isinstance(value, dict):
        return value
    if SIGNED_TYPES.fullmatch(str(value.get("type", ""))) or any(value.get(name) for name in SIGNED_MEMBERS):
        return None
    return {key: unsigned(each) for key, each in value.items() if key not in SIGNED_NAMES}


def without(text: str, gone: set[str]) -> str:
    return WORDS.sub(lambda match: "gone" if match[0] in gone else match[0], text)


def exchange(made: dict[str, Any]) -> tuple[Exchange, str]:
    method, _, rest = made["at"].partition(" ")
    host, _, path = rest.partition("/")
    dialect = load().match(host, method, "/" + path.partition("?")[0]).endpoint.dialect
    body = json.dumps(made["body"], ensure_ascii=False).encode()
    transport = "websocket" if method == "GET" else "http"
    headers = (("content-type", "application/json"),)
    return Exchange(method, "https", host, 443, "/" + path, headers, body, transport=transport), dialect


def test_there_is_something_of_every_vendor_and_enough(made: list[dict[str, Any]]) -> None:
    for says in ("request", "answer"):
        assert {each["name"].partition(" ")[0] for each in made if each["says"] == says} == set(VENDORS)
    assert [each["name"] for each in made if each["says"] == "nothing"] == []
    assert len({each["name"] for each in made}) > 100
    assert sum(len(WORDS.findall(json.dumps(each["body"]))) for each in made) > 40_000


@pytest.mark.parametrize("vendor", VENDORS)
def test_every_string_of_a_request_is_seen_and_what_is_writable_can_be_taken_out(
    made: list[dict[str, Any]], vendor: str
) -> None:
    taken = 0
    for each in made:
        if each["says"] != "request" or each["name"].partition(" ")[0] != vendor:
            continue
        asked, dialect = exchange(each)
        decoded = decode(asked, dialect)
        seen: set[str] = set()
        edits, gone = [], set()
        for number, part in enumerate(decoded.prompt.parts):
            seen |= set(WORDS.findall(part.text + (part.blob.data.decode("utf-8", "replace") if part.blob else "")))
            if part.writable:
                found = list(WORDS.finditer(part.text))
                edits += [Edit(number, *match.span(), "gone") for match in found]
                gone |= {match[0] for match in found}
        planted = {words for _, text in strings(each["body"]) for words in WORDS.findall(text)}
        assert planted <= seen, (each["name"], planted - seen)
        assert decoded.encode(edits) == without(asked.body.decode(), gone).encode(), each["name"]
        taken += len(gone)
    assert taken > 10


@pytest.mark.parametrize("vendor", VENDORS)
@pytest.mark.parametrize("kind", ["application/json", "text/event-stream"])
def test_values_come_back_in_every_string_of_an_answer_that_nothing_signs(
    made: list[dict[str, Any]], vendor: str, kind: str
) -> None:
    restored = 0
    for each in made:
        if each["says"] != "answer" or each["name"].partition(" ")[0] != vendor:
            continue
        plain = json.dumps(unsigned(each["body"]), ensure_ascii=False)
        text = WORDS.sub(f"say {TOKEN}!", plain)
        restorer = Restorer(Values({TOKEN: VALUE}.get), kind)
        data = f"data: {text}\n\n" if kind == "text/event-stream" else text
        left = restorer.feed(data.encode()) + restorer.flush()
        got = json.loads(left.removeprefix(b"data: "))
        assert [where for where, said in strings(got) if TOKEN in said] == [], each["name"]
        assert got == json.loads(text.replace(TOKEN, json.dumps(VALUE)[1:-1]))
        restored += restorer.restored
    assert restored > 0


@pytest.mark.parametrize("vendor", VENDORS)
def test_who_inspects_sees_every_string_of_an_answer(made: list[dict[str, Any]], vendor: str) -> None:
    for each in made:
        if each["says"] == "answer" and each["name"].partition(" ")[0] == vendor:
            body = json.dumps(each["body"], ensure_ascii=False).encode()
            seen = "".join(place.text for place in Places().of(body, signed=True))
            missing = {
                where for where, text in strings(each["body"]) for words in WORDS.findall(text) if words not in seen
            }
            assert missing <= BYTES, each["name"]

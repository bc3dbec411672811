import json

import pytest

from proxy.codecs.dialect_table import Dialects, load, names
from proxy.codecs.json_spans import read_json
from proxy.codecs.limits import Limits

BASE = {"roots": ["$"], "model": ["$.model"], "stream": ["$.stream"], "lines": [], "first": [], "last": []}


@pytest.mark.parametrize("name", sorted(names()))
def test_every_dialect_can_be_made(name: str) -> None:
    assert load().get(name).name == name


def test_an_unknown_name_is_generic() -> None:
    assert load().get("nobody-knows").name == "generic"


@pytest.mark.parametrize(
    ("entry", "wrong"),
    [
        ({"ruels": []}, "unknown keys: ruels"),
        ({"rules": [{"at": ["$.a b"]}]}, "cannot read the pattern"),
        ({"rules": [{"inside": "nobody", "at": ["$.a"]}]}, "names unknown dialects: nobody"),
        ({"choose": [{"at": "$.a", "dialect": "nobody"}]}, "names unknown dialects: nobody"),
    ],
    ids=["key", "pattern", "inside", "choose"],
)
def test_a_wrong_table_is_an_error(entry: dict[str, object], wrong: str) -> None:
    with pytest.raises(ValueError, match=wrong):
        Dialects(BASE, {"generic": {}, "x": entry}).get("x")


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ({"anthropic_version": "bedrock-2023-05-31", "messages": []}, "bedrock-anthropic"),
        ({"schemaVersion": "messages-v1", "messages": []}, "bedrock-converse"),
        ({"messages": []}, "bedrock-messages"),
        ({"inputText": "x"}, "bedrock-invoke"),
    ],
    ids=["anthropic", "nova", "messages", "titan"],
)
def test_a_request_chooses_its_dialect_by_what_it_has(body: dict[str, object], name: str) -> None:
    tree = read_json(json.dumps(body), Limits())
    assert load().of_request(load().get("bedrock-invoke"), tree).name == name


def test_a_record_is_told_apart_by_its_places() -> None:
    text = '[["typed words"],["en"],["c_1"]]'
    read = load().get("gemini-web-record").read(read_json(text, Limits()), text)
    assert [(label.role, label.kind, label.writable) for label in read.labels] == [
        ("user", "prompt", True),
        ("", "metadata", False),
        ("", "metadata", False),
    ]

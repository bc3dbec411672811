import jsonschema
import pytest

from proxy.audit.heading import TYPES
from proxy.audit.schema import allowed, schema


def test_the_schema_is_one():
    jsonschema.Draft202012Validator.check_schema(schema())


def test_it_has_every_type_and_no_other():
    assert [node["$ref"].rpartition("/")[2] for node in schema()["oneOf"]] == list(TYPES)


def test_what_it_does_not_know_is_dropped_at_every_depth():
    record = {
        "type": "decision",
        "prompt": "CANARY",
        "req": {"path": "/v1", "body": "CANARY"},
        "facts": {"findings": [{"entity": "PERSON", "value": "CANARY"}], "text": "CANARY"},
        "decision": {"would": {"action": "block", "why": "CANARY", "rules": [{"id": "a", "match": "CANARY"}]}},
    }
    assert allowed(record) == {
        "type": "decision",
        "req": {"path": "/v1"},
        "facts": {"findings": [{"entity": "PERSON"}]},
        "decision": {"would": {"action": "block", "rules": [{"id": "a"}]}},
    }


def test_nothing_stays_nothing():
    assert allowed({"type": "decision", "decision": {"would": None}}) == {
        "type": "decision",
        "decision": {"would": None},
    }


def test_an_unknown_type_is_an_error():
    with pytest.raises(KeyError):
        allowed({"type": "prompt"})

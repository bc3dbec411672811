"""The Sigma rules against records of the program: the fields exist, and each rule fires on what it is about."""

import json
import uuid
from pathlib import Path
from typing import Any

import pytest
import yaml

from proxy.audit.schema import schema

FOLDER = Path(__file__).resolve().parents[2] / "deploy" / "sigma"
RULES = {path.stem: yaml.load(path.read_text(), Loader=yaml.CSafeLoader) for path in sorted(FOLDER.glob("*.yml"))}
DECISION = {
    "type": "decision", "req": {"inspected": "full"}, "decision": {"action": "monitor"}, "facts": {"findings": []},
}  # fmt: skip
HITS: dict[str, dict[str, Any]] = {
    "secret_sent": {**DECISION, "facts": {"findings": [{"category": "pii"}, {"category": "secret"}]}},
    "forwarded_unread": {**DECISION, "req": {"inspected": "partial"}},
    "internal_address": {"type": "skipped", "action": "refused", "reason": "metadata"},
    "hidden_name": {"type": "skipped", "action": "refused", "reason": "sni_mismatch"},
    "audit_gap": {"type": "audit_gap", "count": 3},
    "bulk_personal_data": {**DECISION, "facts": {"findings": [{"category": "pii", "distinct": 51}]}},
    "evidence_opened": {"type": "evidence_access"},
}
PASSES: dict[str, dict[str, Any]] = {
    "secret_sent": {**DECISION, "facts": {"findings": [{"category": "pii"}]}},
    "forwarded_unread": {**DECISION, "req": {"inspected": "partial"}, "decision": {"action": "block"}},
    "internal_address": {"type": "skipped", "action": "refused", "reason": "not_tls"},
    "hidden_name": {"type": "skipped", "action": "passed", "reason": "sni_mismatch"},
    "audit_gap": {"type": "heartbeat"},
    "bulk_personal_data": {**DECISION, "facts": {"findings": [{"category": "pii", "distinct": 49}]}},
    "evidence_opened": {"type": "decision"},
}


def values(record: Any, path: str) -> list[Any]:
    for key in path.split("."):
        record = [inner[key] for each in (record if isinstance(record, list) else [record]) if key in each
                  for inner in [each]]  # fmt: skip
        record = [item for each in record for item in (each if isinstance(each, list) else [each])]
    return list(record)


def selected(record: Any, wanted: dict[str, Any]) -> bool:
    for name, value in wanted.items():
        path, _, modifier = name.partition("|")
        choices = value if isinstance(value, list) else [value]
        found = values(record, path)
        if not any((item >= choices[0]) if modifier == "gte" else item in choices for item in found):
            return False
    return True


def fires(rule: dict[str, Any], record: Any) -> bool:
    """Evaluate a condition of `and`, `or`, `not` over selections."""
    named = {name: selected(record, what) for name, what in rule["detection"].items() if name != "condition"}
    return bool(eval(rule["detection"]["condition"], {"__builtins__": {}}, named))


@pytest.mark.parametrize("name", RULES)
def test_a_rule_fires_on_what_it_is_about_and_on_nothing_else(name: str) -> None:
    assert fires(RULES[name], HITS[name])
    assert not fires(RULES[name], PASSES[name])


@pytest.mark.parametrize("name", RULES)
def test_a_rule_is_whole_and_names_fields_of_the_schema(name: str) -> None:
    rule = RULES[name]
    assert {"title", "id", "status", "description", "logsource", "detection", "level", "falsepositives"} <= set(rule)
    assert uuid.UUID(rule["id"])
    known = json.dumps(schema())
    for what in rule["detection"].values():
        for field in what if isinstance(what, dict) else ():
            for key in field.partition("|")[0].split("."):
                assert f'"{key}"' in known, field
    for field in rule["fields"]:
        assert all(f'"{key}"' in known for key in field.split("."))


def test_ids_are_different() -> None:
    assert len({rule["id"] for rule in RULES.values()}) == len(RULES)

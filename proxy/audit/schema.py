"""A record in, the same record without whatever audit.schema.json does not know out: the schema is the allow-list."""

import json
from functools import cache
from importlib.resources import files
from typing import Any

Schema = dict[str, Any]


@cache
def schema() -> Schema:
    """Return audit.schema.json (JSON Schema, 2020-12)."""
    found: Schema = json.loads((files("proxy.audit") / "audit.schema.json").read_bytes())
    return found


def allowed(record: dict[str, Any]) -> dict[str, Any]:
    """Return `record` with the keys that its type has, at every depth. Raises KeyError for an unknown type."""
    kept: dict[str, Any] = _keep(record, schema()["$defs"][record["type"]])
    return kept


def _keep(value: Any, node: Schema) -> Any:
    node = _resolve(node, value)
    if isinstance(value, dict):
        known = node.get("properties", {})
        return {key: _keep(inner, known[key]) for key, inner in value.items() if key in known}
    if isinstance(value, list):
        inner = node.get("items", {})
        return [_keep(each, inner) for each in value] if inner else value
    return value


def _resolve(node: Schema, value: Any) -> Schema:
    if "$ref" in node:
        target: Schema = schema()["$defs"][node["$ref"].rpartition("/")[2]]
        return _resolve(target, value)
    if "anyOf" in node and value is not None:
        return _resolve(node["anyOf"][-1], value)
    return node

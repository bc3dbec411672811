"""A record in, the same record without whatever audit.schema.json does not know out: the schema is the allow-list."""

import json
from collections.abc import Callable
from functools import cache
from importlib.resources import files
from typing import Any

from proxy.audit.canonical import number

Schema = dict[str, Any]
_Keep = Callable[[Any], Any]
_AS_THEY_ARE = frozenset({str, bool, type(None)})
_NUMBERS = frozenset({int, float})


@cache
def schema() -> Schema:
    """Return audit.schema.json (JSON Schema, 2020-12)."""
    found: Schema = json.loads((files("proxy.audit") / "audit.schema.json").read_bytes())
    return found


def allowed(record: dict[str, Any]) -> dict[str, Any]:
    """Return `record` with the keys that its type has, at every depth, its numbers in plain form.

    Raises KeyError for an unknown type, ValueError for a number that has none.
    """
    kept: dict[str, Any] = _filter(record["type"])(record)
    return kept


@cache
def _filter(kind: str) -> _Keep:
    return _compiled(schema()["$defs"][kind])


def _compiled(node: Schema) -> _Keep:
    """Return what takes unknown keys out of a value that `node` describes."""
    if "$ref" in node:
        return _compiled(schema()["$defs"][node["$ref"].rpartition("/")[2]])
    if "anyOf" in node:
        return _compiled(node["anyOf"][-1])
    if "properties" in node:
        return _of_objects({key: _compiled(inner) for key, inner in node["properties"].items()})
    if node.get("type") == "array":
        return _of_lists(_compiled(node.get("items", {})))
    return _scalar


def _of_objects(known: dict[str, _Keep]) -> _Keep:
    def keep(value: Any) -> Any:
        if type(value) is not dict:
            return _scalar(value)
        return {key: _kept(inner, known[key]) for key, inner in value.items() if key in known}

    return keep


def _of_lists(take: _Keep) -> _Keep:
    def keep(value: Any) -> Any:
        if type(value) is not list:
            return _scalar(value)
        return [_kept(inner, take) for inner in value]

    return keep


def _kept(value: Any, take: _Keep) -> Any:
    kind = type(value)
    if kind in _AS_THEY_ARE:
        return value
    return number(value) if kind in _NUMBERS else take(value)


def _scalar(value: Any) -> Any:
    """Return a value that holds no others; empty what does."""
    if isinstance(value, dict):
        return {}
    return [] if isinstance(value, list | tuple) else value

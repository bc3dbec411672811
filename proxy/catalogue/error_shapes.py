"""The table of error shapes (error_shapes.yaml) in, shapes that a refusal is made of out."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

_FILE = Path(__file__).parent / "error_shapes.yaml"
_KEYS = {"body", "type", "kinds", "headers", "status", "like", "frames", "ends", "close"}


@dataclass(frozen=True, slots=True)
class Shape:
    """One error shape, as error_shapes.yaml describes it; `body` and `frames` are templates."""

    name: str
    body: Any
    type: str = "application/json"
    kinds: tuple[str, str] = ("", "")
    headers: tuple[tuple[str, str], ...] = ()
    status: int = 400
    frames: tuple[Any, ...] = ()
    ends: str = ""
    close: int = 0


@cache
def shapes() -> Mapping[str, Shape]:
    """Return the shipped shapes by name."""
    return read(_FILE.read_text(encoding="utf-8"))


def names() -> frozenset[str]:
    """Return the names that an endpoint's `refusal` may hold."""
    return frozenset(shapes())


def read(text: str) -> Mapping[str, Shape]:
    """Return the shapes that the YAML `text` describes. Raises ValueError for a key or a shape that does not exist."""
    raw = yaml.load(text, Loader=yaml.CSafeLoader)
    result: dict[str, Shape] = {}
    for name, given in raw.items():
        unknown = given.keys() - _KEYS
        if unknown:
            raise ValueError(f"error shape {name!r} has unknown keys: {', '.join(sorted(unknown))}")
        if "like" in given and ("like" in raw.get(given["like"], {"like": ""})):
            raise ValueError(f"error shape {name!r} is like {given['like']!r}, which has no body of its own")
        merged = {**raw[given["like"]], **given} if "like" in given else given
        result[name] = Shape(
            name=name,
            body=merged["body"],
            type=merged.get("type", "application/json"),
            kinds=tuple(merged.get("kinds", ("", ""))),
            headers=tuple(merged.get("headers", {}).items()),
            status=merged.get("status", 400),
            frames=tuple(given.get("frames", ())),
            ends=given.get("ends", ""),
            close=given.get("close", 0),
        )
    return MappingProxyType(result)

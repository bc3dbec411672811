"""A condition in CEL in, a test of a scene out: an optional extra (`pip install 'hushgate[cel]'`).

Rules
1. An expression is parsed and type-checked when the file is read: unknown names, wrong types and results that are not
   a bool are problems of the file. One that fails while it is evaluated fails its rule, which then counts as matched.
2. It sees who, where and how much, never what was found: that is for `content`, whose unknowns are kept apart.
3. Names of `who` are unknown where the sender is, `app.account` and `app.tenant` where the wire does not show them.
4. Length and nested comprehensions are bounded, so that an evaluation takes microseconds; `matches` is RE2.

Source: the CEL language definition (cel.dev); the library is cel-expr-python, Google's binding of cel-cpp.
"""

import re
from collections.abc import Callable, Mapping
from functools import cache
from importlib import import_module
from typing import Any

from policies.scene import Scene
from policies.truth import Truth

_LONGEST = 2000
_COMPREHENSIONS = 2
_MACRO = re.compile(r"\.\s*(?:all|exists|exists_one|map|filter)\s*\(")
_TEXT = re.compile(r"\"(?:[^\"\\]|\\.)*+\"|'(?:[^'\\]|\\.)*+'", re.DOTALL)
_WHERE = re.compile(r"<input>:(\d+):(\d+): (.*)")

NAMES: Mapping[str, tuple[str, Callable[[Scene], Any]]] = {
    "request.bytes": ("INT", lambda s: s.facts.bytes),
    "request.activity": ("STRING", lambda s: s.facts.activity),
    "request.direction": ("STRING", lambda s: s.facts.direction),
    "request.model": ("STRING", lambda s: s.facts.model),
    "request.tools": ("BOOL", lambda s: s.facts.tools),
    "request.host": ("STRING", lambda s: s.facts.host),
    "app.id": ("STRING", lambda s: s.facts.app),
    "app.category": ("STRING", lambda s: s.facts.category),
    "app.status": ("STRING", lambda s: s.facts.status),
    "app.trust_zone": ("STRING", lambda s: s.facts.trust_zone),
    "app.account": ("STRING", lambda s: s.facts.account),
    "app.tenant": ("STRING", lambda s: s.facts.tenant),
    "app.residency": ("STRINGS", lambda s: list(s.facts.residency)),
    "who.user": ("STRING", lambda s: s.facts.user),
    "who.groups": ("STRINGS", lambda s: list(s.facts.groups)),
    "who.address": ("STRING", lambda s: s.facts.address),
    "who.device": ("STRING", lambda s: s.facts.device),
}
"""Name to type and value: all that an expression may speak of."""

HELP = f"write a bool over {', '.join(NAMES)}"
_NOT_TOLD = frozenset({"identity"})


def faults(text: str) -> list[str]:
    """Return what is wrong with an expression, in words with its own line and column; nothing: it can be compiled."""
    if len(text) > _LONGEST:
        return [f"longer than {_LONGEST} characters"]
    if len(_MACRO.findall(_TEXT.sub('""', text))) > _COMPREHENSIONS:
        return [f"more than {_COMPREHENSIONS} of all, exists, exists_one, map and filter"]
    try:
        expression = _environment().compile(text)
    except ImportError:
        return ["the optional extra `cel` is not installed"]
    except RuntimeError as error:
        found = [f"{said} (at {line}:{column})" for line, column, said in _WHERE.findall(str(error))]
        return [line.replace(" (in container '')", "") for line in found] or ["it cannot be read"]
    kind = expression.return_type()
    return [] if kind == _library().Type.BOOL else [f"it is {kind.name()}, not BOOL"]


def compile(text: str) -> Callable[[Scene], Truth]:
    """Return the test of an expression without faults. The test raises ValueError where it cannot be evaluated."""
    environment = _environment()
    expression = environment.compile(text)
    bare = _TEXT.sub('""', text)
    used = {name: get for name, (_, get) in NAMES.items() if name in bare}
    boolean = _library().Type.BOOL
    who = any(name.startswith("who.") and name != "who.address" for name in used)

    def test(scene: Scene) -> Truth:
        if who and scene.unknown_who:
            return scene.unknown_who
        if "request.model" in used and not scene.facts.model and scene.unread_by_shape:
            return scene.unread_by_shape
        if ("app.account" in used or "app.tenant" in used) and not scene.facts.account:
            return _NOT_TOLD
        result = expression.eval(environment.Activation({name: get(scene) for name, get in used.items()}))
        if result.type() != boolean:
            raise ValueError("the condition cannot be evaluated")
        return bool(result.value())

    return test


def observed(text: str, scene: Scene) -> str:
    """Return the values of the names that an expression speaks of, in words."""
    bare = _TEXT.sub('""', text)
    return ", ".join(f"{name} = {get(scene)!r}" for name, (_, get) in NAMES.items() if name in bare) or "nothing asked"


@cache
def _library() -> Any:
    return import_module("cel_expr_python.cel")


@cache
def _environment() -> Any:
    kinds = _library().Type
    types = {"INT": kinds.INT, "STRING": kinds.STRING, "BOOL": kinds.BOOL, "STRINGS": kinds.List(kinds.STRING)}
    return _library().NewEnv(variables={name: types[kind] for name, (kind, _) in NAMES.items()})

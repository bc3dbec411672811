"""The grammar and the shipped packs in, the tables of docs/policies.md out.

`python -m policies.reference docs/policies.md` puts them into the file; a test fails when they lag behind.
"""

import re
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from policies.abilities import WITH_EXTRAS, lacking
from policies.fakes import FAKES
from policies.grammar import SECTIONS, section
from policies.load import load, packs
from policies.shape import Flag, Key, ListOf, Named, Number, Record, Shape, Text, WordOr

_BLOCK = re.compile(r"(<!-- begin (\w+) -->\n).*?(<!-- end \2 -->)", re.DOTALL)


def fill(text: str) -> str:
    """Return a page with what stands between `<!-- begin NAME -->` and `<!-- end NAME -->` made anew."""
    tables = {"packs": packs_table, "fakes": fakes_list}
    tables |= {name: partial(keys_table, name) for name in SECTIONS}
    return _BLOCK.sub(lambda found: f"{found[1]}{tables[found[2]]()}{found[3]}", text)


def keys_table(name: str) -> str:
    """Return a table of the keys of one section of SECTIONS."""
    rows = ["| key | holds | means |", "|---|---|---|"]
    for path, key in _keys(SECTIONS[name], ""):
        needed = " **Needed.**" if key.required else ""
        instead = lacking(key.needs, WITH_EXTRAS)
        means = f"*Not in this build:* {instead}." if instead else f"{key.doc}{needed}"
        rows.append(f"| `{path}` | {_holds(key.shape)} | {means} |")
    return "\n".join(rows) + "\n"


def packs_table() -> str:
    """Return a table of the rules of every shipped pack."""
    rows = ["| pack | rule | severity | does | for |", "|---|---|---|---|---|"]
    for name in packs():
        for rule in load([f"pack:{name}"]).rules:
            does = (
                f"{rule.action.type}{' (floor)' if rule.floor else ''}{', in shadow' if rule.mode == 'shadow' else ''}"
            )
            rows.append(f"| `{name}` | `{rule.id}` | {rule.severity} | {does} | {rule.description} |")
    return "\n".join(rows) + "\n"


def fakes_list() -> str:
    """Return the names of the values for tests."""
    return " ".join(f"`{{{{fake.{name}}}}}`" for name in FAKES) + "\n"


def _keys(shape: Shape, path: str) -> Iterator[tuple[str, Key]]:
    match shape:
        case Record():
            for name, key in shape.keys.items():
                at = f"{path}.{name}" if path else name
                yield at, key
                inner = key.shape.item if isinstance(key.shape, ListOf) else key.shape
                if not lacking(key.needs, WITH_EXTRAS) and not section(inner) and name != "on_unknown":
                    yield from _keys(key.shape, at)
        case ListOf():
            yield from _keys(shape.item, f"{path}[]")
        case Named():
            yield from _keys(shape.value, f"{path}.NAME")
        case _:
            return


def _holds(shape: Shape) -> str:
    name = section(shape.item if isinstance(shape, ListOf) else shape)
    if name:
        return f"list of [{name}](#{name})" if isinstance(shape, ListOf) else f"[{name}](#{name})"
    match shape:
        case Text(choices=choices):
            words = (word for word in choices if not lacking(shape.needs.get(word, ""), WITH_EXTRAS))
            return " ".join(f"`{word}`" for word in words) or "text"
        case Number():
            return f"{shape.minimum:g} to {shape.maximum:g}"
        case Flag():
            return "`true` `false`"
        case ListOf(item=Record()):
            return "list of records"
        case ListOf():
            return f"list of {_holds(shape.item)}{', or `$name`' if shape.lists else ''}"
        case WordOr():
            return f"{_holds(shape.word)}, or by reason: {' '.join(f'`{name}`' for name in shape.record.keys)}"
        case _:
            return "keys"


def main() -> None:
    """Fill the files that are named on the command line."""
    for name in sys.argv[1:]:
        path = Path(name)
        path.write_text(fill(path.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()

"""The text of a policy file in, the same file in one layout out; comments stay with what they stand by.

Rules
1. Keys stand in the order of the grammar, two spaces deeper than their parent; items of a list begin with a dash.
2. What is written inline stays inline while it fits into 120 columns, else it is written in lines. Scalars keep their
   writing: quotes and blocks are the author's.
3. A comment of its own line belongs to what follows it (at the top: to the file), one at the end of a line to what the
   line begins. One empty line at most stands between two things.
4. The result means the same: it is read again and compared, and every comment is still there. Else nothing is changed.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from policies import yaml_source
from policies.grammar import FILE
from policies.shape import ListOf, Named, Record, Shape, WordOr
from policies.yaml_source import Items, Node, Scalar, Table

WIDTH = 120


@dataclass(slots=True)
class _Entry:
    """A key with its value, or an item of a list."""

    line: int
    key: str  # "" for an item
    value: "_Value"
    before: list[str] = field(default_factory=list)
    after: str = ""
    gap: bool = False  # an empty line stands before it


@dataclass(slots=True)
class _Value:
    """A scalar as it is written, or a collection."""

    raw: str = ""
    entries: list[_Entry] = field(default_factory=list)
    kind: str = "scalar"  # scalar, table, items
    flow: bool = False


class LayoutError(ValueError):
    """A file that cannot be laid out: it is no YAML, or it would not mean the same."""


def layout(text: str) -> str:
    """Return the file in the one layout. Raises LayoutError."""
    before = yaml_source.read("", text)
    if before.root is None or before.problems:
        raise LayoutError("the file cannot be read: hushgate policy check says why")
    spans: list[tuple[int, int]] = []
    root = _read(text, spans)
    comments = _comments(text, spans)
    top = min((entry.line for entry in root.entries), default=0)
    head = [words for line, words, _ in comments if line < top]
    head += [""] if head and not text.split("\n")[top - 1].strip() else []
    tail = _attach(root, text, [comment for comment in comments if comment[0] >= top])
    lines = list(_lines(root, FILE, 0))
    out = "\n".join([*head, *lines, *tail]).strip("\n") + "\n"
    after = yaml_source.read("", out)
    if after.problems or _meaning(before.root) != _meaning(after.root) or not _kept(comments, out):
        raise LayoutError("the file cannot be laid out without changing it; nothing was changed")
    return out


def _read(text: str, spans: list[tuple[int, int]]) -> _Value:
    """Return the tree; `spans` are filled with where scalars stand, so that a # in them is no comment."""
    # The parser in Python: its marks count characters of the text, libyaml's do not after a byte order mark.
    events: Iterator[Any] = yaml.parse(text, Loader=yaml.SafeLoader)

    def value(event: Any) -> _Value:
        start, end = event.start_mark.index, event.end_mark.index
        if isinstance(event, yaml.ScalarEvent):
            spans.append((start, end))
            return _Value(raw=text[start:end])
        found = _Value(kind="table" if isinstance(event, yaml.MappingStartEvent) else "items", flow=event.flow_style)
        ends = (yaml.MappingEndEvent, yaml.SequenceEndEvent)
        while not isinstance(event := next(events), ends):
            line = event.start_mark.line
            if found.kind == "items":
                found.entries.append(_Entry(line, "", value(event)))
            else:
                key = value(event).raw
                found.entries.append(_Entry(line, key, value(next(events))))
        return found

    for event in events:
        if isinstance(event, yaml.DocumentStartEvent):
            return value(next(events))
    raise LayoutError("the file is empty")


def _comments(text: str, spans: list[tuple[int, int]]) -> list[tuple[int, str, bool]]:
    """Return the comments as `(line, text, stands alone)`."""
    inside = bytearray(len(text) + 1)
    for start, end in spans:
        inside[start:end] = b"\1" * (end - start)
    found = []
    at = 0
    for number, line in enumerate(text.split("\n")):
        place = next(
            (n for n, char in enumerate(line) if char == "#" and not inside[at + n] and not line[:n].rstrip(" ")[n:]
             and (n == 0 or line[n - 1] in " \t")),
            -1,
        )  # fmt: skip
        if place >= 0:
            found.append((number, line[place:].rstrip(), not line[:place].strip()))
        at += len(line) + 1
    return found


def _attach(root: _Value, text: str, comments: list[tuple[int, str, bool]]) -> list[str]:
    """Hang each comment and empty line on the entry it belongs to; return what stands after the last."""
    entries = list(_block_entries(root))
    rows = text.split("\n")
    tail = []
    own = {line for line, _, alone in comments if alone}
    for line, words, alone in comments:
        if alone:
            following = next((e for e in entries if e.line > line), None)
            if following is None:
                tail.append(words)
            else:
                following.before.append(words)
        else:
            owner = [e for e in entries if e.line <= line][-1]
            if owner.line == line and not owner.after:
                owner.after = words
            else:
                owner.before.append(words)  # inside of something that is written over many lines
    for entry in entries[1:]:
        above = entry.line - 1
        while above in own:
            above -= 1
        entry.gap = above >= 0 and not rows[above].strip()
    return tail


def _block_entries(value: _Value) -> Iterator[_Entry]:
    """Yield the entries that begin lines, in their order; of two on one line the inner comes last."""
    for entry in value.entries:
        yield entry
        if not entry.value.flow:
            yield from _block_entries(entry.value)


def _lines(value: _Value, shape: Shape | None, depth: int) -> Iterator[str]:
    """Yield the lines of a collection at a depth of so many spaces."""
    pad = " " * depth
    for n, entry in enumerate(_ordered(value, shape)):
        if entry.gap and n:
            yield ""
        yield from (f"{pad}{comment}" for comment in entry.before)
        inner = _inner(shape, entry.key)
        lead = f"{pad}{entry.key}:" if entry.key else f"{pad}-"
        yield from _entry(entry, lead, inner, depth)


def _entry(entry: _Entry, lead: str, shape: Shape | None, depth: int) -> Iterator[str]:
    after = f"  {entry.after}" if entry.after else ""
    value = entry.value
    if value.kind == "scalar":
        yield from _scalar(value.raw, lead, after, depth)
        return
    inline = f"{lead} {_inline(value)}"
    if (value.flow or not value.entries) and len(inline + after) <= WIDTH and "\n" not in inline:
        yield inline + after
        return
    inner = list(_lines(value, shape, depth + 2))
    if entry.key or any(first.before for first in _ordered(value, shape)[:1]):
        yield lead + after
        yield from inner
    else:  # the first key of an item stands beside its dash
        yield f"{lead} {inner[0].lstrip()}{after}"
        yield from inner[1:]


def _scalar(raw: str, lead: str, after: str, depth: int) -> Iterator[str]:
    first, *rest = raw.rstrip("\n").split("\n")
    yield f"{lead} {first}{after}".rstrip()
    filled = [line for line in rest if line.strip()]
    cut = min((len(line) - len(line.lstrip(" ")) for line in filled), default=0)
    for line in rest:
        yield " " * (depth + 2) + line[cut:] if line.strip() else ""


def _inline(value: _Value) -> str:
    if value.kind == "scalar":
        return " ".join(line.strip() for line in value.raw.split("\n")) if value.raw[:1] in {'"', "'"} else value.raw
    parts = [f"{entry.key}: {_inline(entry.value)}".strip() if entry.key else _inline(entry.value)
             for entry in value.entries]  # fmt: skip
    return f"{{{', '.join(parts)}}}" if value.kind == "table" else f"[{', '.join(parts)}]"


def _ordered(value: _Value, shape: Shape | None) -> list[_Entry]:
    record = shape.record if isinstance(shape, WordOr) else shape
    if value.kind != "table" or not isinstance(record, Record):
        return value.entries
    order = list(record.keys)
    return sorted(value.entries, key=lambda e: order.index(e.key) if e.key in order else len(order))


def _inner(shape: Shape | None, key: str) -> Shape | None:
    match shape:
        case Record():
            return shape.keys[key].shape if key in shape.keys else None
        case WordOr():
            return _inner(shape.record, key)
        case Named():
            return shape.value
        case ListOf():
            return shape.item
        case _:
            return None


def _meaning(node: Node | None) -> Any:
    match node:
        case Scalar():
            return node.value
        case Items():
            return [_meaning(item) for item in node.items]
        case Table():
            return {key.text: _meaning(value) for key, value in node.entries}
        case _:
            return None


def _kept(comments: list[tuple[int, str, bool]], out: str) -> bool:
    spans: list[tuple[int, int]] = []
    _read(out, spans)
    return sorted(words for _, words, _ in comments) == sorted(words for _, words, _ in _comments(out, spans))

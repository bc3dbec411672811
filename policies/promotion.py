"""A rule and its text in, the text of its next step out: shadow, 5 %, 25 %, everyone; comments and layout stay.

A rule of a file of one's own is edited where it stands. A rule of a shipped pack is promoted by an `adjust` in a file
of one's own, since packs are read-only.
"""

import re
from collections.abc import Sequence

from policies import reader, yaml_source
from policies.grammar import FILE
from policies.rule import Rollout, Rule

STEPS: Sequence[float] = (5.0, 25.0, 100.0)
_HEAD = "schema: policy/v1\npolicy: local\n"


class PromotionError(ValueError):
    """A rule that cannot be promoted: why."""


def following(rule: Rule) -> Rollout | None:
    """Return the roll-out of the next step, None for everyone. Raises PromotionError at the last."""
    if rule.mode == "enforce" and rule.rollout is None:
        raise PromotionError(f'the rule "{rule.id}" enforces for everyone already')
    now = 0.0 if rule.mode == "shadow" or rule.rollout is None else rule.rollout.percent
    share = next((step for step in STEPS if step > now), 100.0)
    return None if share == 100.0 or rule.floor else Rollout(share)


def promote(text: str, name: str, rollout: Rollout | None) -> str:
    """Return the text of a file in which the rule `name` stands, with its next step. Raises PromotionError."""
    source = yaml_source.read("", text)
    root = source.root
    rules = _value(root, "rules")
    items = rules.items if isinstance(rules, yaml_source.Items) else ()
    table = next((i for i in items if isinstance(i, yaml_source.Table) and _text(_value(i, "id")) == name), None)
    if table is None:
        raise PromotionError(f'there is no rule "{name}" in this file')
    if source.lines[table.line - 1].lstrip("- ").startswith("{"):
        raise PromotionError(f'the rule "{name}" is written in one line: run hushgate policy fmt, or edit it')
    lines = list(source.lines)
    for unwanted in ("rollout", "mode"):
        _drop(lines, table, unwanted)
    key, _ = (
        table.entries[0] if table.entries[0][0].text == "id" else next(e for e in table.entries if e[0].text == "id")
    )
    at = _now(lines, name, key.column)
    pad = " " * (key.column - 1)
    share = [f"{pad}rollout: {{percent: {rollout.percent:g}}}"] if rollout else []
    lines[at + 1 : at + 1] = [f"{pad}mode: enforce", *share]
    return "\n".join(lines) + "\n"


def adjust(text: str, name: str, rollout: Rollout | None, owner: str, reason: str) -> str:
    """Return the text of a local file with the step of a pack's rule in it. Raises PromotionError."""
    share = f", rollout: {{percent: {rollout.percent:g}}}" if rollout else ", rollout: {percent: 100}"
    entry = f"  - {{rule: {name}, mode: enforce{share}, owner: {owner}, reason: {reason}}}"
    document = reader.read(yaml_source.read("", text or _HEAD), FILE)
    for n, data in enumerate(document.data.get("adjust") or ()):
        if data and data.get("rule") == name:
            line = document.place(("adjust", n))[0]
            lines = (text or _HEAD).splitlines()
            if not lines[line - 1].lstrip().startswith("- {"):
                raise PromotionError(f'the tuning of "{name}" is written over many lines: edit it at line {line}')
            lines[line - 1] = entry
            return "\n".join(lines) + "\n"
    body = (text or _HEAD).rstrip("\n")
    if "adjust" in document.data:
        return re.sub(r"(?m)^adjust:\s*$", lambda found: f"{found[0].rstrip()}\n{entry}", body, count=1) + "\n"
    return f"{body}\n\nadjust:\n{entry}\n"


def _drop(lines: list[str], table: yaml_source.Table, key: str) -> None:
    """Take a key out of a rule, unless it shares its line with the dash."""
    for found, value in table.entries:
        if found.text == key:
            start = found.line - 1
            if lines[start].lstrip().startswith("-"):
                raise PromotionError(f"the rule begins with `{key}`: write its id first")
            following_lines = [k.line for k, _ in table.entries if k.line > found.line]
            end = min(following_lines, default=_end(lines, start, found.column)) - 1
            block = isinstance(value, yaml_source.Table) and value.line > found.line
            for n in range(start, end if block else start + 1):
                lines[n] = "\0"  # the numbers of the others stay right until all is dropped


def _end(lines: list[str], start: int, column: int) -> int:
    """Return the number of the line after a block that begins at `start`."""
    n = start + 1
    while n < len(lines) and (not lines[n].strip() or len(lines[n]) - len(lines[n].lstrip()) >= column):
        n += 1
    return n + 1


def _now(lines: list[str], name: str, column: int) -> int:
    """Take out what was dropped; return where the id of the rule stands now."""
    lines[:] = [line for line in lines if line != "\0"]
    wanted = re.compile(rf"[- ]{{{column - 1}}}id:\s*[\"']?{re.escape(name)}[\"']?\s*(#.*)?")
    return next(n for n, line in enumerate(lines) if wanted.fullmatch(line))


def _value(node: object, key: str) -> yaml_source.Node | None:
    entries = node.entries if isinstance(node, yaml_source.Table) else ()
    return next((value for found, value in entries if found.text == key), None)


def _text(node: object) -> str:
    return node.text if isinstance(node, yaml_source.Scalar) else ""

"""A policy and the services of a deployment in, names that mean nothing there out: a misspelt one never matches.

Codes of the advice: `unknown-service` `unknown-zone` `unknown-region` `unknown-tenant` `no-route`. Patterns with `*`
must fit at least one name.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from policies.lint import Advice
from policies.model import Policy
from policies.pattern import one_of
from policies.problem import Problem, suggest
from policies.rule import Match


@dataclass(frozen=True, slots=True)
class Deployed:
    """What a deployment has. `whole`: services.yaml was read, so that zones, regions and targets are all known."""

    services: frozenset[str]
    zones: frozenset[str] = frozenset()
    regions: frozenset[str] = frozenset()
    tenants: frozenset[str] = frozenset()
    routes: frozenset[str] = frozenset()
    whole: bool = False


_WHERE = "services.yaml"
_KINDS: tuple[tuple[str, str, Callable[[Match], Iterable[str]], Callable[[Deployed], frozenset[str]]], ...] = (
    ("unknown-service", "service", lambda m: m.app.ids, lambda d: d.services),
    ("unknown-zone", "trust zone", lambda m: (*m.app.trust_zone, *m.app.trust_zone_not), lambda d: d.zones),
    ("unknown-region", "region", lambda m: m.app.residency_not, lambda d: d.regions),
    ("unknown-tenant", "tenant", lambda m: m.app.tenants, lambda d: d.tenants),
)


def unmet(policy: Policy, deployed: Deployed) -> list[Advice]:
    """Return advice on every name of a rule or exception that the deployment does not know."""
    found: list[Advice] = []
    for what, where, match, to in _parts(policy):
        for code, kind, names, known in _KINDS if deployed.whole else _KINDS[:1]:
            folded = frozenset(name.casefold() for name in known(deployed))
            unknown = [name for name in names(match) if not any(map(one_of((name,)), folded))]
            if where.startswith("packs/") and len(unknown) < len(tuple(names(match))):
                continue  # a pack names what deployments may have, not what each has
            for name in unknown:
                found.append(_advice(policy, where, code, what, kind, name, known(deployed), deployed.whole))
        if deployed.whole and to and to not in deployed.routes:
            found.append(_advice(policy, where, "no-route", what, "target of `routes`", to, deployed.routes, True))
    return found


def _parts(policy: Policy) -> Iterator[tuple[str, str, Match, str]]:
    for rule in policy.rules:
        yield f'the rule "{rule.id}"', rule.where, rule.match, rule.action.to
    for exception in policy.exceptions:
        yield f'the exception "{exception.id}"', exception.where, exception.match, ""


def _advice(
    policy: Policy, where: str, code: str, what: str, kind: str, name: str, known: Iterable[str], whole: bool
) -> Advice:
    file, first, column = where.rsplit(":", 2)
    lines = policy.texts.get(file, "").splitlines()
    line, at = _place(lines, int(first), int(column), name)
    told = f"write it into {_WHERE}" if whole else "name yours with --services FILE"
    message = f'{what} speaks of the {kind} "{name}", which there is not'
    source = lines[line - 1] if 0 < line <= len(lines) else ""
    return Advice(code, Problem(file, line, at, message, suggest(name, known) or told, source))


def _place(lines: list[str], first: int, column: int, name: str) -> tuple[int, int]:
    """Return line and column of a name within the rule that begins in line `first`; else of the rule itself."""
    word = re.compile(rf"(?<![\w*.-]){re.escape(name)}(?![\w*.-])")
    for number in range(max(first, 1), len(lines) + 1):
        if number > first and re.match(r"\s*- id:|\S", lines[number - 1]):
            break
        if found := word.search(lines[number - 1]):
            return number, found.start() + 1
    return first, column

"""A policy that loads in, what its author would want to know before it goes live out.

Each piece of advice has a code: `unreachable` `implied` `no-test` `no-counter-test` `no-message` `expired`
`expires-soon` `lifts-nothing` `unrehearsable` `cannot-redact` `no-ticket`. None of them stops a load; `check --strict`
fails on any.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv4Network, IPv6Network, ip_network

from detectors.entities import Catalogue, catalogue
from policies.case import Case
from policies.content import ask
from policies.implied import clause_within, implied
from policies.model import Policy
from policies.problem import Problem
from policies.rule import Action, Clause, Content, Exception_, Rule

SOON = timedelta(days=30)
FLOOR = 0.3
"""Findings that are less sure are not in the audit log: a rule about them cannot be rehearsed."""
_FIXED = frozenset({"header", "credential"})  # parts that are never rewritten


@dataclass(frozen=True, slots=True)
class Advice:
    """One thing to mend: `code` names the check."""

    code: str
    problem: Problem

    def __str__(self) -> str:
        """Return it as check prints it."""
        return f"{self.problem} [{self.code}]"


def lint(policy: Policy, now: datetime, fixed_services: Collection[str] = ()) -> list[Advice]:
    """Return all advice, in the order of the files. `fixed_services` are those whose bodies cannot be rewritten."""
    known = catalogue()
    found = [*_rules(policy, known, fixed_services), *_exceptions(policy, now)]
    return sorted(found, key=lambda advice: (advice.problem.file, advice.problem.line, advice.code))


def _rules(policy: Policy, known: Catalogue, fixed_services: Collection[str]) -> Iterator[Advice]:
    for rule in policy.rules:
        if why := unreachable(rule, policy, known):
            yield _advice(policy, rule.where, "unreachable", f'the rule "{rule.id}" can never match: {why}')
        elif other := next((o for o in policy.rules if _implies(o, rule, policy, known)), None):
            message = f'the rule "{rule.id}" adds nothing to "{other.id}" ({other.where})'
            yield _advice(policy, rule.where, "implied", message, "take it out, or widen it")
        tests = [case for case in policy.tests if case.rule == rule.id]
        if not any(_hits(case, rule) for case in tests):
            yield _advice(policy, rule.where, "no-test", f'the rule "{rule.id}" has no test that it catches')
        if all(_hits(case, rule) for case in tests):
            yield _advice(policy, rule.where, "no-counter-test", f'the rule "{rule.id}" has no test that it lets be')
        if rule.action.type.rank > Action.ROUTE.rank and not rule.action.message:
            message = f'the rule "{rule.id}" tells the user nothing of its own'
            yield _advice(policy, rule.where, "no-message", message, "add `message` to its action")
        content = rule.match.content
        if any(
            clause.selects and clause.min_confidence < FLOOR for clause in (*content.any, *content.all, *content.none)
        ):
            message = f'the rule "{rule.id}" looks at findings below {FLOOR}, which the audit log does not keep'
            yield _advice(policy, rule.where, "unrehearsable", message, "add `min_confidence` to each clause")
        if rule.action.type.cuts and (why := _uncuttable(rule, fixed_services)):
            message = f'the rule "{rule.id}" cannot {rule.action.type} {why}'
            yield _advice(policy, rule.where, "cannot-redact", message, "use block, or say `unwritable: monitor`")


def unreachable(rule: Rule, policy: Policy, known: Catalogue) -> str:
    """Return why the rule can never match, or nothing."""
    who, content, when = rule.match.who, rule.match.content, rule.match.when
    if who.groups and {g.casefold() for g in who.groups} <= {g.casefold() for g in who.not_groups}:
        return "every one of its groups is among `not_groups`"
    outside = [ip_network(network) for network in who.not_networks]
    if who.networks and all(_among(network, outside) for network in who.networks):
        return "every one of its networks is among `not_networks`"
    if when.inside is not None and when.inside == when.outside:
        return "it is to be inside and outside of the same time"
    if rule.match.activity == ("auth",) and (content.any or content.all) and not _looks_at_credentials(content):
        return "logins hold credentials only, and no clause says `in: [credential]`"
    return _content_fault(content, policy, known)


def _content_fault(content: Content, policy: Policy, known: Catalogue) -> str:
    def excluded(clause: Clause) -> bool:
        return any(clause_within(clause, other, policy.classes, known) for other in content.none)

    faults = [_clause_fault(clause, policy, known) for clause in content.any]
    if content.any and all(faults):
        return faults[0]
    if fault := next(filter(None, (_clause_fault(clause, policy, known) for clause in content.all)), ""):
        return fault
    if (content.any and all(map(excluded, content.any))) or any(map(excluded, content.all)):
        return "what it looks for is among `none`"
    return ""


def _clause_fault(clause: Clause, policy: Policy, known: Catalogue) -> str:
    """Return why no finding can satisfy a clause."""
    if not clause.selects:
        return ""
    [asked] = ask(Content(any=(clause,)), policy.classes, known).any
    words = {*known.entities, *(w for w in (*clause.entities, *clause.labels) if "*" not in w)}
    wanted = {word for word in words if asked.wants(word) and word not in known.groups}
    categories = {known.get(word).category for word in wanted} & set(clause.categories or _ALL)
    if not categories:
        return "no finding satisfies all the keys of its clause"
    if (clause.min_lines or clause.code_languages) and "code" not in categories:
        return "only source code has lines and a language"
    if (clause.min_overlap or clause.documents) and "fingerprint" not in categories:
        return "only indexed documents have an overlap"
    return ""


_ALL = ("pii", "secret", "code", "label", "fingerprint", "opaque")


def _implies(other: Rule, rule: Rule, policy: Policy, known: Catalogue) -> bool:
    """Tell whether `other` leaves nothing to `rule`; of two equal rules the second by id is the one too many."""
    if other.id == rule.id or not implied(rule, other, policy, known):
        return False
    return other.id < rule.id or not implied(other, rule, policy, known)


def _hits(case: Case, rule: Rule) -> bool:
    if case.rules is not None:
        return rule.id in case.rules
    expected = case.would if rule.mode == "shadow" and case.would else case.action
    return expected in {str(rule.action.type), "block"} if expected else case.route == rule.action.to != ""


def _uncuttable(rule: Rule, fixed_services: Collection[str]) -> str:
    """Say what cannot be rewritten of all that a rule speaks of."""
    if rule.action.unwritable is Action.MONITOR:
        return ""
    clauses = (*rule.match.content.any, *rule.match.content.all)
    if fixed := [c for c in clauses if c.places and set(c.places) <= _FIXED]:
        return f"in {' and '.join(fixed[0].places)}: these parts are never rewritten, so it always blocks"
    services = [name for name in rule.match.app.ids if name in fixed_services]
    return f"for {services[0]}: its bodies are signed, so it always blocks" if services else ""


def _exceptions(policy: Policy, now: datetime) -> Iterator[Advice]:
    for exception in policy.exceptions:
        day = exception.expires.date()
        if exception.expires <= now:
            message = f'the exception "{exception.id}" ended on {day}: its rules hold again'
            yield _advice(policy, exception.where, "expired", message, "take it out, or have it approved anew")
        elif exception.expires - now < SOON:
            message = f'the exception "{exception.id}" ends on {day}'
            yield _advice(policy, exception.where, "expires-soon", message, "have it approved anew, or tell its owner")
        if not (exception.ticket and exception.approved_by):
            message = f'nobody can see who allowed the exception "{exception.id}"'
            yield _advice(policy, exception.where, "no-ticket", message, "add `approved_by` and `ticket`")
        if lifted := _lifts_nothing(exception, policy):
            message = f'the exception "{exception.id}" lifts nothing of "{lifted}", which does no more than that'
            yield _advice(policy, exception.where, "lifts-nothing", message, "lower `max_action`, or take the rule out")


def _lifts_nothing(exception: Exception_, policy: Policy) -> str:
    rules = (rule for rule in policy.rules if rule.id in exception.rules)
    return next((rule.id for rule in rules if exception.max_action.rank >= rule.action.type.rank), "")


def _looks_at_credentials(content: Content) -> bool:
    return any("credential" in clause.places for clause in (*content.any, *content.all))


def _among(network: str, others: Sequence[IPv4Network | IPv6Network]) -> bool:
    mine = ip_network(network)
    return any(other.version == mine.version and mine.subnet_of(other) for other in others)  # type: ignore[arg-type]


def _advice(policy: Policy, where: str, code: str, message: str, help: str = "") -> Advice:
    file, line, column = where.rsplit(":", 2)
    lines = policy.texts.get(file, "").splitlines()
    source = lines[int(line) - 1] if 0 < int(line) <= len(lines) else ""
    return Advice(code, Problem(file, int(line), int(column), message, help, source))

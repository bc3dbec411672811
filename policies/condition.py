"""The match of a rule in, a list of checks out: each with its key, and what it needs and sees in words."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from ipaddress import ip_network
from zoneinfo import ZoneInfo

from detectors.language.codes import LANGUAGES
from policies import cel
from policies.content import Asked, Question, all_hold, any_holds, none_holds
from policies.facts import FindingFact
from policies.pattern import one_of
from policies.rule import Clause, Match, Window
from policies.scene import Scene
from policies.truth import Truth, negated

_UNTOLD: frozenset[str] = frozenset({"identity"})

Test = Callable[[Scene], Truth]
Observe = Callable[[Scene], str]


@dataclass(frozen=True, slots=True)
class Check:
    """One key of a match. `observe` says what there is, `required` what there should be."""

    key: str
    required: str
    test: Test = field(repr=False)
    observe: Observe = field(repr=False)


def checks(match: Match, question: Question) -> tuple[Check, ...]:
    """Return the checks of a match: all of them must hold, the cheap ones stand first."""
    return (*_scope(match), *_who(match), *_account(match), *_when(match), *_content(question), *_condition(match))


def _scope(match: Match) -> list[Check]:
    found: list[Check] = []

    def word(key: str, words: Sequence[str], get: Callable[[Scene], str]) -> None:
        if words:
            fits = one_of(words)
            found.append(Check(key, _or(words), lambda scene: fits(get(scene)), lambda scene: get(scene) or "nothing"))

    word("direction", match.direction, lambda s: s.facts.direction)
    word("app.ids", match.app.ids, lambda s: s.facts.app)
    word("app.categories", match.app.categories, lambda s: s.facts.category)
    word("app.status", match.app.status, lambda s: s.facts.status)
    word("app.trust_zone", match.app.trust_zone, lambda s: s.facts.trust_zone)
    if match.app.trust_zone_not:
        excluded = one_of(match.app.trust_zone_not)
        found.append(
            Check(
                "app.trust_zone_not",
                f"not {_or(match.app.trust_zone_not)}",
                lambda s: not excluded(s.facts.trust_zone),
                lambda s: s.facts.trust_zone or "no trust zone",
            )
        )
    word("activity", match.activity, lambda s: s.facts.activity)
    if match.tools is not None:
        tools = match.tools
        found.append(
            Check("tools", str(tools).lower(), lambda s: s.facts.tools is tools, lambda s: str(s.facts.tools).lower())
        )
    if match.app.models:
        model = one_of(match.app.models)
        found.append(
            Check(
                "app.models",
                _or(match.app.models),
                # The model stands in the body: where that was not read, its absence says nothing.
                lambda s: model(s.facts.model) or (bool(not s.facts.model) and s.unread_by_shape) or False,
                lambda s: s.facts.model or "nothing",
            )
        )
    return found


def _who(match: Match) -> list[Check]:
    who = match.who
    found: list[Check] = []

    def known(test: Callable[[Scene], bool]) -> Test:
        return lambda scene: test(scene) or scene.unknown_who or False

    def groups(scene: Scene) -> str:
        return ", ".join(scene.facts.groups) or "no group"

    if who.users:
        user = one_of(who.users)
        found.append(
            Check("who.users", _or(who.users), known(lambda s: user(s.facts.user)), lambda s: s.facts.user or "nobody")
        )
    if who.groups:
        some_group = known(_in_groups(who.groups))
        found.append(Check("who.groups", _or(who.groups), some_group, groups))
    if who.not_groups:
        not_group = known(_in_groups(who.not_groups))
        found.append(Check("who.not_groups", f"not {_or(who.not_groups)}", lambda s: negated(not_group(s)), groups))
    if who.networks:
        inside = within(who.networks)
        found.append(Check("who.networks", _or(who.networks), inside, lambda s: s.facts.address or "no address"))
    if who.not_networks:
        outside = within(who.not_networks)
        found.append(
            Check(
                "who.not_networks",
                f"not {_or(who.not_networks)}",
                lambda s: not outside(s),
                lambda s: s.facts.address or "no address",
            )
        )
    if who.devices:
        device = one_of(who.devices)
        found.append(
            Check(
                "who.devices",
                _or(who.devices),
                known(lambda s: device(s.facts.device)),
                lambda s: s.facts.device or "no device",
            )
        )
    return found


def _account(match: Match) -> list[Check]:
    found: list[Check] = []
    app = match.app
    if app.accounts:
        # What the wire does not show is not known; a rule that asks for `unknown` takes that for an answer.
        wanted = frozenset(app.accounts)
        untold: Truth = True if "unknown" in wanted else _UNTOLD
        found.append(
            Check(
                "app.accounts",
                _or(app.accounts),
                lambda s: s.facts.account in wanted if s.facts.account else untold,
                lambda s: s.facts.account or "unknown",
            )
        )
    if app.tenants:
        tenant = one_of(app.tenants)
        found.append(
            Check(
                "app.tenants",
                _or(app.tenants),
                lambda s: tenant(s.facts.tenant) if s.facts.tenant else s.facts.account != "personal" and _UNTOLD,
                lambda s: s.facts.tenant or "no tenant",
            )
        )
    if app.residency_not:
        region = one_of(app.residency_not)
        found.append(
            Check(
                "app.residency_not",
                f"not {_or(app.residency_not)}",
                lambda s: not any(region(name) for name in s.facts.residency),
                lambda s: ", ".join(s.facts.residency) or "not known",
            )
        )
    return found


def _in_groups(groups: Sequence[str]) -> Callable[[Scene], bool]:
    wanted = frozenset(group.casefold() for group in groups)
    return lambda scene: any(group.casefold() in wanted for group in scene.facts.groups)


def _when(match: Match) -> list[Check]:
    found: list[Check] = []
    for key, window, inside in (("when.inside", match.when.inside, True), ("when.outside", match.when.outside, False)):
        if window is not None:
            test = _clock(window, inside)
            zone = ZoneInfo(window.tz)
            found.append(Check(key, _describe(window), test, lambda s, z=zone: f"{s.now.astimezone(z):%a %H:%M}"))  # type: ignore[misc]
    return found


def _clock(window: Window, inside: bool) -> Test:
    zone = ZoneInfo(window.tz)

    def test(scene: Scene) -> bool:
        local = scene.now.astimezone(zone)
        minute, day = local.hour * 60 + local.minute, local.weekday()
        if window.start < window.end:
            within_window = day in window.days and window.start <= minute < window.end
        else:  # past midnight: the early hours belong to the day before
            late = day in window.days and minute >= window.start
            early = (day - 1) % 7 in window.days and minute < window.end
            within_window = late or early
        return within_window is inside

    return test


def _describe(window: Window) -> str:
    days = " ".join(("mon", "tue", "wed", "thu", "fri", "sat", "sun")[day] for day in sorted(window.days))
    hours = f"{window.start // 60:02}:{window.start % 60:02}-{window.end // 60:02}:{window.end % 60:02}"
    return f"{days} {hours} {window.tz}"


def _content(question: Question) -> list[Check]:
    found: list[Check] = []
    for key, asked, test in (
        ("content.any", question.any, any_holds),
        ("content.all", question.all, all_hold),
        ("content.none", question.none, none_holds),
    ):
        if asked:
            joint = " and " if key == "content.all" else " or "
            required = joint.join(describe(one.clause) for one in asked)
            found.append(
                Check(key, required, lambda s, t=test: t(question, s), lambda s, a=asked: _seen(a, s))  # type: ignore[misc]
            )
    return found


def _condition(match: Match) -> list[Check]:
    if not match.condition:
        return []
    test = cel.compile(match.condition)
    return [Check("condition", match.condition, test, lambda scene: cel.observed(match.condition, scene))]


def describe(clause: Clause) -> str:
    """Say in words what a clause asks for."""
    words = [*clause.entities, *clause.groups, *clause.categories, *clause.documents, *clause.labels]
    said = ["/".join(words)] if words else []
    if clause.class_at_least:
        said.append(f"class at least {clause.class_at_least}")
    if clause.places:
        said.append(f"in {'/'.join(clause.places)}")
    if clause.decided is not None:
        said.append("in the service's own words" if clause.decided else "not in the service's own words")
    if clause.languages:
        said.append(f"written in {'/'.join(LANGUAGES.get(code, code) for code in clause.languages)}")
    if clause.code_languages:
        said.append(f"language {'/'.join(clause.code_languages)}")
    for name, value in (
        ("confidence", clause.min_confidence),
        ("count", clause.min_count if clause.min_count > 1 else 0),
        ("distinct", clause.min_distinct),
        ("overlap", clause.min_overlap),
        ("lines", clause.min_lines),
    ):
        if value:
            said.append(f"{name} >= {value:g}")
    return " ".join(said)


def _seen(asked: Sequence[Asked], scene: Scene) -> str:
    """Say what was found of what clauses ask for: entities, how many, the highest score, where; never a value."""
    seen = []
    for entity, facts in sorted(scene.findings.items()):
        if not any(one.wants(entity) and _of_kind(one.clause, facts) for one in asked):
            continue
        places = "/".join(sorted({fact.place for fact in facts}))
        lines = sum(fact.lines for fact in facts)
        count = f"{lines} lines" if lines else f"x{sum(fact.count for fact in facts)}"
        seen.append(f"{entity} {count} ({max(fact.score for fact in facts):.2f}, {places})")
    more = f" and {len(seen) - 8} more" if len(seen) > 8 else ""
    found = [", ".join(seen[:8]) + more] if seen else []
    if any(one.clause.languages for one in asked):
        told = sorted({LANGUAGES.get(code, code) for _, code in scene.facts.languages})
        found.append(f"prose in {'/'.join(told)}" if told else "no prose whose language could be told")
    return " and ".join(found) or "nothing of that"


def _of_kind(clause: Clause, facts: Sequence[FindingFact]) -> bool:
    return clause.selects and (not clause.categories or any(fact.category in clause.categories for fact in facts))


def within(networks: Sequence[str]) -> Callable[[Scene], bool]:
    """Return a test whether the client's address lies in one of `networks`; it raises ValueError for no address."""
    parsed = tuple(ip_network(network) for network in networks)

    def test(scene: Scene) -> bool:
        address = scene.address()
        return address is not None and any(address in network for network in parsed)

    return test


def holds(found: Sequence[Check], scene: Scene) -> Truth:
    """Tell whether all checks hold; stops at the first that does not. As `truth.every`, without its generator."""
    unknown: frozenset[str] = frozenset()
    for check in found:
        truth = check.test(scene)
        if truth is False:
            return False
        if truth is not True:
            unknown |= truth
    return unknown or True


def _or(words: Sequence[str]) -> str:
    return " or ".join(words)

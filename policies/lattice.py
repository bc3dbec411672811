"""A question and a policy in, the proof that nothing gets there or a request that does out.

Rules
1. All circumstances that the policy can tell apart are tried, each once: values that no rule, exception or class treats
   differently are one value. So the answer holds for all requests, and not for a sample.
2. A finding is as unsure and as small as still counts (score 0.5, once, one line): what stops that stops more of it.
   It gets there if the request is forwarded and the finding is neither cut out nor replaced nor sent elsewhere.
3. Where the log could not decide, the weaker is taken: rules in roll-out hold for some only, a rule with a condition
   holds nowhere unless it allows, nobody has answered to coaching. `assumed` says so.
4. Text that the service wrote itself (`decided`) is not asked about: the service has it already.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import product
from typing import Any

from detectors.entities import Catalogue, catalogue
from detectors.language.codes import LANGUAGES
from policies.condition import checks
from policies.engine import decide
from policies.facts import REASONS, Facts, FindingFact
from policies.index import Index, Lifting, Prepared
from policies.model import Policy, Verdict
from policies.pattern import one_of
from policies.question import Place, Question
from policies.rule import Action, Match, Window
from policies.words import ACTIVITIES, PLACES, STATUSES

SURE = 0.5
OTHER = "any-other"


@dataclass(frozen=True, slots=True)
class Service:
    """A service as a deployment has it."""

    id: str
    category: str = "genai.chat"
    status: str = "tolerated"
    trust_zone: str = ""
    residency: tuple[str, ...] = ()
    attributes: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Answer:
    """`counter` is a request that gets there, None where there is none; `tried` is how many were decided."""

    question: Question
    tried: int
    counter: Facts | None = None
    verdict: Verdict | None = None
    assumed: tuple[str, ...] = ()
    at: datetime | None = field(default=None)

    @property
    def proven(self) -> bool:
        """Tell whether nothing gets there."""
        return self.counter is None


def every_status() -> tuple[Service, ...]:
    """Return one service of each status, for a policy without a deployment."""
    return tuple(Service(f"{status}-service", status=status) for status in STATUSES)


def prove(question: Question, policy: Policy, services: Sequence[Service], now: datetime) -> Answer:
    """Return the answer. Where `services` are none, there is one of each status."""
    weakest, assumed = _weakest(policy)
    tried = 0
    wanted = _targets(policy, services)
    for service in _by_signature(wanted, lambda s: _service_signature(s, policy, question.places)):
        for facts in _requests(question, policy, service):
            if not all(_there(place, service, facts) for place in question.places):
                continue
            for at in _moments(policy, now):
                tried += 1
                verdict = decide(facts, weakest, at)
                if _passes(facts, verdict):
                    return Answer(question, tried, facts, verdict, assumed, at)
    return Answer(question, tried, assumed=assumed)


def _passes(facts: Facts, verdict: Verdict) -> bool:
    if verdict.action.stops or verdict.route is not None:
        return False
    taken = {*verdict.redactions, *verdict.tokenisations}
    return not facts.findings or any(finding.ref not in taken for finding in facts.findings)


def _there(place: Place, service: Service, facts: Facts) -> bool:
    holds = {
        "anywhere": True,
        "status": service.status == place.word,
        "category": service.category == place.word,
        "zone": service.trust_zone == place.word,
        "app": service.id == place.word,
        "attribute": place.word in service.attributes,
        "activity": facts.activity == place.word,
    }[place.kind]
    return holds is not place.negated


def _weakest(policy: Policy) -> tuple[Policy, tuple[str, ...]]:
    """Return the policy as it is for whom it is weakest, and what was assumed."""
    assumed: list[str] = []
    rules = []
    for prepared in policy.index.rules:
        rule = prepared.rule
        allows = rule.action.type is Action.ALLOW
        if rule.rollout is not None and not allows:
            assumed.append(f"the rule {rule.id} is not rolled out yet")
            rule = replace(rule, mode="shadow")
        elif rule.rollout is not None:
            rule = replace(rule, rollout=None)
        match = rule.match
        if match.condition:
            assumed.append(f"the condition of {rule.id} {'holds' if allows else 'does not hold'}")
            if not allows:
                continue
            match = replace(match, condition="")
        liftings = tuple(_unconditioned(lifting, assumed) for lifting in prepared.liftings)
        rules.append(Prepared(replace(rule, match=match), prepared.question, _checks(prepared, match), liftings))
    return replace(policy, index=Index(rules)), tuple(dict.fromkeys(assumed))


def _checks(prepared: Prepared, match: Match) -> tuple[Any, ...]:
    return checks(match, prepared.question) if match != prepared.rule.match else prepared.checks


def _unconditioned(lifting: Lifting, assumed: list[str]) -> Lifting:
    if not lifting.exception.match.condition:
        return lifting
    assumed.append(f"the condition of {lifting.exception.id} holds")
    kept = tuple(check for check in lifting.checks if check.key != "condition")
    return replace(lifting, checks=kept)


def _requests(question: Question, policy: Policy, service: Service) -> Iterator[Facts]:
    findings = list(_findings(question, policy)) if not question.unread else [None]
    reasons: Sequence[tuple[str, ...]] = [(r,) for r in REASONS if r != "identity"] if question.unread else [()]
    asked = {place.word for place in question.places if place.kind == "activity"}
    activities = _by_signature(ACTIVITIES, lambda a: (a in asked, *_mentions(policy, lambda m: m.activity, a)))
    for finding, unknown, activity, tools, who, wire, spoken in product(
        findings, reasons, activities, (False, True), _people(policy, question.group), _wires(policy), _spoken(policy)
    ):
        account, tenant, model, rewritable = wire
        yield Facts(
            **who,
            app=service.id,
            category=service.category,
            status=service.status,
            trust_zone=service.trust_zone,
            residency=service.residency,
            account=account,
            tenant=tenant,
            model=model,
            activity=activity,
            tools=tools,
            rewritable=rewritable,
            languages=tuple((place, spoken) for place in PLACES) if spoken else (),
            findings=(finding,) if finding is not None else (),
            unknown=unknown,
        )


def _findings(question: Question, policy: Policy) -> Iterator[FindingFact]:
    """Yield one finding for each kind that the policy tells apart, in each kind of part that it tells apart."""
    known = catalogue()
    asked = [a for p in policy.index.rules for a in (*p.question.positive, *p.question.none)]
    entities = _by_signature(
        sorted(_entities(question.words, known)), lambda e: (known.get(e).category, *(a.wants(e) for a in asked))
    )
    places = _by_signature(
        [question.part] if question.part else [place for place in PLACES if place != "credential"],
        lambda place: tuple(place in a.clause.places if a.clause.places else True for a in asked),
    )
    documents = [("DOCUMENT", source) for source in question.documents]
    for (entity, source), place, writable in product([*((e, "") for e in entities), *documents], places, (True, False)):
        category = known.get(entity).category
        yield FindingFact(entity, category, SURE, place=place, writable=writable, source=source, ref=0,
                          lines=1 if category == "code" else 0, overlap=0.05 if source else 0.0)  # fmt: skip


def _entities(words: Iterable[str], known: Catalogue) -> set[str]:
    """Return every entity that the words name; a label or secret of any name counts as itself."""
    found: set[str] = set()
    for word in words:
        members = [entity for entity in known.entities if known.matches(word, entity)]
        found.update(members or [word])
    return {entity for entity in found if "*" not in entity and entity not in known.groups}


def _people(policy: Policy, group: str) -> list[dict[str, Any]]:
    """Return the senders that the policy tells apart: nobody known, each named user, group, network and device."""
    matches = _matches(policy)
    groups = sorted({g for m in matches for g in (*m.who.groups, *m.who.not_groups)} | ({group} if group else set()))
    memberships: list[tuple[str, ...]] = [(), *((g,) for g in groups), tuple(groups)]
    chosen = [(*m, group) if group and group not in m else m for m in memberships]
    users = ["", *sorted({u.replace("*", "x") for m in matches for u in m.who.users})]
    networks = {n for m in matches for n in (*m.who.networks, *m.who.not_networks)}
    addresses = ["192.0.2.1", *sorted(n.partition("/")[0] for n in networks)]
    devices = ["", *sorted({d.replace("*", "x") for m in matches for d in m.who.devices})]
    return [
        {"groups": g, "user": u, "address": a, "device": d}
        for g, u, a, d in product(dict.fromkeys(chosen), users, addresses, devices)
    ]


def _wires(policy: Policy) -> list[tuple[str, str, str, bool]]:
    """Return accounts, tenants, models and signed bodies that the policy tells apart."""
    matches = _matches(policy)
    accounts = ("", "personal", "corporate") if any(m.app.accounts or m.app.tenants for m in matches) else ("",)
    tenants = ("", *sorted({t.replace("*", "x") for m in matches for t in m.app.tenants}))
    models = ("", *sorted({t.replace("*", "x") for m in matches for t in m.app.models}))
    return list(product(accounts, tenants, models, (True, False)))


def _spoken(policy: Policy) -> list[str]:
    """Return the languages that the policy tells apart: none that could be told, each that it names, another."""
    contents = [match.content for match in _matches(policy)]
    named = {code for c in contents for clause in (*c.any, *c.all, *c.none) for code in clause.languages}
    return ["", *sorted(named), next(code for code in LANGUAGES if code not in named)] if named else [""]


def _targets(policy: Policy, services: Sequence[Service]) -> Sequence[Service]:
    """Return the services of the deployment; without one, of each status every kind that the policy tells apart."""
    if services:
        return services
    matches = _matches(policy)
    more = [Service(i, status=status) for i in sorted(_named(matches, "ids")) for status in STATUSES]
    more += [Service(OTHER, kind, status) for kind in sorted(_named(matches, "categories")) for status in STATUSES]
    zones = _named(matches, "trust_zone") | _named(matches, "trust_zone_not")
    more += [Service(OTHER, status=status, trust_zone=zone) for zone in sorted(zones) for status in STATUSES]
    return [*every_status(), *more]


def _named(matches: Sequence[Match], key: str) -> set[str]:
    return {word.replace("*", "x") for match in matches for word in getattr(match.app, key)}


def _service_signature(service: Service, policy: Policy, places: Sequence[Place]) -> Hashable:
    asked = tuple(_there(place, service, Facts()) for place in places if place.kind != "activity")
    zones = _mentions(policy, lambda m: (*m.app.trust_zone, *m.app.trust_zone_not), service.trust_zone)
    ids = _mentions(policy, lambda m: m.app.ids, service.id)
    categories = _mentions(policy, lambda m: m.app.categories, service.category)
    return service.status, asked, zones, ids, categories, service.residency


def _moments(policy: Policy, now: datetime) -> list[datetime]:
    """Return now, and a time inside and outside of every window that the policy names."""
    windows = [w for m in _matches(policy) for w in (m.when.inside, m.when.outside) if w is not None]
    if not windows:
        return [now]
    return [now, *(now + timedelta(days=day, minutes=minute) for day in range(7) for minute in _minutes(windows))]


def _minutes(windows: Sequence[Window]) -> list[int]:
    return sorted({edge % 1440 for w in windows for edge in (w.start, w.end, w.start + 720)} | set(range(0, 1440, 240)))


def _matches(policy: Policy) -> list[Match]:
    return [*(rule.match for rule in policy.rules), *(exception.match for exception in policy.exceptions)]


def _mentions(policy: Policy, words: Callable[[Match], Sequence[str]], value: str) -> tuple[bool, ...]:
    return tuple(one_of(words(match))(value) for match in _matches(policy))


def _by_signature[T](values: Iterable[T], signature: Callable[[T], Hashable]) -> list[T]:
    """Return the first of all values with the same signature."""
    found: dict[Hashable, T] = {}
    for value in values:
        found.setdefault(signature(value), value)
    return list(found.values())

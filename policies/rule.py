"""What a policy file says: rules, exceptions and their parts, as values without behaviour."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal

Severity = Literal["low", "medium", "high", "critical"]
SEVERITIES: tuple[Severity, ...] = ("low", "medium", "high", "critical")

Mode = Literal["shadow", "enforce"]
MODES: tuple[Mode, ...] = ("shadow", "enforce")


class Action(StrEnum):
    """What is done with a request, weakest first: the order of the members is the ladder.

    `route` is no step of it: it changes where goes what is not stopped, and otherwise counts as monitor. It stands
    after monitor so that an exception which lets a rule monitor lifts it.
    """

    ALLOW = "allow"
    MONITOR = "monitor"
    ROUTE = "route"
    TOKENISE = "tokenise"
    REDACT = "redact"
    COACH = "coach"
    BLOCK = "block"

    # Plain attributes, filled in below: a property of an enum costs ten times as much, and decisions ask often.
    rank: int  # the step on the ladder: of several actions, the highest rank is taken
    step: "Action"  # what it counts as on the ladder
    stops: bool  # nothing is forwarded
    cuts: bool  # values are taken out of what is forwarded


for _rank, _action in enumerate(Action):
    _action.rank = _rank
    _action.step = Action.MONITOR if _action is Action.ROUTE else _action
    _action.stops = _action in {Action.COACH, Action.BLOCK}
    _action.cuts = _action in {Action.TOKENISE, Action.REDACT}


@dataclass(frozen=True, slots=True)
class Clause:
    """What to find. Keys are joined by AND, the words of one list by OR; an empty list asks nothing."""

    entities: tuple[str, ...] = ()  # entity ids and groups of detectors/entities.yaml
    groups: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()  # as entity ids: LABEL_CONFIDENTIAL
    class_at_least: str = ""
    places: tuple[str, ...] = ()  # `in`; empty = every kind of part but `credential`
    decided: bool | None = None
    min_confidence: float = 0.0
    min_count: int = 1
    min_distinct: int = 0
    min_overlap: float = 0.0
    min_lines: int = 0
    languages: tuple[str, ...] = ()  # ISO 639-1; a clause of nothing else asks for no finding
    code_languages: tuple[str, ...] = ()

    @property
    def selects(self) -> bool:
        """Tell whether it asks for findings, and not for the language of the prose alone."""
        return (
            bool(
                self.entities or self.groups or self.categories or self.documents or self.labels or self.class_at_least
            )
            or not self.languages
        )


@dataclass(frozen=True, slots=True)
class Content:
    """At least one of `any`, every one of `all`, and not one of `none`."""

    any: tuple[Clause, ...] = ()
    all: tuple[Clause, ...] = ()
    none: tuple[Clause, ...] = ()


@dataclass(frozen=True, slots=True)
class Who:
    """Who sends."""

    users: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    not_groups: tuple[str, ...] = ()
    networks: tuple[str, ...] = ()
    not_networks: tuple[str, ...] = ()
    devices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class App:
    """To which service."""

    ids: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    status: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    tenants: tuple[str, ...] = ()
    residency_not: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    trust_zone: tuple[str, ...] = ()
    trust_zone_not: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of the week: days (0 = Monday), minutes of the day from `start` up to `end`, an IANA time zone."""

    days: frozenset[int] = frozenset(range(7))
    start: int = 0
    end: int = 1440
    tz: str = "UTC"


@dataclass(frozen=True, slots=True)
class When:
    """Inside one window and outside another; either may be absent."""

    inside: Window | None = None
    outside: Window | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """When a rule or an exception applies: all its keys must hold."""

    who: Who = Who()
    app: App = App()
    activity: tuple[str, ...] = ()
    direction: tuple[str, ...] = ("request",)
    tools: bool | None = None
    when: When = When()
    content: Content = Content()
    condition: str = ""  # CEL


@dataclass(frozen=True, slots=True)
class Rollout:
    """The share of users for whom an enforced rule enforces already, in percent; it rehearses for the others."""

    percent: float
    by: str = "user"


@dataclass(frozen=True, slots=True)
class Justification:
    """What a user who was coached must say to send it all the same: one of `choices`, and so many characters."""

    required: bool = False
    min_chars: int = 0
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Remember:
    """How long an answer to coaching holds, and for what: `user`, `app`, `rule`, `value`."""

    span: timedelta = timedelta(hours=8)
    scope: tuple[str, ...] = ("user", "app", "rule")


@dataclass(frozen=True, slots=True)
class Effect:
    """What a rule does. `unwritable` says what a redaction becomes where the text cannot be rewritten.

    `replacement` stands instead of a value (empty: the standard label); `restore`: a placeholder becomes its value
    again in the answer; `justification` and `remember` belong to coach; `to` is the target of route.
    """

    type: Action
    message: str = ""
    alternative: str = ""
    unwritable: Action = Action.BLOCK
    replacement: str = ""
    restore: bool = True
    justification: Justification | None = None
    remember: Remember | None = None
    to: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. `where` is `file:line:column`, and so is `adjusted`, where its local tuning stands ("": untuned)."""

    id: str
    action: Effect
    match: Match = Match()
    description: str = ""
    mode: Mode = "shadow"
    severity: Severity = "medium"
    floor: bool = False
    rollout: Rollout | None = None
    notify: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    where: str = ""
    adjusted: str = ""


@dataclass(frozen=True, slots=True)
class Exception_:  # noqa: N801 - the contract's word; the builtin has the other spelling
    """A dated lifting: until `expires`, its rules do at most `max_action` where `match` holds."""

    id: str
    rules: tuple[str, ...]
    expires: datetime
    match: Match = Match()
    reason: str = ""
    owner: str = ""
    approved_by: str = ""
    ticket: str = ""
    max_action: Action = Action.MONITOR
    where: str = ""


@dataclass(frozen=True, slots=True)
class DataClass:
    """A class of data and what makes a request belong to it."""

    name: str
    labels: tuple[str, ...] = ()
    entities: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()


Verb = Literal["inspect", "pass_through", "refuse"]


@dataclass(frozen=True, slots=True)
class Inspection:
    """Whether a connection is opened for inspection at all, before any content is seen."""

    do: Verb
    hosts: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    networks: tuple[str, ...] = ()
    reason: str = ""
    owner: str = ""
    expires: datetime | None = None


Resolution = Literal["block", "flag", "by_status"]

ON_UNKNOWN: Mapping[str, Resolution] = {
    "undecodable": "block",
    "too_large": "block",
    "timeout": "block",
    "names_timeout": "flag",
    "media": "by_status",
    "encrypted": "by_status",
    "tokens": "by_status",
    "protobuf": "by_status",
    "identity": "by_status",
    "language": "flag",
    "error": "block",
}

APP_STATUS: Mapping[str, Action] = {
    "sanctioned": Action.ALLOW,
    "tolerated": Action.MONITOR,
    "unsanctioned": Action.MONITOR,
    "unknown": Action.MONITOR,
    "prohibited": Action.BLOCK,
}


@dataclass(frozen=True, slots=True)
class Defaults:
    """What holds where no rule says otherwise."""

    mode: Mode = "shadow"
    on_unknown: Mapping[str, Resolution] = field(default_factory=lambda: ON_UNKNOWN)
    app_status: Mapping[str, Action] = field(default_factory=lambda: APP_STATUS)

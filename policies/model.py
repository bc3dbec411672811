"""A policy as a whole, and the verdict it gives: the values that everyone outside `policies` works with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from policies.case import Case
from policies.connection import Gate
from policies.data_class import Classifier
from policies.facts import Facts
from policies.index import Index
from policies.rule import (
    APP_STATUS,
    MODES,
    ON_UNKNOWN,
    SEVERITIES,
    Action,
    App,
    Clause,
    Content,
    DataClass,
    Defaults,
    Effect,
    Exception_,
    Inspection,
    Justification,
    Match,
    Mode,
    Remember,
    Resolution,
    Rollout,
    Rule,
    Severity,
    Verb,
    When,
    Who,
    Window,
)

__all__ = [
    "APP_STATUS",
    "MODES",
    "ON_UNKNOWN",
    "SEVERITIES",
    "Action",
    "App",
    "Clause",
    "CoachAsk",
    "Content",
    "DataClass",
    "Defaults",
    "Effect",
    "Exception_",
    "Inspection",
    "Justification",
    "Match",
    "Mode",
    "Policy",
    "Remember",
    "Resolution",
    "Rollout",
    "RouteTo",
    "Rule",
    "RuleHit",
    "Severity",
    "Verb",
    "Verdict",
    "When",
    "Who",
    "Window",
    "Would",
]


@dataclass(frozen=True, slots=True)
class RuleHit:
    """A rule that bears on the verdict. `action` is what it came to, after exceptions and unwritable parts.

    `because` is `matched`, `unknown` (it could not be told, and `on_unknown` decided) or `error`.
    """

    id: str
    action: Action
    severity: Severity
    mode: Mode
    because: str = "matched"
    exception: str = ""


@dataclass(frozen=True, slots=True)
class Would:
    """What the rules in shadow mode, or not yet rolled out to this user, would have done."""

    action: Action
    rules: tuple[RuleHit, ...]


@dataclass(frozen=True, slots=True)
class CoachAsk:
    """One rule that wants the user asked before anything is sent.

    `message` as in `Verdict`. `can_redact`: the user may choose that what was found is cut out and the rest sent.
    The answer comes back as `(rule, "justify" | "redact")` in `Facts.answers`. `remember` None: for this request only.
    """

    rule: str
    message: str
    alternative: str = ""
    justification: Justification | None = None
    remember: Remember | None = None
    can_redact: bool = False


@dataclass(frozen=True, slots=True)
class RouteTo:
    """Where the request goes instead: a name under `routes` of services.yaml; `message` is for the user."""

    to: str
    rule: str
    message: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is to be done with one exchange, and why.

    `rules` holds every enforced rule that matched, the determining one first; it is empty only where the default for
    the service's status decided (`by_default`). `redactions` maps a finding's `ref` to the rule that wants it out;
    it holds writable findings only. `message` is for the user: `{ref}` in it stands for the event id, which the
    caller puts in with `policies.message.with_ref`. `unknown` names the reasons that mattered, `errors` the rules that
    could not be evaluated. `data_class` is the highest class, `data_class_because` the entities that made it so.
    """

    action: Action
    rules: tuple[RuleHit, ...] = ()
    would: Would | None = None
    redactions: Mapping[int, str] = field(default_factory=dict)
    tokenisations: Mapping[int, str] = field(default_factory=dict)
    restorable: frozenset[int] = frozenset()
    labels: Mapping[int, str] = field(default_factory=dict)
    coach: tuple[CoachAsk, ...] = ()
    route: RouteTo | None = None
    message: str = ""
    severity: Severity = "low"
    errors: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    exceptions: tuple[str, ...] = ()
    data_class: str = ""
    data_class_because: tuple[str, ...] = ()
    notify: tuple[str, ...] = ()
    by_default: bool = False
    policy: str = ""  # revision
    at: datetime | None = None  # the moment that it was decided for

    @property
    def exception(self) -> str:
        """Return the id of the exception that was used, or nothing; the first of several."""
        return self.exceptions[0] if self.exceptions else ""


@dataclass(frozen=True, slots=True)
class Policy:
    """Everything that was loaded, compiled. `texts` are the files it was made of: `load.from_texts` makes it anew."""

    rules: tuple[Rule, ...]
    exceptions: tuple[Exception_, ...]
    classes: tuple[DataClass, ...]
    defaults: Defaults
    inspection: tuple[Inspection, ...]
    tests: tuple[Case, ...] = field(repr=False)
    texts: Mapping[str, str] = field(repr=False)
    revision: str
    index: Index = field(repr=False, compare=False)
    gate: Gate = field(repr=False, compare=False)
    classifier: Classifier = field(repr=False, compare=False)

    def needs(self, facts: Facts) -> frozenset[str]:
        """Return which dear detectors (`names`, `fingerprint`) a rule that could match depends on.

        `facts` come without findings. Time windows are ignored: a rule that starts in a second is not missed.
        """
        return self.index.needs(facts)

    def inspect(
        self, host: str, groups: Sequence[str], address: str, now: datetime, categories: Sequence[str] = ()
    ) -> Verb:
        """Tell whether a connection is opened for inspection: `inspect`, `pass_through` or `refuse`."""
        return self.gate.decide(host, groups, address, now, categories)

"""Everything in force at one moment: policy, catalogue and detectors, immutable, one revision an exchange."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from detectors.base import Cost
from policies import load as policy_load
from policies.model import Policy
from policies.problem import PolicyError, Problem, suggest
from policies.rule import Verb
from proxy.catalogue import catalogue as catalogue_load
from proxy.catalogue.catalogue import Catalogue


@dataclass(frozen=True, slots=True)
class DetectorInfo:
    """A detector as the workers know it: they never load one."""

    name: str
    cost: Cost


class Named(Protocol):
    """A detector, or what an inspector said of one."""

    @property
    def name(self) -> str:
        """Return `family.name@version`."""

    @property
    def cost(self) -> Cost:
        """Return when it runs."""


def describe(detectors: Sequence[Named]) -> tuple[DetectorInfo, ...]:
    """Return what workers need to know of loaded detectors."""
    return tuple(DetectorInfo(detector.name, detector.cost) for detector in detectors)


@dataclass(frozen=True, slots=True)
class Texts:
    """A snapshot as text: what the supervisor validated and hands to its children."""

    policies: dict[str, str] = field(repr=False)
    services: dict[str, str] = field(repr=False)
    detectors: tuple[DetectorInfo, ...] = ()
    switched_on: tuple[str, ...] = ()

    @property
    def revision(self) -> str:
        """Return a digest over all of it, `sha256:` and 64 hexadecimal digits."""
        blob = json.dumps(self.as_json(), sort_keys=True, separators=(",", ":"))
        return "sha256:" + hashlib.sha256(blob.encode()).hexdigest()

    def as_json(self) -> dict[str, object]:
        """Return the value to send; `from_json` reads it back."""
        return {
            "policies": self.policies,
            "services": self.services,
            "detectors": [[d.name, d.cost] for d in self.detectors],
            "switched_on": list(self.switched_on),
        }


def from_json(value: dict[str, object]) -> Texts:
    """Read back what `Texts.as_json` made. The sender is our own supervisor: nothing is checked again."""
    raw: dict[str, object] = value
    return Texts(
        policies=dict(raw["policies"]),  # type: ignore[call-overload]
        services=dict(raw["services"]),  # type: ignore[call-overload]
        detectors=tuple(DetectorInfo(name, cost) for name, cost in raw["detectors"]),  # type: ignore[attr-defined]
        switched_on=tuple(raw["switched_on"]),  # type: ignore[arg-type]
    )


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A compiled snapshot."""

    policy: Policy = field(repr=False)
    catalogue: Catalogue = field(repr=False)
    detectors: tuple[DetectorInfo, ...]
    revision: str

    def inspects(self, host: str, groups: Sequence[str], address: str, now: datetime) -> Verb:
        """Return what the policy's `inspection` list says of a connection to a host, by its name and categories."""
        return self.policy.inspect(host, groups, address, now, self.catalogue.categories(host))


def compile_texts(texts: Texts) -> Snapshot:
    """Compile. Raises PolicyError or CatalogueError where a text is wrong, or a rule routes to nowhere."""
    policy = policy_load.from_texts(texts.policies)
    catalogue = catalogue_load.from_texts(texts.services, switch_on=texts.switched_on)
    _check_routes(policy, catalogue)
    _check_categories(policy, catalogue)
    return Snapshot(
        policy=policy,
        catalogue=catalogue,
        detectors=texts.detectors,
        revision=texts.revision,
    )


def _check_routes(policy: Policy, catalogue: Catalogue) -> None:
    """Raise PolicyError where a rule routes to a target that services.yaml does not name."""
    targets = catalogue.route_targets()
    problems = []
    for rule in policy.rules:
        if rule.action.to and rule.action.to not in targets:
            file, line, column = (rule.adjusted or rule.where).rsplit(":", 2)
            help_ = suggest(rule.action.to, targets) or "name it under `routes` in services.yaml"
            message = f'the rule "{rule.id}" routes to "{rule.action.to}", which there is not'
            problems.append(Problem(file, int(line), int(column), message, help_))
    if problems:
        raise PolicyError(problems)


def _check_categories(policy: Policy, catalogue: Catalogue) -> None:
    """Raise PolicyError where an `inspection` entry is about a category that services.yaml has no list of."""
    words = [word for entry in policy.gate.entries for word in entry.hosts if word.startswith("category:")]
    named = [word.removeprefix("category:") for word in words]
    known = catalogue.category_names()
    problems = [
        Problem("inspection", 1, 1, f'"category:{name}" has no list',
                suggest(name, known) or "name its files under `categories` in services.yaml")
        for name in named if name not in known
    ]  # fmt: skip
    if problems:
        raise PolicyError(problems)

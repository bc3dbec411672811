"""The table of entities in, answers about entity words out: what a word in a rule stands for, and how grave it is."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from detectors.finding import CATEGORIES

TABLE = Path(__file__).with_name("entities.yaml")
SEVERITIES = ("low", "medium", "high", "critical")

_ID = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*")
_WILDCARDS = {f"{category.upper()}.*": category for category in CATEGORIES}


@dataclass(frozen=True, slots=True)
class Entity:
    """One kind of finding. `label` is the word put in the place of a redacted value."""

    id: str
    title: str
    category: str
    groups: frozenset[str] = frozenset()
    severity: str = "medium"
    aliases: tuple[str, ...] = ()
    label: str = ""


@dataclass(frozen=True, slots=True)
class Family:
    """Ids that start with `prefix`: what is known of them although nobody listed them."""

    prefix: str
    title: str
    category: str
    severity: str


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Every entity, and what a word in a rule may mean.

    A word is an entity id, an alias, a group (`PII.CONTACT`), a whole category (`SECRET.*`) or the start of an id
    (`SECRET_AWS_*`).
    """

    entities: Mapping[str, Entity]
    families: tuple[Family, ...] = ()
    groups: Mapping[str, str] = field(default_factory=dict)
    aliases: Mapping[str, str] = field(default_factory=dict)

    def canonical(self, word: str) -> str:
        """Return the entity id that an alias stands for; any other word as it is."""
        return self.aliases.get(word, word)

    def get(self, entity_id: str) -> Entity:
        """Return the entity of that id or alias.

        An id that is not listed belongs to its family (`SECRET_…`, `LABEL_…`); any other one is personal data of a
        deployment's own recogniser, of medium severity.
        """
        name = self.canonical(entity_id)
        listed = self.entities.get(name)
        if listed is not None:
            return listed
        title = name.replace("_", " ").capitalize()
        family = self._family(name)
        if family is None:
            return Entity(name, title, "pii", label=name)
        rest = name.removeprefix(family.prefix).replace("_", " ").lower()
        title = f'marking "{rest}"' if family.prefix == "LABEL_" else f"{family.title}: {rest}"
        return Entity(name, title, family.category, severity=family.severity, label=name)

    def known(self, word: str) -> bool:
        """Tell whether a rule may use this word."""
        if word in self.entities or word in self.aliases or word in self.groups or word in _WILDCARDS:
            return True
        if word.endswith("_*"):
            start = word[:-1]
            return self._family(start) is not None or any(name.startswith(start) for name in self.entities)
        return _ID.fullmatch(word) is not None and self._family(word) is not None

    def matches(self, word: str, entity: str) -> bool:
        """Tell whether `word` of a rule covers a finding of `entity`."""
        name = self.canonical(entity)
        if self.canonical(word) == name:
            return True
        if word in _WILDCARDS:
            return self.get(name).category == _WILDCARDS[word]
        if word.endswith("_*"):
            return name.startswith(word[:-1])
        return word in self.get(name).groups

    def words(self) -> frozenset[str]:
        """Return every listed word, for a did-you-mean."""
        return frozenset(self.entities) | frozenset(self.aliases) | frozenset(self.groups) | frozenset(_WILDCARDS)

    def _family(self, name: str) -> Family | None:
        return next((f for f in self.families if name.startswith(f.prefix)), None)


@cache
def catalogue() -> Catalogue:
    """Return the shipped catalogue, read once."""
    return read(TABLE.read_text(encoding="utf-8"))


def read(text: str) -> Catalogue:
    """Return the catalogue that the YAML `text` describes. Raises ValueError where the table contradicts itself."""
    table = yaml.load(text, Loader=yaml.CSafeLoader)
    groups = dict(table.get("groups", {}))
    entities = {name: _entity(name, row, groups) for name, row in table["entities"].items()}
    aliases: dict[str, str] = {}
    for entity in entities.values():
        for alias in entity.aliases:
            if alias in entities or alias in aliases or alias in groups:
                raise ValueError(f"entity table: {alias} is used twice; choose another alias for {entity.id}")
            aliases[alias] = entity.id
    families = tuple(Family(**row) for row in table.get("families", ()))
    return Catalogue(entities, families, groups, aliases)


def _entity(name: str, row: Mapping[str, Any], groups: Mapping[str, str]) -> Entity:
    entity = Entity(
        name,
        row["title"],
        row["category"],
        frozenset(row.get("groups", ())),
        row.get("severity", "medium"),
        tuple(row.get("aliases", ())),
        row.get("label", name),
    )
    if not _ID.fullmatch(name) or entity.category not in CATEGORIES or entity.severity not in SEVERITIES:
        raise ValueError(f"entity table: {name} has a bad id, category or severity")
    for group in entity.groups:
        if group not in groups:
            raise ValueError(f"entity table: {name} is in the group {group}, which `groups` does not list")
    return entity

"""A question to a policy in words in, its value out: `Restricted by hr -> unsanctioned and not zero_retention`.

WHAT [in PART] [by GROUP] -> [not] WHERE [and [not] WHERE …]

WHAT is a class (what makes a request belong to it or to a higher one), an entity, a group of entities, or `unread`:
what could not be read. PART is a kind of part (`prompt`, `file`, …), without it every kind. WHERE is a status, a
category, an activity, a trust zone, a service id, an attribute that the deployment gives its services, or `anywhere`.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass

from detectors.entities import Catalogue
from policies.content import at_least
from policies.model import Policy
from policies.problem import suggest
from policies.words import ACTIVITIES, APP_CATEGORIES, PLACES, STATUSES

UNREAD = "unread"
ANYWHERE = "anywhere"
_PLACES = f"places are statuses, activities, categories, trust zones and services: {', '.join(STATUSES)}, …"
_FORM = re.compile(r"\s*(?P<what>.+?)(?:\s+in\s+(?P<part>\S+))?(?:\s+by\s+(?P<group>\S+))?\s*->\s*(?P<where>.+?)\s*")


class QuestionError(ValueError):
    """A question that says nothing: what is wrong, and a hint."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Place:
    """One condition on where: `kind` is status, category, activity, zone, app, attribute or anywhere."""

    kind: str
    word: str
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """What must not get where. `words` name entities, `documents` indexed documents; `unread`: what was not read."""

    text: str
    words: tuple[str, ...]
    documents: tuple[str, ...]
    unread: bool
    part: str
    group: str
    places: tuple[Place, ...]


def parse(text: str, policy: Policy, catalogue: Catalogue, zones: Collection[str], attributes: Collection[str],
          apps: Collection[str]) -> Question:  # fmt: skip
    """Return the question. `zones`, `attributes` and `apps` are what the deployment names. Raises QuestionError."""
    found = _FORM.fullmatch(text)
    if not found:
        raise QuestionError(f"{text!r} is no question", "write for example 'Restricted -> not zero_retention'")
    words, documents = _what(found["what"], policy, catalogue)
    known = {
        **dict.fromkeys(apps, "app"),
        **dict.fromkeys(attributes, "attribute"),
        **dict.fromkeys(zones, "zone"),
        **dict.fromkeys(ACTIVITIES, "activity"),
        **dict.fromkeys(APP_CATEGORIES, "category"),
        **dict.fromkeys(STATUSES, "status"),
        ANYWHERE: ANYWHERE,
    }
    places = tuple(_place(part, known) for part in re.split(r"\s+and\s+", found["where"]))
    part = found["part"] or ""
    if part and part not in PLACES:
        raise QuestionError(f'"{part}" is no kind of part', suggest(part, PLACES) or f"use one of {', '.join(PLACES)}")
    return Question(text, words, documents, found["what"] == UNREAD, part, found["group"] or "", places)


def _what(word: str, policy: Policy, catalogue: Catalogue) -> tuple[tuple[str, ...], tuple[str, ...]]:
    if word == UNREAD:
        return (), ()
    names = {data_class.name.casefold(): data_class.name for data_class in policy.classes}
    if word.casefold() in names:
        chosen = at_least(policy.classes, names[word.casefold()])
        words = tuple(w for c in chosen for w in (*c.labels, *c.entities, *c.groups))
        return words, tuple(d for c in chosen for d in c.documents)
    if catalogue.known(word):
        return (catalogue.canonical(word),), ()
    candidates = [*names.values(), *catalogue.words(), UNREAD]
    raise QuestionError(f'"{word}" is neither a class nor an entity', suggest(word, candidates) or "or ask `unread`")


def _place(text: str, known: dict[str, str]) -> Place:
    negated, _, word = text.strip().rpartition(" ")
    if negated not in ("", "not"):
        raise QuestionError(f'"{text}" is no place', "write `not WORD`, and join places by `and`")
    if word not in known:
        raise QuestionError(f'"{word}" is no place that this deployment knows', suggest(word, known) or _PLACES)
    return Place(known[word], word, negated == "not")

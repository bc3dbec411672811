"""Two matches in, whether the first is within the second out: what one finds the other finds too.

Only what is certain counts: patterns are compared as words, a condition only with itself. False means: not shown.
"""

from collections.abc import Sequence
from fnmatch import fnmatchcase
from ipaddress import ip_network

from detectors.entities import Catalogue
from policies.content import at_least
from policies.model import Policy
from policies.rule import Clause, Content, DataClass, Match, Rule

_THRESHOLDS = ("min_confidence", "min_count", "min_distinct", "min_overlap", "min_lines")


def implied(rule: Rule, other: Rule, policy: Policy, catalogue: Catalogue) -> bool:
    """Tell whether `rule` never adds anything to `other`, which is at least as strict and matches wherever it does."""
    lifted = any(other.id in exception.rules and rule.id not in exception.rules for exception in policy.exceptions)
    if other.mode != "enforce" or other.rollout is not None or (lifted and not other.floor):
        return False
    stronger = other.action.type.rank > rule.action.type.rank
    same = other.action.type is rule.action.type and other.action.to == rule.action.to
    if not ((stronger and other.action.type.stops) or (same and not rule.action.type.cuts)):
        same_cut = same and rule.action.type.cuts and rule.action.unwritable == other.action.unwritable
        if not same_cut:
            return False
    return within(rule.match, other.match, policy.classes, catalogue)


def within(match: Match, other: Match, classes: Sequence[DataClass], catalogue: Catalogue) -> bool:
    """Tell whether everything that `match` matches is matched by `other`."""
    if other.condition not in ("", match.condition) or other.when not in (type(other.when)(), match.when):
        return False
    if other.tools is not None and match.tools is not other.tools:
        return False
    pairs = [(match.activity, other.activity), (match.direction, other.direction)]
    pairs += [(getattr(match.who, key), getattr(other.who, key)) for key in ("users", "groups", "devices")]
    keys = ("ids", "categories", "status", "accounts", "tenants", "models", "trust_zone")
    pairs += [(getattr(match.app, key), getattr(other.app, key)) for key in keys]
    if not all(_words_within(words, more) for words, more in pairs):
        return False
    # What the other leaves out, this one must leave out as well.
    if not set(other.who.not_groups) <= set(match.who.not_groups):
        return False
    if not set(other.app.residency_not) <= set(match.app.residency_not):
        return False
    if not set(other.app.trust_zone_not) <= set(match.app.trust_zone_not):
        return False
    if not _networks_within(match.who.networks, other.who.networks):
        return False
    if not _networks_within(other.who.not_networks, match.who.not_networks) and other.who.not_networks:
        return False
    return _content_within(match.content, other.content, classes, catalogue)


def clause_within(clause: Clause, other: Clause, classes: Sequence[DataClass], catalogue: Catalogue) -> bool:
    """Tell whether what satisfies `clause` satisfies `other`."""
    if any(getattr(other, key) > getattr(clause, key) for key in _THRESHOLDS):
        return False
    if other.decided not in (None, clause.decided):
        return False
    if other.places and not (clause.places and set(clause.places) <= set(other.places)):
        return False
    if clause.places and "credential" in clause.places and not other.places:
        return False
    if other.selects and not clause.selects:
        return False
    for key in ("categories", "documents", "languages", "code_languages"):
        if not _words_within(getattr(clause, key), getattr(other, key)):
            return False
    by_document = any(c.documents for c in at_least(classes, clause.class_at_least))
    if by_document and clause.class_at_least != other.class_at_least:
        return False
    mine = _entities(clause, classes)
    return all(any(_entities_within(own, words, catalogue) for own in mine) for words in _entities(other, classes))


def _entities(clause: Clause, classes: Sequence[DataClass]) -> list[tuple[str, ...]]:
    """Return the word lists of a clause that must all hold of a finding."""
    found = [words for words in (clause.entities, clause.groups, clause.labels) if words]
    if clause.class_at_least:
        chosen = at_least(classes, clause.class_at_least)
        found.append(tuple(word for c in chosen for word in (*c.labels, *c.entities, *c.groups)))
    return found


def _entities_within(words: Sequence[str], others: Sequence[str], catalogue: Catalogue) -> bool:
    """Tell whether every entity that one of `words` names is named by one of `others`."""
    for word in words:
        if word in others or any(catalogue.matches(other, word) for other in others):
            continue
        if "*" in word or word in catalogue.groups:
            members = [e for e in catalogue.entities if catalogue.matches(word, e)]
            open_ended = "*" in word
            if members and not open_ended and all(any(catalogue.matches(o, e) for o in others) for e in members):
                continue
        return False
    return True


def _content_within(content: Content, other: Content, classes: Sequence[DataClass], catalogue: Catalogue) -> bool:
    def inside(clause: Clause, more: Sequence[Clause]) -> bool:
        return any(clause_within(clause, one, classes, catalogue) for one in more)

    if any(clause not in content.none for clause in other.none):
        return False
    positive = (*content.any, *content.all)
    if other.any and not (
        any(inside(clause, other.any) for clause in content.all)
        or (content.any and all(inside(clause, other.any) for clause in content.any))
    ):
        return False
    return all(
        any(clause_within(clause, wanted, classes, catalogue) for clause in content.all)
        or (bool(content.any) and all(clause_within(c, wanted, classes, catalogue) for c in content.any))
        for wanted in other.all
    ) and (bool(positive) or not (other.any or other.all))


def _words_within(words: Sequence[str], others: Sequence[str]) -> bool:
    """Tell whether `others` asks nothing, or every one of `words` is among them."""
    if not others:
        return True
    folded = [word.casefold() for word in others]
    return bool(words) and all(
        word.casefold() in folded or ("*" not in word and any(fnmatchcase(word.casefold(), o) for o in folded))
        for word in words
    )


def _networks_within(networks: Sequence[str], others: Sequence[str]) -> bool:
    if not others:
        return True
    parsed = [ip_network(other) for other in others]
    return bool(networks) and all(
        any(mine.version == one.version and mine.subnet_of(one) for one in parsed)  # type: ignore[arg-type]
        for mine in map(ip_network, networks)
    )

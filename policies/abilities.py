"""What this build carries out of the grammar: one table, one line a thing.

A key or word of the grammar may name an ability (`Key.needs`, `Text.needs`). Where the ability is off, a file that uses
it is refused at check and at load with `instead` as the hint: never a weaker rule. Whoever builds a thing switches its
line on in the same commit, with `make reference` (schema and manual are made from the grammar and this table).

tokenise   values become placeholders in what is forwarded (Verdict.tokenisations)
restore    placeholders become values again in the answer (Verdict.restorable)
response   answers are decoded, scanned and decided with `direction: response`
coach      a user is asked, the answer is remembered and comes back as Facts.answers (Verdict.coach)
route      a request is sent to a target of services.yaml instead (Verdict.route)
accounts   Facts.account and Facts.tenant are filled in
documents  findings name the indexed document that they come from (FindingFact.source)
overlap    and how much of it (FindingFact.overlap)
with       a redaction reads as the rule says
residency  Facts.residency is filled in from services.yaml
languages  the natural language of prose is recognised
condition  CEL expressions: the optional extra is installed
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib.util import find_spec
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Ability:
    """Whether something is carried out, and what to do instead where it is not."""

    on: bool
    instead: str


Abilities = Mapping[str, Ability]

THIS_BUILD: Abilities = MappingProxyType(
    {
        "tokenise": Ability(True, "values are not replaced by placeholders yet: use redact"),
        "restore": Ability(True, "values are not put back into answers yet: use redact"),
        "response": Ability(True, "answers are not inspected yet"),
        "coach": Ability(True, "users are not asked yet: use block with a message"),
        "route": Ability(
            True, "requests are not sent elsewhere yet: use block with a message that names the alternative"
        ),
        "accounts": Ability(
            True, "accounts and tenants are not told apart yet: use services of different status (services.yaml)"
        ),
        "documents": Ability(True, "documents are not indexed yet: use `labels` or `entities`"),
        "overlap": Ability(True, "documents are not indexed yet: use `labels` or `entities`"),
        "with": Ability(True, "a redaction always reads [REDACTED_<entity>]"),
        "residency": Ability(True, "where a service keeps data is not known yet: use `trust_zone`"),
        "languages": Ability(True, "the language of prose is not recognised yet"),
        "condition": Ability(
            find_spec("cel_expr_python") is not None,
            "CEL is an optional extra: pip install 'hushgate[cel]', or use the keys of `match`",
        ),
    }
)

WITH_EXTRAS: Abilities = MappingProxyType(
    {name: replace(ability, on=ability.on or name == "condition") for name, ability in THIS_BUILD.items()}
)
"""This build with every optional extra: what the schema and the manual speak of, wherever they are made."""

EVERYTHING: Abilities = MappingProxyType({name: replace(ability, on=True) for name, ability in THIS_BUILD.items()})
"""The whole grammar: for tests of rules, and for reading files that another build carries out."""


def lacking(name: str, abilities: Abilities = THIS_BUILD) -> str:
    """Return what to do instead where the ability `name` is off; nothing where it is on, or `name` is empty."""
    return "" if not name or abilities[name].on else abilities[name].instead

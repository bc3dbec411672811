"""What this build cannot carry out is refused when a file is read, and each line of the table is one thing."""

import re

import pytest

from policies import abilities
from policies.abilities import EVERYTHING, THIS_BUILD, lacking
from policies.load import from_texts
from policies.problem import PolicyError

RULE = "schema: policy/v1\npolicy: t\nrules:\n  - {id: r, %s}\n"
USES = {
    "tokenise": "action: {type: tokenise}, match: {content: {any: [{entities: [US_SSN]}]}}",
    "restore": "action: {type: tokenise, restore: true}, match: {content: {any: [{entities: [US_SSN]}]}}",
    "response": "action: {type: block}, match: {direction: [response]}",
    "coach": "action: {type: coach}",
    "route": "action: {type: route, to: own}",
    "accounts": "action: {type: block}, match: {app: {accounts: [personal]}}",
    "documents": "action: {type: block}, match: {content: {any: [{documents: [board]}]}}",
    "overlap": "action: {type: block}, match: {content: {any: [{entities: [DOCUMENT], min_overlap: 0.5}]}}",
    "with": "action: {type: redact, with: X}, match: {content: {any: [{entities: [US_SSN]}]}}",
    "residency": "action: {type: block}, match: {app: {residency_not: [EU]}}",
    "languages": "action: {type: block}, match: {content: {any: [{entities: [US_SSN], languages: [de]}]}}",
    "condition": "action: {type: block}, match: {condition: request.bytes > 5}",
}


@pytest.mark.parametrize("name", sorted(THIS_BUILD))
def test_each_ability_is_refused_where_it_is_off_and_carried_out_where_it_is_on(name: str) -> None:
    text = RULE % USES[name]
    off = {**EVERYTHING, name: abilities.Ability(False, "do something else")}
    with pytest.raises(PolicyError) as caught:
        from_texts({"t.yaml": text}, abilities=off)
    problem = next(problem for problem in caught.value.problems if problem.help == "do something else")
    assert "is not carried out by this build" in problem.message
    if THIS_BUILD["condition"].on or name != "condition":
        assert from_texts({"t.yaml": text}, abilities=EVERYTHING).rules


def test_the_docstring_says_what_each_line_switches() -> None:
    assert re.findall(r"^([a-z]+)  +\S", abilities.__doc__ or "", re.MULTILINE) == list(THIS_BUILD)


def test_what_is_on_is_not_lacking() -> None:
    assert lacking("") == ""
    assert lacking("coach", EVERYTHING) == ""
    assert lacking("coach", {"coach": abilities.Ability(False, "block")}) == "block"

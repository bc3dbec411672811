"""Reasons as sentences: for every key that a match can fail at, and for matches."""

from collections.abc import Callable
from datetime import datetime

from policies import sentence as module
from policies.condition import checks
from policies.content import Question
from policies.facts import Facts, FindingFact
from policies.model import Policy
from policies.rule import App, Match, When, Who, Window
from policies.sentence import sentence
from policies.trace import RuleTrace, explain

W = ("a",)
NET = ("10.0.0.0/8",)
FULL = Match(
    who=Who(W, W, W, NET, NET, W),
    app=App(W, W, W, W, W, W, W, W, W),
    activity=W,
    tools=True,
    when=When(Window(), Window(start=5)),
)
CONTENT = {"content.any", "content.all", "content.none"}


def test_every_key_has_its_sentence() -> None:
    keys = {check.key for check in checks(FULL, Question())} | CONTENT | {"condition"}
    assert keys == set(module._SAID)
    for key in keys:
        said = sentence(RuleTrace("r", False, key, "OBSERVED", "REQUIRED"))
        assert "OBSERVED" in said
        assert "REQUIRED" in said


def test_a_rule_says_why(policy_of: Callable[[str], Policy], now: datetime) -> None:
    policy = policy_of(
        """
        rules:
          - {id: card, action: {type: block}, match: {content: {any: [{entities: [CREDIT_CARD]}]}}}
          - {id: bulk, action: {type: block}, match: {content: {any: [{entities: [EMAIL_ADDRESS], min_distinct: 20}]}}}
          - {id: hr, action: {type: block}, match: {who: {groups: [hr, legal]}}}
          - {id: all, action: {type: monitor}}
        """
    )
    found = (FindingFact("CREDIT_CARD", "pii", 0.9), FindingFact("EMAIL_ADDRESS", "pii", 0.95, count=3, distinct=3))
    said = {trace.id: sentence(trace) for trace in explain(Facts(groups=("eng",), findings=found), policy, now)}
    assert said == {
        "card": "CREDIT_CARD x1 (0.90, prompt)",
        "bulk": "looks for EMAIL_ADDRESS distinct >= 20; there is EMAIL_ADDRESS x3 (0.95, prompt)",
        "hr": "is about the groups hr or legal; the user is in eng",
        "all": "",
    }
    unread = {trace.id: sentence(trace) for trace in explain(Facts(unknown=("timeout",)), policy, now)}
    assert unread["card"] == ("cannot be told: it looks for CREDIT_CARD; there is nothing of that; not known: timeout")

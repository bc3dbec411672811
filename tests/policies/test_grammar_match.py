"""A match asks who, where to, what for, when and with what in it."""

from policies.grammar_match import CLAUSE, MATCH


def test_every_key_of_the_contract_is_there() -> None:
    app, who = MATCH.keys["app"].shape, MATCH.keys["who"].shape
    contract = "ids categories status accounts tenants models residency_not trust_zone trust_zone_not"
    assert set(app.keys) == set(contract.split())  # type: ignore[union-attr]
    assert set(who.keys) == {"users", "groups", "not_groups", "networks", "not_networks", "devices"}  # type: ignore[union-attr]
    assert {"documents", "min_overlap", "languages"} <= set(CLAUSE.keys)

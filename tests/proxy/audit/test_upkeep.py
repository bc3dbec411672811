from proxy.audit import upkeep
from tests.proxy.audit.test_record import EVENT, REVISION


def every_record():
    return [
        upkeep.start(REVISION),
        upkeep.stop(),
        upkeep.policy_reload(REVISION, good=True),
        upkeep.policy_reload(REVISION, good=False, problems=["default.yaml:3:1: unknown key"] * 50),
        upkeep.config_change(["workers", "max_body"]),
        upkeep.heartbeat(10, 1),
        upkeep.audit_gap(3, EVENT, EVENT),
        upkeep.audit_gap(3, EVENT, EVENT, "late"),
        upkeep.torn("n-0-6923a1f29c4e", 17),
        upkeep.audit_erased("n-0-6923a1f29c4e", 1, 9, "retention"),
        upkeep.audit_erased("n-0-6923a1f29c4e", 4, 4, "request", "bob"),
        upkeep.verdict(EVENT, good=True, rules=["no-code"], by="bob"),
        upkeep.evidence_access(EVENT, by=["bob", "eve"], why="case 7", opened=True),
    ]


def test_every_record_is_as_the_schema_says_and_holds_no_text(check):
    for record in every_record():
        check(record)


def test_of_a_broken_policy_at_most_twenty_problems_are_written():
    record = upkeep.policy_reload(REVISION, good=False, problems=["default.yaml:3:1: unknown key"] * 50)
    assert len(record["problems"]) == 20


def test_rules_of_a_verdict_and_names_of_people_are_cleaned(check):
    record = upkeep.verdict(EVENT, good=False, rules=["no-code"], by="bob\n\x1b[2J")
    check(record)
    assert (record["verdict"], record["by"]) == ("fp", "bob??[2J")

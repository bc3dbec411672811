from dataclasses import replace

from detectors.secrets.candidate import whole
from detectors.secrets.rule import Rule

RULE = Rule("acme", "SECRET_ACME", "acme", "acme_[a-z0-9]+", ("acme_",), "", 0.0, (), 0.9, "", "acme", (), ())


def judged(rule: Rule, value: str, text: str = "") -> float | None:
    text = text or value
    start = text.index(value)
    found = rule.judge(whole(text, start, start + len(value)))
    return None if found is None else rule.certainty(found)


def test_a_rule_without_checks_takes_what_stands_alone() -> None:
    assert judged(RULE, "acme_7f3k9q") == 0.9
    assert judged(RULE, "acme_7f3k9q", "xacme_7f3k9q") is None


def test_placeholders_are_refused_unless_taken_literally() -> None:
    assert judged(RULE, "acme_xxxxxxxx") is None
    assert judged(replace(RULE, checks=("literal",)), "acme_xxxxxxxx") == 0.9


def test_entropy_is_a_lower_bound() -> None:
    assert judged(replace(RULE, min_entropy=3.0), "acme_aaab") is None
    assert judged(replace(RULE, min_entropy=3.0), "acme_7f3k9q") == 0.9


def test_checks_run_in_order_and_the_first_refusal_ends_it() -> None:
    assert judged(replace(RULE, checks=("random:5", "base64_digits")), "acme_7f3k9q") is None


def test_a_checksum_raises_the_score() -> None:
    found = whole("acme_7f3k9q", 0, 11).confirmed("checksum")
    assert RULE.certainty(found) == 0.99

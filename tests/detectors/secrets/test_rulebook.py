import re
from pathlib import Path

import pytest

from detectors.patterns import gate
from detectors.patterns.engine import Engine
from detectors.patterns.pattern import Pattern
from detectors.secrets.rule import Rule
from detectors.secrets.rulebook import load

GOOD = """
family: acme
source: https://acme.example/docs
fragments:
  body: '[a-z0-9]{8}'
secrets:
  - id: acme-key
    entity: SECRET_ACME_KEY
    title: Acme key
    pattern: 'acme_<<body>>'
    keywords: ["acme_"]
    checks: [random]
    match:
      - ["ac", "me_7f3k9q2w"]
    pass:
      - acme_
"""


def write(folder: Path, text: str) -> Path:
    file = folder / "house.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def test_a_rule_is_read(tmp_path: Path) -> None:
    (rule,) = load([write(tmp_path, GOOD)])
    assert rule.pattern == "acme_[a-z0-9]{8}"
    assert rule.match == ("acme_7f3k9q2w",)
    assert (rule.family, rule.score, rule.source) == ("acme", 0.95, "https://acme.example/docs")


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (("secrets:", "secret:"), r"house\.yaml:7:3: unknown key 'secret', did you mean 'secrets'\?"),
        (("title:", "titel:"), r"house\.yaml:9:5: unknown key 'titel', did you mean 'title'\?"),
        (("[random]", "[randm]"), r"house\.yaml:12:13: unknown check 'randm', did you mean 'random'\?"),
        (("[random]", "[base64_bytes]"), r"house\.yaml:12:13: only base64_bytes:LENGTH and random:PREFIX_LENGTH"),
        (("[random]", "['jwt:3']"), r"house\.yaml:12:13: only base64_bytes:LENGTH"),
        (("<<body>>", "<<bodi>>"), r"house\.yaml:10:14: unknown fragment 'bodi', did you mean 'body'\?"),
        (("{8}'", "{8'"), None),
        (("acme_<<body>>", "acme_(<<body>>"), r"house\.yaml:10:14: pattern is not RE2: missing \)"),
        (("acme_<<body>>", "(?<=x)a"), r"house\.yaml:10:14: pattern is not RE2: "),
        (("SECRET_ACME_KEY", "ACME_KEY"), r"house\.yaml:8:13: 'entity' must be SECRET_ and capitals"),
        (("id: acme-key", "id: Acme Key"), r"house\.yaml:7:9: 'id' must be lower-case words"),
        (("checks: [random]", "score: high"), r"house\.yaml:12:12: 'score' must be a number"),
        (("checks: [random]", "min_entropy: 9"), r"house\.yaml:12:18: 'min_entropy' must be from 0 to 8"),
        (("    title: Acme key\n", ""), r"house\.yaml:7:5: 'title' is missing"),
    ],
)
def test_a_mistake_says_where_it_is(tmp_path: Path, change: tuple[str, str], problem: str | None) -> None:
    file = write(tmp_path, GOOD.replace(*change))
    if problem is None:  # RE2 reads a brace that is no count as itself
        load([file])
        return
    with pytest.raises(ValueError, match=problem):
        load([file])


def test_a_rule_needs_an_example(tmp_path: Path) -> None:
    text = re.sub(r"    match:\n.*\n", "", GOOD)
    with pytest.raises(ValueError, match=r"house\.yaml:7:5: 'match' needs at least one example"):
        load([write(tmp_path, text)])


def test_an_id_stands_once(tmp_path: Path) -> None:
    file = write(tmp_path, GOOD)
    with pytest.raises(ValueError, match=r"house\.yaml:7:9: rule 'acme-key' is given twice"):
        load([file, file])


def test_rules_of_other_detectors_are_left_alone(tmp_path: Path) -> None:
    assert load([write(tmp_path, "recognisers: []\nlabels: []\n")]) == ()


def test_the_shipped_rules_are_many_and_cite_their_sources(rules: tuple[Rule, ...]) -> None:
    assert len({rule.entity for rule in rules}) >= 220
    for rule in rules:
        assert rule.source.startswith("https://"), rule.id
        assert rule.match, rule.id
        assert rule.passed, rule.id


def test_a_shipped_keyword_stands_in_every_match(rules: tuple[Rule, ...]) -> None:
    for rule in rules:
        for text in rule.match:
            assert not rule.keywords or any(word.lower() in text.lower() for word in rule.keywords), rule.id


def test_no_shipped_pattern_leans_on_the_end_of_the_text(rules: tuple[Rule, ...]) -> None:
    """`$` means another thing to each engine."""
    for rule in rules:
        assert not re.search(r"(?<!\\)(?<!\[)(?<!\(\?m:)\$(?![^\[]*\])", rule.pattern), rule.id


@pytest.mark.skipif(not gate.available(), reason="no hyperscan wheel for this platform")
def test_hyperscan_takes_every_shipped_rule_as_it_is(rules: tuple[Rule, ...]) -> None:
    """What it takes only loosely fires on every line, and all rules then run on every text: give such a rule a gate."""
    expressions = [gate._shortened(rule.gate or rule.pattern) for rule in rules]
    numbers = list(range(len(rules)))
    assert gate._build(expressions, numbers, [gate.hs.HS_FLAG_ALLOWEMPTY] * len(rules)) is not None


def test_a_gate_stands_in_every_match(rules: tuple[Rule, ...]) -> None:
    for rule in rules:
        for text in rule.match:
            assert not rule.gate or Engine([Pattern(rule.id, rule.gate)]).find(text), rule.id


def test_a_gate_is_an_expression(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="gate is not RE2"):
        load([write(tmp_path, GOOD.replace("    pattern:", "    gate: '(?<=x)y'\n    pattern:"))])

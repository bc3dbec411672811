import re

from detectors.labels.rule import Rule


def rule(*words: str, pattern: str = "") -> Rule:
    return Rule("x", "LABEL_X", "x", words, pattern, False, False, 0.9, "", (), ())


def test_phrases_match_in_any_case_and_with_any_blank() -> None:
    expression = re.compile(rule("nur für dienst").expression)
    for text in ("NUR FÜR DIENST", "nur-für dienst", "Nur  für_Dienst"):
        assert expression.fullmatch(text), text


def test_the_longest_phrase_is_tried_first() -> None:
    assert rule("secret", "top secret").expression == r"(?i:top[ \t_-]{1,3}secret|secret)"


def test_keywords_are_the_longest_words() -> None:
    assert rule("top secret", "cui").keywords == ("secret", "cui")
    assert rule("très secret").keywords == ()


def test_an_expression_is_taken_as_it_is() -> None:
    assert rule(pattern=r"\bTLP\b").expression == r"\bTLP\b"

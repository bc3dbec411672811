from pathlib import Path

import pytest

from detectors.labels.rulebook import load, shipped

GOOD = """
labels:
  - id: acme-red
    entity: LABEL_ACME_RED
    title: Acme red paper
    words: [acme red paper]
    match: [ACME RED PAPER]
"""


def write(folder: Path, text: str) -> Path:
    file = folder / "house.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def test_a_house_marking_is_read(tmp_path: Path) -> None:
    (rule,) = load([write(tmp_path, GOOD)])
    assert (rule.entity, rule.words, rule.score) == ("LABEL_ACME_RED", ("acme red paper",), 0.95)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (("title:", "titel:"), r"house\.yaml:5:5: unknown key 'titel', did you mean 'title'\?"),
        (("LABEL_ACME_RED", "ACME"), r"house\.yaml:4:13: 'entity' must be LABEL_ and capitals"),
        (("words: [acme red paper]", "common: true"), r"house\.yaml:3:5: give either 'words' or 'pattern'"),
        (("words: [acme red paper]", "words: ['--']"), r"house\.yaml:6:12: a phrase needs a letter"),
        (("words: [acme red paper]", "pattern: '(x'"), r"house\.yaml:6:14: pattern is not RE2: missing \)"),
        (
            ("match: [ACME RED PAPER]", "common: maybe\n    match: [A]"),
            r"house\.yaml:7:13: 'common' must be true or false",
        ),
        (("match: [ACME RED PAPER]", "match: []"), r"house\.yaml:3:5: 'match' needs at least one example"),
        (("labels:", "label:"), r"house\.yaml:3:3: unknown key 'label', did you mean 'labels'\?"),
    ],
)
def test_a_mistake_says_where_it_is(tmp_path: Path, change: tuple[str, str], problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        load([write(tmp_path, GOOD.replace(*change))])


def test_an_id_stands_once(tmp_path: Path) -> None:
    file = write(tmp_path, GOOD)
    with pytest.raises(ValueError, match="label 'acme-red' is given twice"):
        load([file, file])


def test_the_shipped_labels_cover_the_contract() -> None:
    assert {rule.entity for rule in shipped()} == {
        "LABEL_CONFIDENTIAL",
        "LABEL_RESTRICTED",
        "LABEL_INTERNAL",
        "LABEL_TLP_RED",
        "LABEL_TLP_AMBER",
        "LABEL_TLP_AMBER_STRICT",
        "LABEL_TLP_GREEN",
        "LABEL_TLP_CLEAR",
    }
    assert all(rule.source.startswith("https://") for rule in shipped())

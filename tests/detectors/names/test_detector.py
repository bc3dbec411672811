import socket
import subprocess
import sys
from pathlib import Path

import pytest
import spacy

from detectors.base import Detector, Source
from detectors.finding import Finding, keyed_digester, no_digest
from detectors.load import Settings
from detectors.names.detector import build, folded

DIGEST = keyed_digester(b"key")
NAMES = {
    "PERSON": ["Ada Lovelace", "Bob"],
    "GPE": ["London"],
    "ORG": ["Acme", "DevTools"],
    "NORP": ["Dutch"],
    "CARDINAL": ["Seven"],
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pipeline = spacy.blank("en")
    ruler = pipeline.add_pipe("entity_ruler")
    ruler.add_patterns([{"label": label, "pattern": name} for label, names in NAMES.items() for name in names])  # type: ignore[attr-defined]
    path = tmp_path_factory.mktemp("pipeline")
    pipeline.to_disk(path)
    return path


@pytest.fixture(scope="module")
def names(folder: Path) -> Detector:
    (detector,) = build(Settings(spacy_model=str(folder)))
    return detector


def test_it_says_what_it_is(names: Detector) -> None:
    assert (names.name, names.cost) == ("names.en_pipeline@0.0.0", "names")
    assert names.entities == {"PERSON", "LOCATION", "ORGANIZATION", "NRP"}


def found(names: Detector, text: str) -> list[tuple[str, str]]:
    return [(finding.entity, text[finding.start : finding.end]) for finding in names.detect(Source(text), no_digest)]


def test_people_places_organisations_and_groups_are_found(names: Detector) -> None:
    text = "Ada Lovelace of Acme\nmoved to London with Seven Dutch friends."
    assert found(names, text) == [
        ("PERSON", "Ada Lovelace"),
        ("ORGANIZATION", "Acme"),
        ("LOCATION", "London"),
        ("NRP", "Dutch"),
    ]


def test_a_finding_holds_place_and_digest_but_no_value(names: Detector) -> None:
    (finding,) = names.detect(Source("Dear Ada Lovelace,"), DIGEST)
    expected = Finding(
        "PERSON", "pii", 5, 17, 0.6, "names.en_pipeline@0.0.0", DIGEST("PERSON", "ada lovelace"), ("model",)
    )
    assert finding == expected


def test_a_line_that_comes_twice_is_reported_twice(names: Detector) -> None:
    assert [f.start for f in names.detect(Source("Hi Bob\nfoo\nHi Bob"), no_digest)] == [3, 14]


def test_code_and_camel_case_words_are_passed_over(names: Detector) -> None:
    assert found(names, "const Bob = new Acme();\nOpen DevTools in London") == [("LOCATION", "London")]


def test_without_a_pipeline_the_shipped_model_reads() -> None:
    (detector,) = build(Settings())
    assert detector.name == "names.hushgate_en@1"
    assert found(detector, "Dear Anna Berg,") == [("PERSON", "Anna Berg")]


def test_a_pipeline_without_names_gives_no_detector(tmp_path: Path) -> None:
    spacy.blank("en").to_disk(tmp_path)
    assert build(Settings(spacy_model=str(tmp_path))) == ()


@pytest.mark.parametrize("name", ["no_such_pipeline", "no/such/folder"])
def test_a_named_pipeline_that_is_not_there_is_an_error(name: str) -> None:
    with pytest.raises(ValueError, match="neither an installed package nor a folder"):
        build(Settings(spacy_model=name))


def test_one_person_has_one_digest_however_it_is_typed(names: Detector) -> None:
    texts = ("Ada Lovelace", "ADA  LOVELACE".title().replace("  ", " "), "\nAda Lovelace's")
    digests = {finding.digest for text in texts for finding in names.detect(Source(text), DIGEST)}
    assert digests == {DIGEST("PERSON", "ada lovelace")}
    assert folded("ＡＤＡ  Lovelace") == "ada lovelace"


PROGRAM = """def total(rows):
    # Bob wrote this
    price = sum(row.price for row in rows)
    return price

Ask Bob."""


def test_program_text_is_passed_over(names: Detector) -> None:
    assert [f.start for f in names.detect(Source(PROGRAM), no_digest)] == [PROGRAM.rindex("Bob")]


def test_it_runs_with_sockets_forbidden(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object, **kwargs: object) -> None:
        raise AssertionError("a detector asked for a socket")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    (detector,) = build(Settings(spacy_model=str(folder)))
    assert found(detector, "Hi Bob") == [("PERSON", "Bob")]


def test_the_shipped_model_reads_hostile_text_to_its_end() -> None:
    (detector,) = build(Settings())
    for unit in ("Ada ", "A.", "Bob\n", "\ud83d", "É", "ß" * 50 + " A "):
        list(detector.detect(Source((unit * 20_000)[:20_000]), no_digest))


@pytest.mark.parametrize("unit", ["A", "A ", "A\n", "Bob ", "Aa. ", "\ud83d", "é", "A(", "A[", "; ", "'s"])
def test_hostile_repetition_is_read_to_its_end(names: Detector, unit: str) -> None:
    list(names.detect(Source((unit * 100_000)[:100_000]), no_digest))


def test_the_shipped_model_needs_no_spacy() -> None:
    root = Path(__file__).parents[3]
    code = f"import sys; sys.path.insert(0, {str(root)!r}); from detectors.names.detector import build; from detectors.load import Settings; build(Settings()); print('spacy' in sys.modules)"
    done = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"

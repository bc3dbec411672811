import json
import socket
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.base import Source
from detectors.finding import keyed_digester, no_digest
from detectors.labels import rulebook
from detectors.labels.detector import LabelDetector, build
from detectors.load import Settings

DETECTOR = LabelDetector(rulebook.shipped())
RULES = rulebook.shipped()
MATCHES = [(rule, text) for rule in RULES for text in rule.match]
PASSES = [(rule, text) for rule in RULES for text in rule.passed]
BENIGN = Path(__file__).parents[4] / "shared" / "data" / "benign-dev.jsonl"


def labels(text: str) -> list[tuple[str, str]]:
    return [(f.entity, text[f.start : f.end]) for f in DETECTOR.detect(Source(text), no_digest)]


@pytest.mark.parametrize(("rule", "text"), MATCHES, ids=lambda value: getattr(value, "id", value))
def test_every_match_is_found_alone_and_within_a_page(rule: rulebook.Rule, text: str) -> None:
    for page in (text, f"Minutes of the meeting.\n\n{text}\n\nWe met on Monday."):
        assert rule.entity in {entity for entity, _ in labels(page)}


@pytest.mark.parametrize(("rule", "text"), PASSES, ids=lambda value: getattr(value, "id", value))
def test_no_pass_is_found(rule: rulebook.Rule, text: str) -> None:
    assert rule.entity not in {entity for entity, _ in labels(text)}


def test_the_longer_marking_stands() -> None:
    assert labels("STRICTLY CONFIDENTIAL") == [("LABEL_RESTRICTED", "STRICTLY CONFIDENTIAL")]
    assert labels("TLP:AMBER+STRICT") == [("LABEL_TLP_AMBER_STRICT", "TLP:AMBER+STRICT")]


def test_parts_of_words_are_no_markings() -> None:
    assert labels("CONFIDENTIALITY") == []
    assert labels("AGE-SECRET-KEY-1") == []
    assert labels("MY_SECRET") == []


def test_a_page_with_header_and_footer() -> None:
    page = "Acme Ltd                CONFIDENTIAL\n\nThe secret of our growth.\n\nPage 1 | Internal use only | 2024\n"
    assert [entity for entity, _ in labels(page)] == ["LABEL_CONFIDENTIAL", "LABEL_INTERNAL"]


def test_the_same_marking_has_one_digest_in_any_case() -> None:
    digest = keyed_digester(b"k" * 32)
    found = [next(iter(DETECTOR.detect(Source(text), digest))) for text in ("CONFIDENTIAL", "Confidential")]
    assert found[0].digest == found[1].digest != ""
    assert found[0].detector == "labels.markings@1"
    assert found[0].category == "label"


def test_a_house_marking_from_a_file(tmp_path: Path) -> None:
    house = tmp_path / "house.yaml"
    house.write_text(
        "labels:\n  - {id: acme-red, entity: LABEL_ACME_RED, title: red, words: [acme red paper], match: [ACME RED PAPER]}\n"
    )
    (detector,) = build(Settings(rules=(house,)))
    assert "LABEL_ACME_RED" in detector.entities
    assert [f.entity for f in detector.detect(Source("[Acme red paper]\nhello"), no_digest)] == ["LABEL_ACME_RED"]


@given(
    st.lists(st.sampled_from([*(text for _, text in MATCHES), " ", "\n", "word ", "é", "\ud800"]), max_size=6).map(
        "".join
    )
)
def test_with_and_without_hyperscan_the_findings_are_the_same(text: str) -> None:
    assert list(DETECTOR.detect(Source(text), no_digest)) == list(UNGATED.detect(Source(text), no_digest))


UNGATED = LabelDetector(RULES, gated=False)


@pytest.mark.parametrize("piece", ["CONFIDENTIAL ", "confidential\n", "TLP:", "secret", "Classification: ", "[", "|"])
def test_a_megabyte_of_anything_is_read_without_a_socket(piece: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "socket", None)
    text = piece * (1_000_000 // len(piece))
    found = list(DETECTOR.detect(Source(text), no_digest))
    assert all(0 <= f.start < f.end <= len(text) for f in found)


@pytest.mark.skipif(not BENIGN.exists(), reason="the shared development data is not here")
def test_benign_prompts_carry_no_marking() -> None:
    rows = [json.loads(line)["text"] for line in BENIGN.read_text(encoding="utf-8").splitlines()]
    assert [labels(text) for text in rows if labels(text)] == []

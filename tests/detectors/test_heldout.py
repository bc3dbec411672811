"""Rows written apart from the rules (scripts/heldout): what is found today stays found. The seeds are not the ones that
the rules were looked at with.
"""

import random
from pathlib import Path

import pytest

import detectors.code
from detectors.base import Source
from detectors.code.detector import CodeDetector
from detectors.code.segmenter import Segmenter
from detectors.finding import no_digest
from detectors.load import Settings
from detectors.pii.detector import build
from detectors.placing import placed
from detectors.resolve import resolve
from detectors.secrets.detector import SecretDetector
from detectors.secrets.rulebook import shipped
from detectors.views.canonical import Canonical
from detectors.views.triggers import Triggers
from scripts.heldout import code, evasion, pii, secrets

ROWS = 400
SEED = 71


@pytest.fixture(scope="module")
def secret_detector():
    return SecretDetector(shipped())


def test_personal_data_is_found_exactly():
    (detector,) = build(Settings())
    hit = missed = false = looks = 0
    for row in pii.rows(SEED, ROWS):
        found = resolve(detector.detect(Source(row["text"]), no_digest))
        gold = {(span["start"], span["end"], span["label"]) for span in row["spans"]}
        mine = {(one.start, one.end, one.entity) for one in found if one.entity in row["annotated"]}
        hit, missed, false = hit + len(gold & mine), missed + len(gold - mine), false + len(mine - gold)
        looks += sum(one.start < n["end"] and n["start"] < one.end for one in found for n in row["negatives"])
    assert 2 * hit / (2 * hit + missed + false) >= 0.985
    assert looks <= 1


def test_secrets_are_found_and_nothing_else(secret_detector):
    missed = false = wanted = 0
    for row in secrets.rows(SEED, ROWS):
        found = list(secret_detector.detect(Source(row["text"]), no_digest))
        wanted += len(row["expected"])
        missed += sum(not any(f.start < e["end"] and e["start"] < f.end for f in found) for e in row["expected"])
        false += sum(not any(f.start < e["end"] and e["start"] < f.end for e in row["expected"]) for f in found)
    assert missed / wanted <= 0.04
    assert false <= 1


def test_the_gate_lets_through_what_the_rules_match(secret_detector):
    """Hyperscan had overlooked `\\n--password …` behind seventeen characters, in an alternation of many commands."""
    ungated = SecretDetector(shipped(), gated=False)
    for row in secrets.rows(SEED + 1, ROWS // 2):
        assert list(secret_detector.detect(Source(row["text"]), no_digest)) == list(
            ungated.detect(Source(row["text"]), no_digest)
        )


def test_code_is_told_from_talk_line_by_line():
    detector = CodeDetector(Segmenter.load(Path(detectors.code.__file__).with_name("segmenter.npz")))
    hit = missed = false = right = judged = 0
    for row in code.rows(SEED, 250, code.installed()):
        found = [(one.start, one.end) for one in detector.detect(Source(row["text"]), no_digest)]
        spans = [(s["start"], s["end"], s["cls"]) for s in row["spans"]]
        any_code = any_found = False
        for start, end in _lines(row["text"]):
            kinds = {kind for low, high, kind in spans if low <= start and end <= high}
            mine = any(low <= start and end <= high for low, high in found)
            if kinds & {"log", "data"}:
                continue
            hit, missed, false = (
                hit + bool(kinds and mine),
                missed + bool(kinds and not mine),
                false + (mine and not kinds),
            )
            any_code, any_found = any_code or bool(kinds), any_found or mine
        judged, right = judged + 1, right + (any_code == any_found)
    assert 2 * hit / (2 * hit + missed + false) >= 0.93
    assert right / judged >= 0.94


def _lines(text):
    at = 0
    for line in text.split("\n"):
        if line.strip():
            yield at, at + len(line)
        at += len(line) + 1


def test_what_is_hidden_in_a_text_is_found(secret_detector):
    (structured,) = build(Settings())
    canonical = Canonical(Triggers())
    seen, wanted, false = 0, 0, []
    for row in evasion.rows(SEED, 500):
        if "text" not in row:
            continue
        read = canonical.read(row["text"])
        found = [
            one for detector in (structured, secret_detector) for one in detector.detect(Source(row["text"]), no_digest)
        ]
        for view in read.views:
            for detector in (structured, secret_detector):
                for one in detector.detect(Source(view.text), no_digest):
                    found += placed(one, view, found)
        if not row["expected"]:
            false += [row["technique"]] if found or read.opaque else []
            continue
        kind = row["expected"][0]["type"].upper()
        wanted += 1
        seen += any(one.category == "secret" if kind not in _KINDS else one.entity == _KINDS[kind] for one in found)
    assert seen / wanted >= 0.95
    assert false == []


_KINDS = {short.upper(): entity for entity, short in evasion.PII.items()}


def test_every_way_to_carry_a_text_can_be_made():
    r = random.Random(SEED)
    for make in (*evasion.FILES.values(), *evasion.BODIES.values()):
        assert make(r, "card 4111 1111 1111 1111")

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.addresses import detector as module
from detectors.addresses.detector import ENTITY, build, folded
from detectors.base import Source
from detectors.finding import keyed_digester, no_digest
from detectors.load import Settings

DIGEST = keyed_digester(b"key")


@pytest.fixture(scope="module")
def addresses():
    (detector,) = build(Settings())
    return detector


def found(addresses, text, hint=""):
    return [text[f.start : f.end] for f in addresses.detect(Source(text, hint), no_digest)]


def test_it_says_what_it_is(addresses):
    assert (addresses.name, addresses.cost, addresses.entities) == ("addresses.street@1", "structured", {ENTITY})


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("I live at 12 Baker Street, London NW1 6XE.", "12 Baker Street, London NW1 6XE"),
        ("Ship to 500 Oak Dr Apt 4, Austin, TX 78701 today", "500 Oak Dr Apt 4, Austin, TX 78701"),
        ("Anschrift: Hauptstraße 5a, 10115 Berlin", "Hauptstraße 5a, 10115 Berlin"),
        ("elle habite 12 bis rue de la Paix, 75002 Paris", "12 bis rue de la Paix, 75002 Paris"),
        ("Via Roma, 12, 00184 Roma", "Via Roma, 12, 00184 Roma"),
        ("vive en Calle Mayor 5, 28013 Madrid", "Calle Mayor 5, 28013 Madrid"),
        ("Rua Augusta 1508", "Rua Augusta 1508"),
        ("ul. Długa 12/3, 00-238 Warszawa", "ul. Długa 12/3, 00-238 Warszawa"),
        ("Storgatan 1, 111 23 Stockholm", "Storgatan 1, 111 23 Stockholm"),
        ("Mannerheimintie 5, Apt 4", "Mannerheimintie 5, Apt 4"),
        ("Kerkstraat 7, 1017 GC Amsterdam", "Kerkstraat 7, 1017 GC Amsterdam"),
        ("my address is 12 baker street", "12 baker street"),
        ("write to P.O. Box 123, please", "P.O. Box 123"),
        ("PSC 1234, Box 77\nAPO AP 96309", "PSC 1234, Box 77\nAPO AP 96309"),
    ],
)
def test_addresses_of_many_languages(addresses, text, address):
    assert found(addresses, text) == [address]


@pytest.mark.parametrize(
    "text",
    [
        "5 Star Drive", "In 2008 Wall Street crashed", "3 Sesame Street characters", "Chapter 5 The Silk Road", "10 Way to win",
        "via Slack, 3 people", "Top 10 Wall Street firms", "1st Place", "drive 12 km", "Watergate 2", "Abbey Road 1969",
        "I have 3 close friends", "Python 3 Drive API", "Step 2 Drive Innovation", "square 16 units", "court case 12 of 1999",
        "SELECT 1 FROM Place WHERE Court = 5", "row 5 Close 10", "Figure 12 Market Street", "2 Way Street sign", "AV 12, CT 5, PL 9",
    ],
)  # fmt: skip
def test_look_alikes_are_none(addresses, text):
    assert found(addresses, text) == []


def test_the_name_of_its_field_counts_as_a_cue(addresses):
    assert found(addresses, "5 Ocean Drive") == []
    assert found(addresses, "5 Ocean Drive", "billing_address prompt") == ["5 Ocean Drive"]


def test_a_finding_says_why_and_hides_the_value(addresses):
    (finding,) = addresses.detect(Source("Ship to: 12 Baker  Street, Flat 3"), DIGEST)
    assert (finding.entity, finding.category, finding.score) == (ENTITY, "pii", 0.95)
    assert finding.evidence == ("road", "unit", "cue")
    assert finding.digest == DIGEST(ENTITY, "12 baker street flat 3")


def test_spelling_does_not_change_the_digest():
    assert folded("12  BAKER Street,\nLondon") == folded("12 Baker Street; London")


UNITS = [
    "1 A St ",
    "12 Baker Street, ",
    "Straße 1 ",
    "rue 5 ",
    "5 A ",
    "via ",
    "1 ",
    "Apt ",
    "street",
    "ул. 5 ",
    "PO Box 1 ",
    "\n1 A Road",
]


@pytest.mark.parametrize("unit", UNITS, ids=range(len(UNITS)))
def test_hostile_repetition_costs_linear_work(addresses, unit, monkeypatch):
    """Ten times the text is at most about ten times the road words looked at; all of it is read to its end."""
    asked = 0
    real = module.roads

    def counted(*args):
        nonlocal asked
        asked += 1
        return real(*args)

    monkeypatch.setattr(module, "roads", counted)
    list(addresses.detect(Source(unit * (40_000 // len(unit))), no_digest))
    few = asked
    list(addresses.detect(Source(unit * (400_000 // len(unit))), no_digest))
    assert asked - few <= 10 * few + 20


@given(st.text(alphabet="12A aé.,\n-'stStreetRoadrueß\ud83d", max_size=300))
def test_findings_lie_in_the_text_and_do_not_overlap(addresses, text):
    spans = [(f.start, f.end) for f in addresses.detect(Source(text), no_digest)]
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert all(a[1] <= b[0] for a, b in pairwise(spans))

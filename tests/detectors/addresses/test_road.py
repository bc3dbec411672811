import pytest

from detectors.addresses.road import STRONG, WEAK, roads
from detectors.addresses.words import words


def found(text, word):
    start = text.index(word)
    return [(text[r.start : r.end], round(r.score, 2)) for r in roads(text, start, start + len(word), words())]


@pytest.mark.parametrize(
    ("text", "word", "road"),
    [
        ("at 12 Baker Street,", "Street", "12 Baker Street"),
        ("at 7 St. of Hope Road", "Road", "7 St. of Hope Road"),
        ("at 350 W 42nd St.", "St", "350 W 42nd St."),
        ("10-12 Abbey Rd", "Rd", "10-12 Abbey Rd"),
        ("12 bis rue de la Paix", "rue", "12 bis rue de la Paix"),
        ("33 avenue de Provence", "avenue", "33 avenue de Provence"),
        ("Avenida da Liberdade 110, 3", "Avenida", "Avenida da Liberdade 110"),
        ("ul. Jana Pawła II 7a", "ul", "ul. Jana Pawła II 7a"),
        ("in der Bahnhofstraße 5", "straße", "Bahnhofstraße 5"),
        ("Karl-Marx-Allee 90 A", "Allee", "Karl-Marx-Allee 90 A"),
        ("Die Lange Straße 12", "Straße", "Lange Straße 12"),
        ("Storgatan 1", "gatan", "Storgatan 1"),
    ],
)
def test_a_road_and_its_number(text, word, road):
    assert found(text, word) == [(road, STRONG)]


@pytest.mark.parametrize(("text", "word"), [("5 Star Drive", "Drive"), ("2 Apple Way", "Way"), ("Watergate 2", "gate")])
def test_words_with_other_meanings_speak_weakly(text, word):
    assert [score for _, score in found(text, word)] == [WEAK]


def test_a_comma_before_the_number_speaks_for_a_road():
    assert found("Corso Italia, 14", "Corso") == [("Corso Italia, 14", WEAK + 0.1)]


def test_a_year_and_a_noun_behind_speak_against_it():
    assert found("2008 Wall Street", "Street") == [("2008 Wall Street", 0.25)]
    assert found("3 Sesame Street characters", "Street") == [("3 Sesame Street", 0.35)]


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("Baker Street", "Street"),
        ("I saw 12 people in the street", "street"),
        ("Chapter 5 Silk Road", "Road"),
        ("1 The Silk Road", "Road"),
        ("1.5 Baker Street", "Street"),
        ("via Slack 3", "via"),
        ("rue the day 5", "rue"),
        ("5 rue", "rue"),
        ("on the weg 5", "weg"),
        ("Hauptstraße 5.3", "straße"),
        ("Hauptstraße 50%", "straße"),
    ],
)
def test_look_alikes(text, word):
    assert found(text, word) == []

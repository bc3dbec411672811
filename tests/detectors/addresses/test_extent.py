import pytest
import re2

from detectors.addresses.extent import BOX, Grower, before_box
from detectors.addresses.words import words


@pytest.fixture(scope="module")
def grower():
    return Grower(words())


@pytest.mark.parametrize(
    ("behind", "taken", "unit", "town"),
    [
        ("", "", False, False),
        (" and then", "", False, False),
        (", Apt 4B and", ", Apt 4B", True, False),
        (" #12", " #12", True, False),
        (", 3rd floor", ", 3rd floor", True, False),
        (", 2. OG, 10115 Berlin.", ", 2. OG, 10115 Berlin", True, True),
        (", Suite 300, Mountain View, CA 94043, USA", ", Suite 300, Mountain View, CA 94043", True, True),
        ("\n> Springfield, IL 62704-1234", "\n> Springfield, IL 62704-1234", False, True),
        (", London NW1 6XE", ", London NW1 6XE", False, True),
        (", Toronto ON M5V 2T6", ", Toronto ON M5V 2T6", False, True),
        (", 1017 GC Amsterdam", ", 1017 GC Amsterdam", False, True),
        (", 00-238 Warszawa", ", 00-238 Warszawa", False, True),
        ("\n111 23 Stockholm", "\n111 23 Stockholm", False, True),
        (", Anna Berg said", "", False, False),
        ("\n\n10115 Berlin", "", False, False),
    ],
)
def test_what_belongs_to_an_address(grower, behind, taken, unit, town):
    text = "12 Baker Street" + behind
    extent = grower.grow(text, 15)
    assert (text[15 : extent.end], extent.unit, extent.town) == (taken, unit, town)


@pytest.mark.parametrize("box", ["P.O. Box 123", "PO Box 7", "Postfach 12 34 56", "Postbus 99", "APO AP 20849"])
def test_boxes(box):
    assert re2.search(BOX, f"to {box}.")[1] == box


@pytest.mark.parametrize("text", ["inbox 12", "Apo 12", "box 5", "post 12"])
def test_what_is_no_box(text):
    assert re2.search(BOX, text) is None


def test_a_military_post_office_has_its_unit_before_it():
    text = "to PSC 1234, Box 77\nAPO AP 96309"
    assert before_box(text, text.index("APO")) == 3
    assert before_box("send to APO AP 96309", 8) == 8

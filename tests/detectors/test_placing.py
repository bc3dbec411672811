from detectors.base import REST
from detectors.finding import Finding
from detectors.placing import finds_code, finds_values, placed
from detectors.views.edit import Edit
from detectors.views.view import View, edited


def finding(start, end, category="pii", score=0.9, entity="US_SSN"):
    return Finding(entity, category, start, end, score, "t@1", "digest", ("checksum",))


def view(joined=False, chance=False):
    return edited(View("ssn MTIz end"), [Edit(4, 8, "123", "base64")], joined=joined, chance=chance)


def test_a_finding_moves_to_where_its_value_stands_and_says_how_it_was_read():
    (moved,) = placed(finding(4, 7), view(), [])
    assert (moved.start, moved.end, moved.digest) == (4, 8, "digest")
    assert moved.evidence == ("checksum", "view:base64")


def test_what_reads_as_it_stands_is_left_to_the_text():
    plain = edited(View("x" * 100 + " ssn MTIz end"), [Edit(105, 109, "123", "base64")])
    assert placed(finding(0, 5), plain, []) == []


def test_what_is_known_is_not_said_twice():
    assert placed(finding(4, 7), view(), [finding(4, 8)]) == []
    assert placed(finding(4, 7), view(), [finding(4, 8, entity="PHONE_NUMBER")]) != []


def test_chance_joins_nothing_that_is_surer_alone():
    assert placed(finding(4, 7, score=0.8), view(chance=True), [finding(4, 6)]) == []
    assert placed(finding(4, 7, score=0.95), view(chance=True), [finding(4, 6)]) != []
    assert placed(finding(4, 7, score=0.8), view(joined=True), [finding(4, 6)]) != []


def test_code_and_markings_are_not_made_by_joining():
    assert placed(finding(4, 7, "code"), view(joined=True), []) == []
    assert placed(finding(4, 7, "code"), view(), []) != []


def test_a_value_from_several_places_becomes_its_pieces():
    text = 'use A+B\nA = "12"\nB = "34"'
    moved = edited(View(text), [Edit(4, 7, "1234", "variables", ((13, 15), (22, 24)))], joined=True)
    first, second = placed(finding(4, 8), moved, [])
    assert [text[f.start : f.end] for f in (first, second)] == ["12", "34"]
    assert REST in second.evidence
    assert REST not in first.evidence


class Finds:
    name = "test.finds@1"
    cost = "structured"

    def __init__(self, *entities):
        self.entities = frozenset(entities)

    def detect(self, source, digest):
        return ()


def test_who_finds_code_and_markings_alone_finds_no_values():
    assert not finds_values(Finds("SOURCE_CODE", "LABEL_SECRET"))
    assert finds_values(Finds("SOURCE_CODE", "US_SSN"))
    assert finds_values(Finds("SECRET_OF_OURS"))
    assert finds_values(Finds("BADGE_OF_OURS"))


def test_a_detector_of_code_finds_nothing_else():
    class Finder:
        name, cost, entities = "f@1", "structured", frozenset({"SOURCE_CODE"})

    assert finds_code(Finder)
    Finder.entities = frozenset({"SOURCE_CODE", "US_SSN"})
    assert not finds_code(Finder)

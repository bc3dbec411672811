from pathlib import Path

import pytest

from detectors.names import tagger as module
from detectors.names.tagger import Tagger

MODEL = Path(module.__file__).with_name("model.npz")


@pytest.fixture(scope="module")
def tagger():
    return Tagger.load(MODEL)


def found(tagger, text):
    (names,) = tagger.read([text])
    return [(name.entity, text[name.start : name.end]) for name in names]


def test_the_weights_are_small_enough_to_ship():
    assert MODEL.stat().st_size <= 15_000_000


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Please forward this to Priya Raman before Friday.", [("PERSON", "Priya Raman")]),
        ("Dear Mr. Okonkwo, thank you.", [("PERSON", "Okonkwo")]),
        ("Best regards, Małgorzata Nowak", [("PERSON", "Małgorzata Nowak")]),
        ("She moved from Lisbon to Canada in 2019.", [("LOCATION", "Lisbon"), ("LOCATION", "Canada")]),
        ("JOHN MILLER SIGNED THE CONTRACT", [("PERSON", "JOHN MILLER")]),
        ("I spoke with laura schmidt about it", [("PERSON", "laura schmidt")]),
        ("Name: Jonas Lindqvist", [("PERSON", "Jonas Lindqvist")]),
    ],
)
def test_names_of_people_and_places(tagger, text, names):
    assert found(tagger, text) == names


@pytest.mark.parametrize(
    "text",
    [
        "Write a Python function that sorts a list.", "Act as a Linux Terminal.", "Summarise the text below in three sentences.",
        "Thank you very much for your help!", "Will it rain in May?", "Frequently Asked Questions", "Click the Save button, then press Enter.",
        "WARNING: disk is full", "Question: what is the capital?", "Monday, Tuesday and Wednesday", "",  "12345", "…",
    ],
)  # fmt: skip
def test_prompts_without_names(tagger, text):
    assert found(tagger, text) == []


def test_a_stretch_has_the_same_names_in_any_company(tagger):
    one, other = "Ask Anna Berg about Norway.", "Ravi Patel lives in Leeds, he said, and works from home on Mondays."
    alone = [Tagger.load(MODEL).read([text])[0] for text in (one, other)]
    together = Tagger.load(MODEL).read([one, other])
    assert [[(n.start, n.end, n.entity) for n in names] for names in together] == [
        [(n.start, n.end, n.entity) for n in names] for names in alone
    ]


def test_a_stretch_that_comes_again_is_not_read_again(tagger, monkeypatch):
    asked = []
    monkeypatch.setattr(tagger, "_ask", lambda stretches: asked.append(list(stretches)) or [()] * len(stretches))
    tagger.read(["Tell Ines Okoro.", "Tell Ines Okoro.", "Tell Hugo."])
    tagger.read(["Tell Hugo."])
    assert asked == [["Tell Ines Okoro.", "Tell Hugo."], []]


def test_what_is_remembered_is_bounded_and_holds_no_text(monkeypatch):
    monkeypatch.setattr(module, "REMEMBERED", 3)
    own = Tagger.load(MODEL)
    own.read([f"Tell Ines Okoro {i}" for i in range(10)])
    assert len(own._known) == 3
    assert "Ines" not in repr(own._known)


def test_scores_grow_with_the_models_certainty_and_stay_below_proof(tagger):
    (names,) = tagger.read(["Best regards, Anna Berg"])
    assert 0.45 < names[0].score <= 0.8


def test_work_grows_with_the_text_only(tagger, monkeypatch):
    sizes = []
    real = tagger._tag

    def counted(lines):
        sizes.append(len(lines) * max(len(line.words) for line in lines))
        return real(lines)

    monkeypatch.setattr(tagger, "_tag", counted)
    tagger.read([f"Ada {i} " + "met Bob " * (i % 90) for i in range(400)])
    assert max(sizes) <= 2000

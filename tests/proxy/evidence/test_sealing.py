"""Any two reviewers open a box, one never does, and nothing of it can be changed or moved."""

import itertools
import json

import pytest

from proxy.evidence.reviewers import make, read_private
from proxy.evidence.sealing import SealError, named, seal, unseal

EVENT, OTHER = "01KAR4V3W0QJ8Z7S1C5N2M6XTP", "01KAR4V3W0QJ8Z7S1C5N2M6XTZ"
TEXT = b'{"value":"CANARY-4711"}'
NAMES = ("alice", "bob", "carol")


@pytest.fixture(scope="module")
def people():
    made = [make(name, b"correct horse") for name in NAMES]
    return [reviewer for reviewer, _ in made], [read_private(pem, b"correct horse") for _, pem in made]


@pytest.fixture(scope="module")
def box(people):
    return seal(TEXT, EVENT, people[0])


def test_every_pair_opens_it_in_either_order(people, box):
    for one, other in itertools.permutations(people[1], 2):
        assert unseal(box, EVENT, one, other) == TEXT


def test_one_key_alone_does_not(people, box):
    for key in people[1]:
        with pytest.raises(SealError, match="one key twice"):
            unseal(box, EVENT, key, key)


def test_nor_one_key_with_a_strangers(people, box):
    stranger = read_private(make("eve", b"correct horse")[1], b"correct horse")
    with pytest.raises(SealError, match="other reviewers"):
        unseal(box, EVENT, people[1][0], stranger)


def test_one_key_does_not_even_where_the_strangers_stands_in_for_the_other(people, box):
    """Whoever holds one private key and renames a lock still lacks the other's shared secret."""
    eve, pem = make("eve", b"correct horse")
    read = json.loads(box)
    for lock in read["locks"]:
        lock["of"] = [people[0][0].id, eve.id]
    with pytest.raises(SealError, match="changed"):
        unseal(json.dumps(read).encode(), EVENT, people[1][0], read_private(pem, b"correct horse"))


def test_a_box_under_another_name_does_not_open(people, box):
    with pytest.raises(SealError, match="another event"):
        unseal(box, OTHER, *people[1][:2])


def test_a_changed_box_is_noticed(people, box):
    read = json.loads(box)
    for field in ("text", "ephemeral"):
        value = read[field]
        bent = {**read, field: ("A" if value[0] != "A" else "B") + value[1:]}
        with pytest.raises(SealError):
            unseal(json.dumps(bent).encode(), EVENT, *people[1][:2])


@pytest.mark.parametrize("broken", [b"", b"[]", b"{}", b'{"ephemeral":"?"}', b"\xff"])
def test_what_is_no_box_is_told(people, broken):
    with pytest.raises(SealError, match="no sealed evidence"):
        unseal(broken, EVENT, *people[1][:2])
    assert named(broken, people[1][:1]) == [people[0][0].id]


def test_a_box_says_who_may_open_it_and_nothing_else(people, box):
    assert b"CANARY" not in box
    assert named(box, people[1]) == list(NAMES)


def test_boxes_of_one_text_differ_and_tell_no_length(people, box):
    other = seal(TEXT + b"  longer by some", EVENT, people[0])
    assert json.loads(other)["text"] != json.loads(box)["text"]
    assert len(other) == len(box)

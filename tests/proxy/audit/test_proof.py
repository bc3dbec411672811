import json

import pytest

from proxy.audit import upkeep
from proxy.audit.proof import ProofError, check, places, prove


@pytest.fixture
def event(trail):
    trail.write(1, 2, 3)
    trail.sign()
    record = upkeep.heartbeat(42, 0)
    trail.write(1, record, 3, slot="1")
    trail.sign()
    trail.write(4, slot="2")
    trail.sign()
    return str(record["id"])


def test_a_proof_shows_one_record_and_holds(trail, event):
    [place] = places(trail.folder, event)
    proof = prove(trail.folder, place, trail.verifier)
    assert (proof["index"], proof["size"]) == (4, 7)
    assert check(json.loads(json.dumps(proof)), trail.verifier)["records"] == 42


@pytest.mark.parametrize(
    "change",
    [
        {"record": '{"records":1}'},
        {"index": 3},
        {"size": 6},
        {"path": []},
        {"path": ["!"]},
        {"checkpoint": "x"},
        {"record": None},
    ],
)
def test_a_proof_that_was_changed_does_not(trail, event, change):
    proof = prove(trail.folder, places(trail.folder, event)[0], trail.verifier)
    with pytest.raises(ProofError):
        check({**proof, **change}, trail.verifier)
    with pytest.raises(ProofError):
        check({}, trail.verifier)


def test_what_is_not_signed_or_was_changed_has_no_proof(trail, event):
    record = upkeep.heartbeat(1, 0)
    trail.write(record)
    [place] = places(trail.folder, str(record["id"]))
    with pytest.raises(ProofError, match="not signed yet"):
        prove(trail.folder, place, trail.verifier)
    [place] = places(trail.folder, event)
    path = trail.file(place.chain)
    path.write_bytes(path.read_bytes().replace(b'"records":42', b'"records":43'))
    [place] = places(trail.folder, event)
    with pytest.raises(ProofError, match="not what was signed"):
        prove(trail.folder, place, trail.verifier)

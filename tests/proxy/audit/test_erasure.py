"""A person's records go, and the trail still proves itself: in open files, packed ones, and after a crash."""

import orjson
import pytest

from proxy.audit import erasure, upkeep
from proxy.audit import record as records
from proxy.audit.chain import segments
from proxy.audit.proof import check, places, prove
from proxy.audit.reading import lines, pack
from proxy.audit.settings import AuditSettings
from proxy.audit.verify import told, verify
from proxy.audit.writer import AuditWriter
from proxy.exchange import Client

ALICE, BOB = Client("10.0.0.1", "alice@example.com"), Client("10.0.0.2", "bob@example.com")


def of(client):
    return records.refused(client=client, reason="private", host="api.openai.com", port=443)


@pytest.fixture
def signed(trail):
    chain = trail.write(of(ALICE), of(BOB), of(ALICE), of(ALICE), 5, of(BOB), of(ALICE), segment_bytes=2500)
    trail.sign()
    return trail, chain


def erase(trail, **whom):
    found = erasure.find(trail.folder, **whom)
    spans = [(c, first, last) for c, numbers in found.numbers.items() for first, last in erasure.stretches(numbers)]
    trail.write(*(upkeep.audit_erased(*span, "request", "dpo") for span in spans), slot="cli")
    trail.sign()
    return erasure.bury(trail.folder, found.numbers)


def text(trail):
    return b"".join(line for files in segments(trail.folder).values() for each in files for line in lines(each))


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "packed"])
@pytest.mark.parametrize("whom", [{"user": "alice@example.com"}, {"address": "10.0.0.1"}], ids=["user", "address"])
def test_a_persons_records_go_and_the_rest_still_proves_itself(signed, packed, whom):
    trail, chain = signed
    if packed:
        for segment in segments(trail.folder)[chain]:
            pack(segment.path)
    assert erase(trail, **whom) == 4
    assert b"alice" not in text(trail)
    assert text(trail).count(b"bob@example.com") == 2
    result = verify(trail.folder, trail.verifier)
    assert (told(result.problems), result.erased) == ([], 4)
    bob = orjson.loads(next(line for line in text(trail).splitlines() if b"bob@" in line))
    proof = prove(trail.folder, places(trail.folder, bob["id"])[-1], trail.verifier)
    assert check(proof, trail.verifier)["who"]["user"] == "bob@example.com"


def test_a_file_that_is_written_keeps_its_size_and_its_chain_goes_on(trail):
    writer = AuditWriter.open(trail.folder, slot="0", settings=AuditSettings(node="n"))
    for client in (ALICE, BOB, ALICE):
        writer.append(of(client)).result(30)
    trail.sign()
    size = writer.path.stat().st_size
    assert erase(trail, user="alice@example.com") == 2
    assert writer.path.stat().st_size == size
    writer.append(of(BOB)).result(30)
    writer.end()
    trail.sign()
    assert trail.problems() == []
    again = type(trail)(trail.state)  # as after a restart: chains are followed from their beginning
    again.sign()
    assert again.notary.look().changed == []
    assert again.problems() == []


def test_nobody_else_is_meant(signed):
    trail, _ = signed
    assert erasure.find(trail.folder, user="alice@example.co").count == 0
    assert erasure.find(trail.folder, user="api.openai.com").count == 0
    assert erasure.find(trail.folder).count == 0


def test_a_crash_in_the_middle_is_made_good(signed, monkeypatch):
    trail, _ = signed

    def torn(path, stones):
        offset, stone = stones[0]
        with path.open("r+b") as file:
            file.seek(offset)
            file.write(stone.encode()[: len(stone) // 2])
        raise KeyboardInterrupt

    monkeypatch.setattr(erasure, "_place", torn)
    with pytest.raises(KeyboardInterrupt):
        erase(trail, user="alice@example.com")
    monkeypatch.undo()
    assert trail.problems() != []
    erasure.make_good(trail.folder)
    erase(trail, user="alice@example.com")
    assert trail.problems() == []
    assert b"alice" not in text(trail)
    assert not (trail.folder / ".erasing").exists()


def test_numbers_in_a_row_are_one_stretch():
    assert list(erasure.stretches([4, 1, 2, 7, 8, 9])) == [(1, 2), (4, 4), (7, 9)]
    assert list(erasure.stretches([])) == []

import os
import time

from proxy.audit.custody import expired, packed
from proxy.audit.notary import Notary


def old(trail, chain, days):
    when = time.time() - days * 86_400
    for path in trail.folder.glob(f"{chain}*"):
        os.utime(path, (when, when))


def test_closed_and_signed_files_are_packed_and_still_verify(trail):
    chain = trail.write(*range(6), segment_bytes=400)
    assert packed(trail.folder, trail.notary.signed_to, settle=0) == []  # not signed yet
    trail.sign()
    assert packed(trail.folder, trail.notary.signed_to, settle=3600) == []  # shippers may still read
    made = packed(trail.folder, trail.notary.signed_to, settle=0)
    assert made
    assert trail.file(chain, -1).suffix == ".jsonl"  # the open one
    assert trail.problems() == []
    trail.write(1)
    trail.sign()
    assert trail.problems() == []


def test_an_ended_chain_is_packed_to_its_last_file(trail):
    trail.write(1)
    notary = Notary(trail.folder, trail.signer)
    notary.look(starting=True)
    assert len(packed(trail.folder, notary.signed_to, settle=0)) == 1
    assert trail.problems() == []


def test_only_old_closed_files_expire(trail):
    chain = trail.write(*range(6), segment_bytes=400)
    trail.sign()
    assert expired(trail.folder, trail.notary.signed_to, 30) == []
    old(trail, chain, 31)
    found = expired(trail.folder, trail.notary.signed_to, 30)
    assert [each.segment.number for each in found] == list(range(len(found)))
    assert (found[0].first, found[-1].last) == (1, 6 if trail.file(chain, -1).stat().st_size == 0 else 5)


def test_files_that_are_packed_or_young_are_not_read_again(trail, monkeypatch):
    """This runs every minute, over all that there is."""
    trail.write(*range(6), segment_bytes=400)
    trail.sign()
    assert packed(trail.folder, trail.notary.signed_to, settle=0)
    monkeypatch.setattr("proxy.audit.custody.lines", lambda segment: 1 / 0)
    assert packed(trail.folder, trail.notary.signed_to, settle=0) == []
    assert expired(trail.folder, trail.notary.signed_to, 30) == []

import os
import time

from proxy.audit.notary import Notary


def test_it_signs_what_is_new_and_nothing_when_nothing_is(trail):
    chain = trail.write(1, 2, 3)
    look = trail.notary.look()
    assert [(head.chain, head.records, head.ended) for head in look.checkpoint.heads] == [(chain, 3, False)]
    assert trail.notary.look().checkpoint is None
    other = trail.write(1, slot="1")
    assert [head.chain for head in trail.notary.look().checkpoint.heads] == [chain, other]
    assert trail.notary.size == 4


def test_a_start_ends_every_chain_and_takes_torn_lines_out(trail):
    chain = trail.write(1, 2)
    path = trail.file(chain)
    path.write_bytes(path.read_bytes() + b'{"torn')
    look = Notary(trail.folder, trail.signer).look(starting=True)
    assert look.torn == [(chain, 6)]
    assert [head.ended for head in look.checkpoint.heads] == [True]
    again = Notary(trail.folder, trail.signer)
    assert again.look().checkpoint is None
    assert trail.problems() == []


def test_a_chain_that_was_followed_ends_when_it_is_quiet(trail):
    old = trail.write(1)
    new = trail.write(1)
    assert not any(head.ended for head in trail.notary.look().checkpoint.heads)
    before = time.time() - 600
    os.utime(trail.file(old), (before, before))
    os.utime(trail.file(new), (before, before))
    assert {head.chain: head.ended for head in trail.notary.look().checkpoint.heads} == {old: True, new: False}
    trail.write(1, slot="1")
    assert old not in {head.chain for head in trail.notary.look().checkpoint.heads}


def test_a_chain_that_changed_is_told_and_not_signed_any_further(trail):
    chain, other = trail.write(1, 2), trail.write(1, slot="1")
    trail.notary.look()
    trail.file(chain).write_bytes(b"")
    look = trail.notary.look()
    assert [name for name, _ in look.changed] == [chain]
    assert trail.notary.look().changed == []
    assert trail.notary.signed_to(chain).records == 2
    assert trail.notary.signed_to(other).records == 1


def test_it_goes_on_after_a_restart(trail):
    trail.write(1, 2)
    trail.notary.look()
    trail.write(3, slot="1")
    again = Notary(trail.folder, trail.signer)
    assert again.size == 2
    again.look()
    assert (again.size, trail.problems()) == (3, [])

from proxy.audit import record as records
from proxy.audit.chain import segments
from proxy.audit.strand import Erasure, read_strand


def strand(trail, chain):
    return read_strand(chain, segments(trail.folder)[chain])


def test_a_chain_that_nobody_touched_has_no_fault(trail):
    found = strand(trail, trail.write(*range(9), segment_bytes=500))
    assert (found.faults, found.last, sorted(found.leaves), found.torn) == ([], 9, list(range(1, 10)), 0)


def test_what_is_no_record_and_what_is_torn_is_told(trail):
    chain = trail.write(1, 2)
    trail.edit(trail.file(chain), lambda lines: [lines[0], b"nonsense\n", b'{"seq"'])
    found = strand(trail, chain)
    assert found.faults == [(2, "is no record: it was changed")]
    assert found.torn == 6


def test_the_file_of_one_chain_cannot_pass_for_another(trail):
    one, two = trail.write(1), trail.write(1, slot="1")
    trail.file(two).write_bytes(trail.file(one).read_bytes())
    assert strand(trail, two).faults == [(1, "belongs to another chain")]


def test_erasures_are_read(trail):
    chain = trail.write(7, records.audit_erased("n-0-6923a1f29c4e", 3, 9, "retention"))
    assert strand(trail, chain).erasures == [Erasure("n-0-6923a1f29c4e", 3, 9, 2)]

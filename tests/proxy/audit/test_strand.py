from proxy.audit import upkeep
from proxy.audit.chain import segments
from proxy.audit.merkle import leaf
from proxy.audit.strand import Erasure, Strand, erasures


def strand(trail, chain):
    found = Strand(chain, segments(trail.folder)[chain])
    found.finish()
    return found


def test_a_chain_that_nobody_touched_has_no_fault(trail):
    found = strand(trail, trail.write(*range(9), segment_bytes=500))
    assert (found.faults, found.last, found.records, found.torn) == ([], 9, 9, 0)


def test_leaves_are_given_once_and_files_read_as_they_are_asked_for(trail):
    chain = trail.write(*range(9), segment_bytes=500)
    files = segments(trail.folder)[chain]
    read = []
    found = Strand(chain, files, read.append)
    first = files[0].path.read_bytes().splitlines()
    assert found.leaf(1) == leaf(first[0])
    assert len(read) == 1
    assert found.leaf(1) is None
    assert found.leaf(9) == leaf(files[-1].path.read_bytes().splitlines()[-1])
    assert found.leaf(10) is None
    assert sum(read) == 9


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


def test_erasures_are_read_where_they_may_be_told(trail):
    told = upkeep.audit_erased("n-0-6923a1f29c4e", 3, 9, "retention")
    chain = trail.write(7, told, slot="supervisor")
    trail.write(7, told, slot="0")
    assert list(erasures(segments(trail.folder))) == [Erasure("n-0-6923a1f29c4e", 3, 9, chain, 2)]

import pytest

from proxy.audit import merkle
from proxy.audit.chain import segments
from proxy.audit.reading import pack
from proxy.audit.tail import Changed, Tail


def files(trail, chain):
    return segments(trail.folder)[chain]


def leaves(trail, chain):
    return [merkle.leaf(line) for segment in files(trail, chain) for line in segment.path.read_bytes().splitlines()]


def test_it_gives_each_line_once_and_none_that_is_not_whole(trail):
    chain = trail.write(1, 2)
    tail = Tail(chain)
    path = trail.file(chain)
    assert tail.follow(files(trail, chain)) == leaves(trail, chain)
    assert tail.follow(files(trail, chain)) == []
    with path.open("ab") as file:
        file.write(b'{"half":')
    assert tail.follow(files(trail, chain)) == []
    with path.open("ab") as file:
        file.write(b"1}\n")
    assert tail.follow(files(trail, chain)) == [merkle.leaf(b'{"half":1}')]
    assert tail.at.records == 3


def test_it_goes_over_files_packed_or_not(trail):
    chain = trail.write(*range(6), segment_bytes=400)
    wanted = leaves(trail, chain)
    pack(files(trail, chain)[0].path)
    assert Tail(chain).follow(files(trail, chain)) == wanted


def test_it_takes_up_where_something_was_signed(trail):
    chain = trail.write(1, 2, 3)
    first = Tail(chain)
    first.follow(files(trail, chain))
    assert Tail(chain, first.at).follow(files(trail, chain)) == []


def test_it_syncs_before_it_gives(trail):
    chain = trail.write(1)
    synced = []
    Tail(chain).follow(files(trail, chain), synced.append)
    assert len(synced) == 1


@pytest.mark.parametrize("change", ["shorter", "other", "gone"])
def test_what_changed_is_an_error(trail, change):
    chain = trail.write(1, 2, 3)
    tail = Tail(chain)
    tail.follow(files(trail, chain))
    path = trail.file(chain)
    lines = path.read_bytes().splitlines(keepends=True)
    if change == "other":
        path.write_bytes(b"".join(lines).replace(b'"records":3', b'"records":7'))
        tail = Tail(chain, tail.at)
    else:
        path.write_bytes(lines[0])
    with pytest.raises(Changed):
        tail.follow([] if change == "gone" else files(trail, chain))


def test_a_torn_line_is_cut_off(trail):
    chain = trail.write(1)
    path = trail.file(chain)
    whole = path.read_bytes()
    path.write_bytes(whole + b"torn")
    assert Tail(chain).torn(files(trail, chain)) == 4
    assert path.read_bytes() == whole
    assert Tail(chain).torn(files(trail, chain)) == 0

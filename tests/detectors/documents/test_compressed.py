import bz2
import gzip
import io
import lzma
import tarfile

import pytest
import zstandard

from detectors.documents import compressed
from detectors.documents.harvest import Bounds, Exhausted, Unreadable
from tests import papers
from tests.detectors.documents.gathering import harvest

MAKERS = {"gzip": gzip.compress, "bzip2": bz2.compress, "xz": lzma.compress, "zstd": zstandard.compress}


def inside(read, bounds: Bounds = Bounds()):  # noqa: B008 - frozen
    seen = []
    got = harvest(bounds, dispatch=lambda _, data, kind, suffix: seen.append((data, suffix)))
    read(got)
    return seen, list(got.unread)


@pytest.mark.parametrize("kind", MAKERS)
def test_all_members_of_a_stream_are_one_file(kind):
    data = MAKERS[kind](b"one") + MAKERS[kind](b"two")
    assert inside(lambda got: compressed.read_stream(data, got, kind, "")) == ([(b"onetwo", "")], [])


@pytest.mark.parametrize("kind", MAKERS)
def test_a_bomb_ends_at_the_bound_long_before_it_is_unpacked(kind):
    data = MAKERS[kind](bytes(64 << 20))
    with pytest.raises(Exhausted):
        inside(lambda got: compressed.read_stream(data, got, kind, ""), Bounds(unpacked=1 << 20))


def test_rubbish_is_unreadable():
    for kind in MAKERS:
        with pytest.raises(Unreadable):
            inside(lambda got, kind=kind: compressed.read_stream(b"rubbish" * 9, got, kind, ""))


def test_links_and_devices_in_a_tar_are_not_followed():
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        link = tarfile.TarInfo("link")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    assert inside(lambda got: compressed.read_tar(out.getvalue(), got)) == ([], [])


def test_members_of_a_zip_keep_their_suffix_and_folders_are_none():
    data = papers.zipped({"a/": b"", "a/b.csv": b"x"})
    assert inside(lambda got: compressed.read_zip(compressed.open_zip(data), got)) == ([(b"x", "csv")], [])

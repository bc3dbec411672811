import numpy as np
import pytest

from detectors.fingerprint.store import BadIndex, load, save

KEY = b"k" * 32
ARRAYS = {
    "keys": np.arange(5, dtype=np.uint64),
    "documents": np.arange(5, dtype=np.uint32),
    "none": np.empty(0, np.uint64),
}


def test_an_index_comes_back_mapped_and_read_only(tmp_path):
    path = tmp_path / "one.hgi"
    save(path, "documents", {"documents": ["secret/name.py"]}, ARRAYS, KEY)
    index = load(path, KEY)
    assert (index.name, index.kind, index.note) == ("one", "documents", {"documents": ["secret/name.py"]})
    for name, array in ARRAYS.items():
        assert list(index.arrays[name]) == list(array)
        assert index.arrays[name].dtype == array.dtype
    with pytest.raises(ValueError):
        index.arrays["keys"][0] = 1


def test_a_file_shows_no_name_and_only_its_owner_may_read_it(tmp_path):
    path = tmp_path / "one.hgi"
    save(path, "documents", {"documents": ["secret/name.py"]}, ARRAYS, KEY)
    assert b"secret" not in path.read_bytes()
    assert path.stat().st_mode & 0o077 == 0
    assert [p.name for p in tmp_path.iterdir()] == ["one.hgi"]


def test_who_has_it_open_keeps_the_old_one_when_a_new_one_takes_its_place(tmp_path):
    path = tmp_path / "one.hgi"
    save(path, "documents", {}, ARRAYS, KEY)
    before = load(path, KEY)
    save(path, "documents", {}, {"keys": np.arange(9, dtype=np.uint64)}, KEY)
    assert list(before.arrays["keys"]) == [0, 1, 2, 3, 4]
    assert len(load(path, KEY).arrays["keys"]) == 9
    assert load(path, KEY).revision != before.revision


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda data: b"nonsense", "is no index"),
        (lambda data: data.replace(b"index/4", b"index/9", 1), "no index of this version"),
        (lambda data: data[:40], "is no index"),
        (lambda data: data[:-50], "is no index"),
        (lambda data: data.replace(b'"note": ', b'"note": 1', 1), "another key|is no index"),
    ],
    ids=["nonsense", "version", "head cut", "tail cut", "note"],
)
def test_a_bad_file_says_what_is_wrong(tmp_path, spoil, why):
    path = tmp_path / "one.hgi"
    save(path, "documents", {"a": 1}, ARRAYS, KEY)
    path.write_bytes(spoil(path.read_bytes()))
    with pytest.raises(BadIndex, match=why):
        load(path, KEY)


def test_another_key_is_said(tmp_path):
    path = tmp_path / "one.hgi"
    save(path, "documents", {}, ARRAYS, KEY)
    with pytest.raises(BadIndex, match="another key"):
        load(path, b"l" * 32)

from detectors.fingerprint.location import files


def test_folders_give_their_indexes_files_are_themselves_and_what_is_not_there_is_none(tmp_path):
    for name in ("b.hgi", "a.hgi", "a.hgi.new", "c.txt"):
        (tmp_path / name).touch()
    assert [path.name for path in files([tmp_path, tmp_path / "c.txt", tmp_path / "gone"])] == [
        "a.hgi",
        "b.hgi",
        "c.txt",
    ]

from detectors.documents.strings import strings


def test_runs_of_printable_characters_in_both_widths():
    assert (
        strings(b"\x00narrow run\x00short\x00\x00" + "wide run".encode("utf-16-le") + b"\x00\x01")
        == "narrow run\nwide run"
    )


def test_it_is_bounded():
    assert len(strings(b"abcdefgh\x00" * 500_000)) <= 1 << 18

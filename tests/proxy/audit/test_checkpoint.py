import pytest

from proxy.audit.checkpoint import FIRST, Checkpoint, Head, read

MADE = Checkpoint("hushgate/ab", 7, bytes(range(32)), "2026-11-24T19:00:00.000000Z", FIRST,
                  (Head("n-0-6923a1f29c4e", 4, "a" * 64), Head("n-1-6923a1f29c4e", 3, "b" * 64, ended=True)))  # fmt: skip


def test_it_is_a_checkpoint_of_c2sp_with_lines_of_ours():
    assert MADE.text().splitlines() == [
        "hushgate/ab",
        "7",
        "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
        "time 2026-11-24T19:00:00.000000Z",
        f"previous {FIRST}",
        f"chain n-0-6923a1f29c4e 4 {'a' * 64}",
        f"chain n-1-6923a1f29c4e 3 {'b' * 64} ended",
    ]


def test_it_is_read_back():
    assert read(MADE.text()) == MADE


@pytest.mark.parametrize(
    ("old", "new"), [("7\n", "x\n"), ("time ", "t "), ("previous", "p"), ("chain n-0", "chian n-0"), ("AAEC", "!")]
)
def test_what_is_none_is_an_error(old, new):
    with pytest.raises(ValueError, match="checkpoint"):
        read(MADE.text().replace(old, new, 1))

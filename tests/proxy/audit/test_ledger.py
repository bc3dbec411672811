import pytest

from proxy.audit import merkle
from proxy.audit.checkpoint import Head
from proxy.audit.ledger import Ledger, LedgerError, signed

LEAVES = [merkle.leaf(bytes([number])) for number in range(9)]
TIME = "2026-11-24T19:00:00.000000Z"


def head(records):
    return Head("n-0-6923a1f29c4e", records, "a" * 64)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "audit").mkdir()
    return tmp_path / "audit"


@pytest.fixture
def ledger(folder, trail):
    made = Ledger(folder, trail.signer)
    made.sign(LEAVES[:4], [head(4)], TIME)
    made.sign(LEAVES[4:], [head(9)], TIME)
    return made


def test_checkpoints_are_signed_linked_and_beside_the_folder(ledger, folder, trail):
    rows = (folder / "checkpoints.jsonl").read_bytes().splitlines()
    one, two = (signed(row, trail.verifier).checkpoint for row in rows)
    assert (one.size, two.size) == (4, 9)
    assert two.root == merkle.root(LEAVES)
    assert (folder.parent / "audit.checkpoint").read_bytes().splitlines()[0] == rows[1]
    assert (folder / "leaves.bin").read_bytes() == b"".join(LEAVES)


@pytest.mark.parametrize("beside", [True, False], ids=["with its copy", "without"])
def test_it_is_taken_up_after_a_start(ledger, folder, trail, beside):
    if not beside:
        (folder.parent / "audit.checkpoint").unlink()
    again = Ledger(folder, trail.signer)
    assert (again.size, again.heads) == (9, {head(9).chain: head(9)})
    made = again.sign([], [head(9)], TIME)
    assert made.root == merkle.root(LEAVES)


def test_what_a_crash_left_beyond_the_last_checkpoint_is_taken_out(ledger, folder, trail):
    with (folder / "leaves.bin").open("ab") as file:
        file.write(bytes(50))
    with (folder / "checkpoints.jsonl").open("ab") as file:
        file.write(b'{"note":"half')
    again = Ledger(folder, trail.signer)
    again.sign(LEAVES[:1], [head(10)], TIME)
    assert (folder / "leaves.bin").stat().st_size == 320
    assert len((folder / "checkpoints.jsonl").read_bytes().splitlines()) == 3


@pytest.mark.parametrize(
    "change",
    [
        lambda folder: (folder / "checkpoints.jsonl").unlink(),
        lambda folder: (folder / "leaves.bin").unlink(),
        lambda folder: (folder / "checkpoints.jsonl").write_bytes(
            b"".join((folder / "checkpoints.jsonl").read_bytes().splitlines(keepends=True)[1:])
        ),
        lambda folder: (folder / "checkpoints.jsonl").write_bytes(b"{}\n"),
    ],
    ids=["no checkpoints", "no leaves", "one taken out", "nonsense"],
)
def test_nothing_is_signed_on_top_of_what_does_not_fit(ledger, folder, trail, change):
    change(folder)
    with pytest.raises(LedgerError):
        Ledger(folder, trail.signer)


def test_a_disk_that_is_full_changes_nothing(ledger, folder, monkeypatch, trail):
    before = (folder / "checkpoints.jsonl").read_bytes()

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("proxy.audit.ledger.os.pwrite", full)
    with pytest.raises(OSError, match="No space"):
        ledger.sign(LEAVES[:1], [head(10)], TIME)
    monkeypatch.undo()
    assert (folder / "checkpoints.jsonl").read_bytes() == before
    assert ledger.sign(LEAVES[:1], [head(10)], TIME).size == 10
    assert Ledger(folder, trail.signer).size == 10

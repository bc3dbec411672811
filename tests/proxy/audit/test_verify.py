"""Every way to change an audit folder is found, and named where it was done."""

import json
import shutil
import tracemalloc

import orjson
import pytest

from proxy.audit import upkeep
from proxy.audit.chain import first_link, link
from proxy.audit.settings import AuditSettings
from proxy.audit.tombstone import bury
from proxy.audit.verify import Problem, told, verify
from proxy.audit.writer import AuditWriter


@pytest.fixture
def signed(trail):
    """Two writers, three checkpoints, everything signed."""
    a = trail.write(*range(1, 5), slot="0")
    trail.sign()
    b = trail.write(*range(1, 7), slot="1", segment_bytes=400)
    trail.sign()
    c = trail.write(upkeep.stop(), slot="supervisor")
    trail.sign()
    return trail, a, b, c


def test_what_nobody_touched_is_clean(signed):
    trail, *_ = signed
    result = verify(trail.folder, trail.verifier)
    assert result.problems == []
    assert (result.records, result.chains, result.checkpoints, result.signed, result.unsigned) == (11, 3, 3, 11, 0)


def test_what_is_not_signed_yet_is_counted_and_held_by_its_chain(signed):
    trail, *_ = signed
    chain = trail.write(1, 2, 3, slot="2")
    assert verify(trail.folder, trail.verifier).unsigned == 3
    trail.edit(trail.file(chain), lambda lines: [lines[0], lines[1].replace(b'"records":2', b'"records":9'), lines[2]])
    assert trail.problems() == [f"{chain} record 3: names another hash for record 2: one of the two was changed"]


def test_an_edited_record_is_named(signed):
    trail, a, *_ = signed
    trail.edit(trail.file(a), lambda lines: [lines[0], lines[1].replace(b'"records":2', b'"records":9'), *lines[2:]])
    assert trail.problems() == [f"{a} record 2: is not what was signed: it was changed"]


def test_an_edited_last_record_is_named_too(signed):
    trail, a, *_ = signed
    trail.edit(trail.file(a), lambda lines: [*lines[:-1], lines[-1].replace(b'"records":4', b'"records":9')])
    assert trail.problems() == [f"{a} record 4: is not what was signed: it was changed"]


def test_a_deleted_record_is_named(signed):
    trail, a, *_ = signed
    trail.edit(trail.file(a), lambda lines: [lines[0], *lines[2:]])
    assert trail.problems() == [f"{a} record 2: is missing: it was signed"]


def test_records_that_changed_places_are_named(signed):
    trail, a, *_ = signed
    trail.edit(trail.file(a), lambda lines: [lines[0], lines[2], lines[1], lines[3]])
    assert f"{a} record 2: stands after record 3: moved or repeated" in trail.problems()


def test_a_repeated_record_is_named(signed):
    trail, a, *_ = signed
    trail.edit(trail.file(a), lambda lines: [*lines, lines[1]])
    assert trail.problems() == [f"{a} record 2: stands after record 4: moved or repeated"]


@pytest.mark.parametrize("whole", [True, False], ids=["at a line", "inside a line"])
def test_a_chain_that_was_cut_off_says_where(signed, whole):
    trail, a, *_ = signed
    path = trail.file(a)
    kept = b"".join(path.read_bytes().splitlines(keepends=True)[:2])
    path.write_bytes(kept if whole else kept + b'{"act')
    assert trail.problems() == [f"{a} record 3: and what followed it is gone: the chain was cut off"]


def test_a_file_that_is_gone_from_the_middle_is_named_by_its_records(signed):
    trail, _, b, _ = signed
    files = len(list(trail.folder.glob(f"{b}*")))
    assert files > 2
    gone = [json.loads(line)["seq"] for line in trail.file(b, 1).read_bytes().splitlines()]
    trail.file(b, 1).unlink()
    where = f"record {gone[0]}" if len(gone) == 1 else f"records {gone[0]} to {gone[-1]}"
    assert trail.problems() == [f"{b} {where}: is missing: it was signed"]


def test_all_files_of_a_writer_are_missed(signed):
    trail, _, b, _ = signed
    for path in trail.folder.glob(f"{b}*"):
        path.unlink()
    assert trail.problems() == [f"{b}: was signed, but its files are gone"]


def test_a_record_of_another_chain_is_named(signed):
    trail, a, b, _ = signed
    stranger = trail.file(b).read_bytes().splitlines(keepends=True)[1]
    trail.edit(trail.file(a), lambda lines: [lines[0], stranger, *lines[2:]])
    assert trail.problems() == [f"{a} record 2: is not what was signed: it was changed"]


def test_a_missing_checkpoint_file_is_missed(signed):
    trail, *_ = signed
    (trail.folder / "checkpoints.jsonl").unlink()
    assert "checkpoints.jsonl: is missing; 11 records are signed by nobody" in trail.problems()
    (trail.state / "audit.checkpoint").unlink()
    assert trail.problems() == ["checkpoints.jsonl: is missing; 11 records are signed by nobody"]


def test_a_checkpoint_that_was_taken_out_or_changed_is_missed(signed):
    trail, *_ = signed
    path = trail.folder / "checkpoints.jsonl"
    whole = path.read_bytes()
    trail.edit(path, lambda lines: [lines[0], lines[2]])
    assert "checkpoints.jsonl: line 2: a checkpoint before it is missing" in trail.problems()
    path.write_bytes(whole.replace(b"chain n-0", b"chain n-9", 1))
    assert "checkpoints.jsonl: line 1: the signature is wrong" in trail.problems()


def test_an_older_copy_of_the_folder_shows(signed):
    trail, *_ = signed
    shutil.copytree(trail.folder, trail.state / "copy")
    trail.write(1, 2, 3, slot="2")
    trail.sign()
    carried = (trail.folder / "checkpoints.jsonl").read_bytes().splitlines()[-1]
    shutil.rmtree(trail.folder)
    (trail.state / "copy").rename(trail.folder)
    [problem] = trail.problems()
    assert problem.startswith("audit.checkpoint: 14 records were signed by 20")
    assert problem.endswith("the folder is an older copy or was written anew (it has 11 signed)")
    (trail.state / "audit.checkpoint").unlink()
    assert any(line.startswith("the given checkpoint: 14 records were signed") for line in trail.problems(carried))


def rechained(chain, lines):
    before, made = first_link(chain), []
    for number, line in enumerate(lines, 1):
        record = orjson.loads(line)
        record |= {"seq": number, "chain": {"prev": before}}
        made.append(orjson.dumps(record, option=orjson.OPT_SORT_KEYS))
        before = link(made[-1])
    return [line + b"\n" for line in made]


def test_a_chain_that_was_written_anew_without_the_key_is_found_record_by_record(signed):
    trail, a, *_ = signed
    trail.edit(trail.file(a), lambda lines: rechained(a, [lines[0], *lines[2:]]))
    assert trail.problems() == [
        f"{a} records 2 to 3: is not what was signed: it was changed",
        f"{a} record 4: and what followed it is gone: the chain was cut off",
    ]


def test_without_leaves_the_checkpoint_still_says_between_which_records(signed):
    trail, a, *_ = signed
    trail.edit(
        trail.file(a), lambda lines: rechained(a, [lines[0].replace(b'"records":1', b'"records":9'), *lines[1:]])
    )
    (trail.folder / "leaves.bin").unlink()
    leaves, where = trail.problems()
    assert leaves == "leaves.bin: does not fit the signed root: it was changed or is missing"
    assert where.endswith(f"is not what is there: {a} records 1 to 4")


def test_everything_written_anew_with_another_key_is_found(signed, tmp_path):
    trail, *_ = signed
    verifier = trail.verifier
    shutil.rmtree(trail.folder)
    other = type(trail)(tmp_path / "other")
    other.write(1, 2)
    other.notary = type(trail.notary)(other.folder, type(trail.signer)("hushgate/forged", trail.signer.key))
    other.sign()
    assert told(verify(other.folder, verifier).problems)[0] == (
        "checkpoints.jsonl: line 1: the note is not signed by this key"
    )


def test_leaves_that_were_changed_are_told_apart_from_records(signed):
    trail, *_ = signed
    path = trail.folder / "leaves.bin"
    path.write_bytes(bytes(32) + path.read_bytes()[32:])
    assert trail.problems() == ["leaves.bin: does not fit the signed root: it was changed or is missing"]


def test_a_packed_file_that_is_broken_is_named(signed):
    trail, a, *_ = signed
    path = trail.file(a)
    path.with_name(path.name + ".zst").write_bytes(b"\x28\xb5\x2f\xfdbroken")
    path.unlink()
    assert any("is broken and cannot be unpacked" in line or "cut off" in line for line in trail.problems())


def test_records_in_a_row_are_told_in_one_line():
    assert told([Problem("a", 2, "x"), Problem("a", 3, "x"), Problem("a", 5, "x"), Problem("b", 0, "y")]) == [
        "a records 2 to 3: x",
        "a record 5: x",
        "b: y",
    ]


def test_an_erasure_counts_only_when_it_was_signed_itself(signed):
    trail, a, *_ = signed
    trail.write(upkeep.audit_erased(a, 1, 4, "retention"), slot="supervisor")
    trail.file(a).unlink()
    assert trail.problems() == [f"{a}: was signed, but its files are gone"]
    trail.sign()
    result = verify(trail.folder, trail.verifier)
    assert (told(result.problems), result.erased) == ([], 4)


def test_an_erasure_that_was_changed_afterwards_hides_nothing(signed):
    trail, a, *_ = signed
    chain = trail.write(upkeep.audit_erased("n-0-000000000000", 1, 4, "retention"), slot="supervisor")
    trail.sign()
    trail.edit(trail.file(chain), lambda lines: [lines[0].replace(b"n-0-000000000000", a.encode())])
    trail.file(a).unlink()
    assert sorted(trail.problems()) == [
        f"{a}: was signed, but its files are gone",
        f"{chain} record 1: is not what was signed: it was changed",
    ]


def test_a_tombstone_without_a_record_of_it_is_a_fault(signed):
    trail, a, *_ = signed
    trail.edit(trail.file(a), lambda lines: [lines[0], bury(lines[1].rstrip(b"\n"), 2) + b"\n", *lines[2:]])
    assert trail.problems() == [f"{a} record 2: was taken out, and no record says why"]
    trail.write(upkeep.audit_erased(a, 2, 2, "request", "dpo"), slot="cli")
    trail.sign()
    assert trail.problems() == []


def peak(trail, chain_records):
    """Return the most memory that `verify` held at a time, in bytes, and how many records it read."""
    writer = AuditWriter.open(trail.folder, slot="0", settings=AuditSettings(node="n", segment_bytes=128 << 10))
    for done in [writer.append(upkeep.heartbeat(number, 0)) for number in range(chain_records)]:
        done.result(60)
    writer.end()
    trail.sign()
    heard = []
    tracemalloc.start()
    try:
        result = verify(trail.folder, trail.verifier, progress=heard.append)
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert result.problems == []
    assert heard == sorted(heard)
    assert heard[-1] == result.records
    return most, result.records


def test_a_long_trail_takes_no_more_memory_than_a_short_one(tmp_path, trail):
    short, few = peak(type(trail)(tmp_path / "short"), 1_500)
    long, many = peak(type(trail)(tmp_path / "long"), 12_000)
    assert (few, many) == (1_500, 12_000)
    assert long < 2 * short, (short, long)

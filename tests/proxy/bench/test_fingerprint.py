import random
from pathlib import Path

import pytest

from proxy.bench import fingerprint
from proxy.bench.effort import Effort

CHANCE = random.Random(1)
CODE = "def area(width, height):\n    return width * height\n\nprint('done', area(2, 3))\n"


def test_operators_change_what_they_say() -> None:
    assert fingerprint.same(CODE, CHANCE) == CODE
    assert fingerprint.renamed(CODE, CHANCE).startswith("def renamed_0(renamed_1, renamed_2):\n    return renamed_1 *")
    assert "  return width" in fingerprint.reformatted(CODE, CHANCE)
    before, after = CODE.splitlines(), fingerprint.edited(CODE, CHANCE).splitlines()
    assert sum(a != b for a, b in zip(before, after, strict=False)) <= 1


def test_windows_are_runs_of_lines_and_the_same_for_a_seed() -> None:
    texts = ["\n".join(f"line number {n}" for n in range(50))]
    taken = fingerprint.windows(texts, 5, 3, random.Random(7))
    assert taken == fingerprint.windows(texts, 5, 3, random.Random(7))
    assert all(window in texts[0] and window.count("\n") == 4 for window in taken)


def test_copies_are_no_negatives() -> None:
    own = "\n".join(f"statement number {n} of ours" for n in range(20))
    other = "\n".join(f"something else {n} entirely" for n in range(20))
    assert fingerprint.uncopied([own], [other, "x\n" + own[100:]]) == [other]


def test_records_are_found_in_the_forms_that_people_write(tmp_path: Path) -> None:
    figures = {f.name: f for f in fingerprint.records(Effort(1, 0.0005), lambda _: None, tmp_path)}
    assert figures["own records, 2 of 4 columns"].met
    assert figures["foreign records taken for ours"].met


def test_parts_that_there_are_not_are_named() -> None:
    with pytest.raises(ValueError, match="there is no part 'x'; there are code, prose, records"):
        list(fingerprint.run(["x"], Effort(), lambda _: None))

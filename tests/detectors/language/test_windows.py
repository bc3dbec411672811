"""Pieces of prose: where they stand, what is left out, and that a long text costs no more than a bounded one."""

import pytest

from detectors.language.windows import LENGTH, MOST, windows


def test_pieces_stand_where_they_say_and_cover_the_text() -> None:
    text = "one two three four five " * 60
    found = list(windows(text))
    assert [start for start, _, _ in found[1:]] == [end for _, end, _ in found[:-1]]
    assert (found[0][0], found[-1][1]) == (0, len(text))
    assert all(end - start <= LENGTH for start, end, _ in found)
    assert " ".join(prose for _, _, prose in found).split() == text.split()


def test_code_in_fences_and_addresses_are_no_prose() -> None:
    text = "Look:\n```python\nimport os\n```\nsee https://example.com/a?b=c or a.b@example.com ----====----"
    assert [prose for _, _, prose in windows(text)] == ["Look: see or"]


def test_an_open_fence_goes_on_to_the_end() -> None:
    assert [prose for _, _, prose in windows("Look:\n~~~\nimport os")] == ["Look:"]


def test_a_text_without_blanks_is_cut_all_the_same() -> None:
    assert sum(len(prose) for _, _, prose in windows("契約" * 400)) == 800


def test_a_long_text_is_sampled_from_its_beginning_to_its_end() -> None:
    text = "many words " * 100_000
    found = list(windows(text))
    assert len(found) == MOST
    assert found[0][0] == 0
    assert len(text) - found[-1][1] < LENGTH


@pytest.mark.parametrize("sign", ["a", "@", "`", "~~~\n", "```\n", " ", "\n", "https://", "é", "契"])
def test_a_hostile_megabyte_ends(sign: str) -> None:
    assert len(list(windows(sign * (1_000_000 // len(sign))))) <= MOST


def test_nothing_has_no_pieces() -> None:
    assert list(windows("")) == list(windows(" \n")) == []

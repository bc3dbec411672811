import pytest

from detectors.code import fences
from detectors.code.fences import KNOWN, PROSE, UNNAMED, read_fences


def read(text):
    marked = [n for n, line in enumerate(text.split("\n")) if line.strip().startswith(("```", "~~~"))]
    return [(f.first, f.last, f.language, f.bonus) for f in read_fences(text, marked)]


def test_a_named_fence_says_its_language():
    assert read("a\n```py\nx = 1\n```\nb") == [(1, 3, "python", KNOWN)]


def test_an_unnamed_fence_says_little():
    assert read("```\nx\n```") == [(0, 2, "", UNNAMED)]


@pytest.mark.parametrize("info", ["text", "markdown", "output", "txt"])
def test_a_fence_of_prose_says_that_it_is_no_code(info):
    assert read(f"```{info}\nhello\n```") == [(0, 2, "", PROSE)]


@pytest.mark.parametrize(("info", "language"), [("json", "json"), ("log", "log"), ("csv", "csv")])
def test_data_and_logs_are_no_code_either(info, language):
    assert read(f"```{info}\n1\n```") == [(0, 2, language, PROSE)]


@pytest.mark.parametrize("info", ["C++", "cpp title=main.cc", "{.cpp}", "  cpp  "])
def test_info_strings_come_in_many_forms(info):
    assert read(f"```{info}\nx\n```") == [(0, 2, "cpp", KNOWN)]


def test_an_unknown_name_says_no_more_than_none():
    assert read("```frobnicate\nx\n```") == [(0, 2, "", UNNAMED)]


def test_two_blocks():
    assert [f[:3] for f in read("```js\na\n```\n\n~~~sql\nb\n~~~")] == [(0, 2, "javascript"), (4, 6, "sql")]


def test_a_longer_fence_holds_shorter_ones():
    assert [f[:2] for f in read("````\n```\nx\n```\n````")] == [(0, 4)]


def test_a_fence_that_is_never_closed_holds_nothing():
    assert read("```python\nx = 1\n") == []


def test_a_named_fence_begins_anew_where_the_one_before_was_not_closed():
    assert [f[:3] for f in read("```js\na\n```sql\nb\n```")] == [(2, 4, "sql")]


def test_indented_fences_count():
    assert [f[:2] for f in read("- item\n  ```sh\n  ls\n  ```")] == [(1, 3)]


def test_beyond_a_bound_fences_are_not_read(monkeypatch):
    monkeypatch.setattr(fences, "MOST", 4)
    assert len(read("```\nx\n```\n" * 10)) == 2

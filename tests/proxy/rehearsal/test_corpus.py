import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from proxy.rehearsal import corpus
from tests import papers


def test_code_and_documents_below_a_folder_and_nothing_of_others(tmp_path: Path) -> None:
    for name, data in {
        "src/a.py": b"def f(): pass", "plan.docx": papers.docx("the plan"), "node_modules/x.js": b"no", ".git/config": b"no",
        "scan.png": b"\x89PNG\r\n", "b.html": b"<!doctype html><p>a page",
    }.items():  # fmt: skip
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(data)
    (tmp_path / "link").symlink_to("/etc")
    found = {text.name: (text.text, text.code, text.problem) for text in corpus.texts([tmp_path])}
    assert found == {
        "src/a.py": ("def f(): pass", True, ""), "plan.docx": ("the plan", False, ""), "scan.png": ("", False, "media"),
        "b.html": ("a page", False, ""),
    }  # fmt: skip


@pytest.mark.parametrize("mark", [",", ";", "\t"], ids=["comma", "semicolon", "tab"])
def test_rows_of_a_csv_file(tmp_path: Path, mark: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f'\ufeffname{mark}mail{mark}town\n"Bell, Ann"{mark}a@b.c{mark}Bern\nBob{mark}b@b.c\n')
    columns, rows = corpus.csv_rows(path, ["mail", "name"])
    assert (columns, list(rows)) == (["mail", "name"], [["a@b.c", "Bell, Ann"], ["b@b.c", "Bob"]])
    assert list(corpus.csv_rows(path, [])[1])[1] == ["Bob", "b@b.c", ""]


def test_rows_of_a_query_on_a_file_that_is_only_read(tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite"
    with closing(sqlite3.connect(path)) as made, made:
        made.execute("create table c (name, mail, age)")
        made.execute("insert into c values ('Ann', null, 7)")
    columns, rows = corpus.query_rows(path, "select name, mail, age from c", ["age", "mail"])
    assert (columns, list(rows)) == (["age", "mail"], [["7", ""]])
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        corpus.query_rows(path, "delete from c", [])


def test_what_is_not_there_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("name,mail\nx,y\n")
    with pytest.raises(ValueError, match="no column 'phone'; there are name, mail"):
        corpus.csv_rows(path, ["phone"])
    with pytest.raises(ValueError, match="there is no database"):
        corpus.query_rows(tmp_path / "gone", "select 1", [])
    assert not (tmp_path / "gone").exists()

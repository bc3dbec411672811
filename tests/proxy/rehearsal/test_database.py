import sys
from contextlib import suppress

import pytest
import sqlalchemy

from proxy.rehearsal import database
from proxy.rehearsal.database import DatabaseError, is_url, rows

QUERY = "select name, email, born from customer order by id"


@pytest.fixture(params=["sqlite", "duckdb"])
def url(request, tmp_path):
    address = f"{request.param}:///{tmp_path}/crm.{request.param}"
    engine = sqlalchemy.create_engine(address)
    with engine.begin() as connection:
        connection.execute(sqlalchemy.text("create table customer (id integer, name text, email text, born date)"))
        for number in range(3):
            connection.execute(
                sqlalchemy.text("insert into customer values (:n, :name, :mail, null)"),
                {"n": number, "name": f"Kim {number}", "mail": f"kim{number}@acme.de"},
            )
    engine.dispose()
    return address


def test_every_engine_gives_its_rows(url):
    head, values = rows(url, QUERY, ["email", "born"])
    assert head == ["email", "born"]
    assert list(values) == [[f"kim{number}@acme.de", ""] for number in range(3)]


def test_nothing_is_changed(url):
    with suppress(DatabaseError):  # DuckDB answers with the number of rows
        list(rows(url, "delete from customer", [])[1])
    assert len(list(rows(url, QUERY, [])[1])) == 3


@pytest.mark.parametrize(
    ("query", "columns", "problem"),
    [("select * from nothing", [], "the query failed"), (QUERY, ["phone"], "no column 'phone'; there are name, email")],
)
def test_a_mistake_is_said_without_rows(url, query, columns, problem):
    with pytest.raises(DatabaseError, match=problem):
        rows(url, query, columns)


def test_a_url_without_a_driver_says_what_to_install():
    with pytest.raises(DatabaseError) as caught:
        rows("klingon://user:hunter2hunter2@host/db", QUERY, [])
    assert "klingon" in str(caught.value)
    assert "hunter2" not in str(caught.value) + caught.value.hint


def test_without_the_extra_it_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "sqlalchemy", None)
    with pytest.raises(DatabaseError) as caught:
        database.rows("postgresql://host/db", QUERY, [])
    assert "hushgate[sql]" in caught.value.hint


def test_a_path_is_no_url():
    assert is_url("postgresql+psycopg://host/db")
    assert not is_url("crm.sqlite")
    assert not is_url("/srv/a:b/crm.db")

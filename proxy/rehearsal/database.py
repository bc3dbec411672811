"""The URL of a database and a query in, the rows out, by whatever driver SQLAlchemy finds for the URL.

SQLAlchemy is the extra `sql`; a driver (psycopg, PyMySQL, oracledb, duckdb-engine …) is the deployment's. A SQLite file
needs neither: `corpus.query_rows`. The query runs in a transaction that is rolled back, read-only where the database
knows that; an account that may only read is the better fence.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

_AT_ONCE = 1000


class DatabaseError(ValueError):
    """The database cannot be asked. Its text names no password and no row; `hint` says what to do."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


def is_url(database: str) -> bool:
    """Tell whether `database` is a URL (RFC 3986) rather than the path of a file."""
    scheme, sign, _ = database.partition("://")
    return bool(sign) and scheme.replace("+", "").replace("_", "").isalnum()


def rows(url: str, query: str, columns: Sequence[str]) -> tuple[list[str], Iterator[list[str]]]:
    """Return the wanted columns (all where none are named) of a query, and an iterator over the rows' values as text.

    Raises DatabaseError where SQLAlchemy or the driver is missing, the URL is none, the database cannot be reached, the
    query fails or a column is not there.
    """
    engine = _engine(url)
    head = list(_head(engine, query))
    for column in columns:
        if column not in head:
            raise DatabaseError(f"there is no column {column!r}; there are {', '.join(head)}")
    wanted = list(columns) or head
    return wanted, _values(engine, query, [head.index(name) for name in wanted])


def _engine(url: str) -> "Engine":
    try:
        from sqlalchemy import create_engine  # noqa: PLC0415 - an extra
        from sqlalchemy.exc import ArgumentError, NoSuchModuleError  # noqa: PLC0415
    except ImportError:
        raise DatabaseError(
            "databases other than SQLite files need SQLAlchemy", "install the extra: hushgate[sql]"
        ) from None
    try:
        return create_engine(url)
    except NoSuchModuleError:
        raise DatabaseError(
            f"there is no driver for {url.partition('://')[0]}", "install a SQLAlchemy dialect for it"
        ) from None
    except ImportError as error:
        raise DatabaseError(f"the driver is missing: {error.name}", f"pip install {error.name}") from None
    except (ArgumentError, ValueError):
        raise DatabaseError(
            "the address of the database is no URL", "such as postgresql+psycopg://user@host/name"
        ) from None


def _connected(engine: "Engine") -> "Connection":
    options: dict[str, object] = {"stream_results": True}
    if engine.dialect.name == "postgresql":
        options["postgresql_readonly"] = True
    return engine.connect().execution_options(**options)


def _head(engine: "Engine", query: str) -> Sequence[str]:
    from sqlalchemy import text  # noqa: PLC0415
    from sqlalchemy.exc import SQLAlchemyError  # noqa: PLC0415

    try:
        with _connected(engine) as connection:
            return list(connection.execute(text(query)).keys())
    except SQLAlchemyError as error:
        raise DatabaseError(
            f"the query failed: {type(error).__name__}", "try it with the database's own client"
        ) from None


def _values(engine: "Engine", query: str, places: Sequence[int]) -> Iterator[list[str]]:
    from sqlalchemy import text  # noqa: PLC0415
    from sqlalchemy.exc import SQLAlchemyError  # noqa: PLC0415

    try:
        with _connected(engine) as connection:
            for row in connection.execute(text(query)).yield_per(_AT_ONCE):
                yield ["" if row[place] is None else str(row[place]) for place in places]
    except SQLAlchemyError as error:
        raise DatabaseError(f"the query failed: {type(error).__name__}") from None
    finally:
        engine.dispose()

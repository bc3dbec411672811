"""`hushgate fingerprint`: indexes of own code, documents and records; built, listed, asked."""

import argparse
import json
import re
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from proxy.cli.voice import Failure, complain, note

if TYPE_CHECKING:
    from detectors.fingerprint.store import Index

_EPILOG = """examples:
  hushgate fingerprint build src/payments --name payments --public .venv/lib
  hushgate fingerprint build plans/ --name board
  hushgate fingerprint build --csv customers.csv --primary email,phone --name customers
  hushgate fingerprint build --database crm.sqlite --query 'select name, email, phone from customer' \\
      --primary email,phone --name customers
  hushgate fingerprint build --database postgresql+psycopg://reader@db/crm --query 'select …' --primary email
  hushgate fingerprint list
  pbpaste | hushgate fingerprint query -

A rule asks for them with `documents: [payments/*]` and `entities: [DOCUMENT, EXACT_DATA]`."""
_NAME = re.compile(r"[A-Za-z0-9][\w.-]{0,63}", re.ASCII)


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the verb."""
    parser = subparsers.add_parser(
        "fingerprint",
        help="index own code, documents and records, so that pieces of them are recognised",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    whats = parser.add_subparsers(title="verbs", dest="what", metavar="VERB", required=True)
    build = whats.add_parser("build", help="make an index, or make it anew")
    build.add_argument("paths", nargs="*", type=Path, metavar="PATH", help="files and folders of code and documents")
    build.add_argument("--name", help="what the index is called (default: the name of the first path)")
    build.add_argument("--public", action="append", type=Path, default=[], metavar="PATH",
                       help="code that is not yours (dependencies): what stands there identifies nothing")  # fmt: skip
    build.add_argument("--csv", type=Path, metavar="FILE", help="records instead: a CSV file with a head line")
    build.add_argument("--database", metavar="FILE|URL",
                       help="records instead: a SQLite file or (extra sql) a SQLAlchemy URL; and --query")  # fmt: skip
    build.add_argument("--query", metavar="SQL", help="the query whose rows are the records")
    build.add_argument("--columns", type=_list, default=[], metavar="A,B", help="columns to index (default: all)")
    build.add_argument("--primary", type=_list, default=[], metavar="A,B",
                       help="columns that can identify a record: mail addresses, numbers, never names")  # fmt: skip
    build.add_argument("--need", type=int, default=2, metavar="N", help="columns of a record that make a match (2)")
    show = whats.add_parser("list", help="show the indexes")
    ask = whats.add_parser("query", help="tell which documents and records a text comes from; 1 where there are any")
    ask.add_argument("file", nargs="?", default="-", metavar="FILE", help="text or document; - is standard input")
    for each in (build, show, ask):
        each.add_argument("--state", type=Path, default=Path("var"), metavar="DIR", help="state folder (default: var)")
    for each in (show, ask):
        each.add_argument("--json", action="store_true", help="for machines")
    parser.set_defaults(func=run)


def _list(text: str) -> list[str]:
    return [item.strip() for item in text.split(",") if item.strip()]


def run(args: argparse.Namespace) -> int:
    """Do it."""
    from proxy.keys import KeysError, open_index_key

    try:
        key = open_index_key(args.state)
    except (KeysError, OSError) as error:
        raise Failure(str(error), getattr(error, "hint", "")) from None
    if args.what == "build":
        return _build(args, key)
    indexes = _indexes(args.state, key)
    return _show(indexes, as_json=args.json) if args.what == "list" else _query(args, indexes, key)


def _indexes(state: Path, key: bytes) -> "list[Index]":
    from detectors.fingerprint.location import files
    from detectors.fingerprint.store import BadIndex, load

    found = []
    for path in files((state / "index",)):
        try:
            found.append(load(path, key))
        except BadIndex as error:
            complain(str(error))
    return found


def _build(args: argparse.Namespace, key: bytes) -> int:
    import sqlite3

    records = args.csv or args.database
    if bool(args.paths) == bool(records) or (args.csv and args.database) or (bool(args.database) != bool(args.query)):
        raise Failure("name either files and folders, or --csv FILE, or --database FILE with --query SQL", _EPILOG)
    first = Path(records.rpartition("/")[2] if isinstance(records, str) else records or args.paths[0].resolve())
    name = args.name or first.stem or "index"
    if not _NAME.fullmatch(name):
        raise Failure(f"{name!r} cannot be the name of an index", "use letters, digits, dot, dash and underline")
    folder = args.state / "index"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    started = time.monotonic()
    try:
        told = _records(args, name, folder, key) if records else _documents(args, name, folder, key)
    except (ValueError, OSError, sqlite3.Error) as error:
        hint = getattr(error, "hint", "") or "nothing was changed"
        raise Failure(f"the index cannot be built: {error}", hint) from None
    note(f"index {name}: {told} in {time.monotonic() - started:.1f} s; a running proxy takes it over by itself")
    return 0


def _documents(args: argparse.Namespace, name: str, folder: Path, key: bytes) -> str:
    from detectors.fingerprint.documents import CODE, PROSE, Builder
    from detectors.fingerprint.location import SUFFIX
    from detectors.fingerprint.store import save
    from proxy.rehearsal import corpus

    builder = Builder(key)
    for found in corpus.texts(args.paths):
        if found.problem:
            complain(f"not all of {found.name} could be read: {found.problem}")
        if found.text:
            builder.add(found.name, found.text, CODE if found.code else PROSE)
    for found in corpus.texts(args.public):
        builder.subtract(found.text, CODE if found.code else PROSE)
    if not builder.names:
        raise ValueError("there is no text in what was named")
    arrays = builder.arrays()
    save(folder / f"{name}{SUFFIX}", "documents", {"documents": builder.names}, arrays, key)
    prints = sum(len(array) for field, array in arrays.items() if field.endswith(".keys"))
    return f"{len(builder.names)} documents, {prints} fingerprints"


def _records(args: argparse.Namespace, name: str, folder: Path, key: bytes) -> str:
    from detectors.fingerprint import table
    from detectors.fingerprint.location import SUFFIX
    from detectors.fingerprint.store import save
    from proxy.rehearsal import corpus, database

    if args.csv:
        columns, rows = corpus.csv_rows(args.csv, args.columns)
    elif database.is_url(args.database):
        columns, rows = database.rows(args.database, args.query, args.columns)
    else:
        columns, rows = corpus.query_rows(Path(args.database), args.query, args.columns)
    described = table.described(columns, args.primary, args.need)
    arrays, count = table.arrays(rows, key)
    if not count:
        raise ValueError("there is no row")
    save(folder / f"{name}{SUFFIX}", "table", {**described, "rows": count}, arrays, key)
    return f"{count} records of {len(columns)} columns"


def _show(indexes: "list[Index]", *, as_json: bool) -> int:
    rows: list[dict[str, Any]] = [
        {"name": index.name, "kind": index.kind, "revision": index.revision,
         "documents": len(index.note.get("documents", ())), "rows": index.note.get("rows", 0)}
        for index in indexes
    ]  # fmt: skip
    if as_json:
        print(json.dumps(rows, indent=1))
        return 0
    for row in rows:
        size = f"{row['documents']} documents" if row["kind"] == "documents" else f"{row['rows']} records"
        print(f"{row['name']:<24} {row['kind']:<10} {size:<20} {row['revision']}")
    if not rows:
        note("there is no index yet: hushgate fingerprint build PATH…")
    return 0


def _query(args: argparse.Namespace, indexes: "list[Index]", key: bytes) -> int:
    from detectors.base import File, Source
    from detectors.documents.reader import read
    from detectors.finding import no_digest
    from detectors.fingerprint.detector import FingerprintDetector

    try:
        data = sys.stdin.buffer.read() if args.file == "-" else Path(args.file).read_bytes()
    except OSError as error:
        raise Failure(f"cannot read {args.file}: {error.strerror}") from None
    opened = read(File(data, "", Path(args.file).suffix[1:].lower()), float("inf"), time.monotonic)
    if opened.unread:
        complain(f"not all of {args.file} could be read: {', '.join(opened.unread)}")
    found = list(FingerprintDetector(indexes, key).detect(Source(opened.text), no_digest))
    rows = [
        {"entity": f.entity, "source": f.source, "overlap": f.overlap, "score": f.score, "start": f.start, "end": f.end}
        for f in found
    ]
    if args.json:
        print(json.dumps(rows, indent=1))
    else:
        for row in rows:
            place = f"{row['start']}-{row['end']}"
            whole = "columns of a record" if row["entity"] == "EXACT_DATA" else "text"
            print(f"{row['entity']:<11} {row['source']:<40} {row['overlap']:.0%} of the {whole}, {place}")
    return 2 if opened.unread else int(bool(found))

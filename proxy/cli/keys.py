"""`hushgate keys`: virtual keys, which clients hold instead of a vendor's; made, listed, revoked."""

import argparse
import getpass
import json
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from proxy.cli.voice import Failure, note


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the verb."""
    parser = subparsers.add_parser(
        "keys",
        help="give clients keys of the proxy's instead of a vendor's",
        epilog="example:\n  hushgate keys add --name payments --service openai-api --user ci < vendor-key.txt\n"
        "  hushgate keys list\n  hushgate keys revoke k1a2b3c4",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    whats = parser.add_subparsers(title="verbs", dest="what", metavar="VERB", required=True)
    add = whats.add_parser("add", help="read a vendor's key from standard input, print a virtual one, once")
    know = whats.add_parser("know", help="keep a keyed hash of a vendor's key: whose accounts are corporate")
    for each in (add, know):
        each.add_argument("--name", required=True, help="what people and services.yaml call it")
        each.add_argument("--service", required=True, help="the service of the catalogue that it opens")
    add.add_argument("--user", default="", help="only for this user; clients without an identity become that user")
    add.add_argument("--group", action="append", default=[], help="only for members of this group; may be repeated")
    add.add_argument("--expires", default="", metavar="DATE", help="YYYY-MM-DD, up to and including that day (UTC)")
    show = whats.add_parser("list", help="show the keys, never their text")
    show.add_argument("--json", action="store_true", help="for machines")
    revoke = whats.add_parser("revoke", help="end a key, at once where a proxy runs")
    revoke.add_argument("id", metavar="ID", help="as `list` shows it")
    for each in (add, know, show, revoke):
        each.add_argument("--state", type=Path, default=Path("var"), metavar="DIR", help="state folder (default: var)")
    parser.set_defaults(func=run)


def run(args: argparse.Namespace) -> int:
    """Do it."""
    from proxy.judging.virtualkeys import FILE, read
    from proxy.keys import KeysError, open_keys

    try:
        secret = open_keys(args.state).value
    except KeysError as error:
        raise Failure(str(error), error.hint) from None
    path = args.state / "keys" / FILE
    try:
        vault = read(path.read_text(encoding="utf-8") if path.exists() else "", secret)
    except (ValueError, TypeError, KeyError):
        raise Failure(f"{path} is not a file of keys", "restore it from your backup") from None
    if args.what == "list":
        return _list([_shown(entry) for entry in vault.entries], as_json=args.json)
    if args.what == "revoke":
        return _revoke(args.id, path, list(vault.entries))
    return _add(args, path, list(vault.entries), vault.fingerprint)


def _add(args, path, entries, fingerprint) -> int:  # type: ignore[no-untyped-def]
    from proxy.catalogue.catalogue import load
    from proxy.judging.virtualkeys import make, write

    if load().service(args.service) is None:
        note(f"{args.service} is not in the shipped catalogue; services.yaml must name it")
    vendor_key = (getpass.getpass("vendor's key: ") if sys.stdin.isatty() else sys.stdin.readline()).strip()
    if not vendor_key or not vendor_key.isprintable() or " " in vendor_key:
        raise Failure("no key came on standard input", "hushgate keys add … < file-with-the-key")
    if any(entry.name == args.name and not entry.revoked for entry in entries):
        raise Failure(f"there is a key called {args.name} already", "choose another name, or revoke that one")
    more: dict[str, object] = {}
    if args.what == "add":
        more = {"user": args.user, "groups": tuple(args.group), "expires": _expiry(args.expires)}
    text, entry = make(args.name, args.service, vendor_key, **more)
    if args.what == "know":
        entry = replace(entry, digest="", vendor_key="", known=fingerprint(vendor_key))
    write(path, [*entries, entry])
    note(f"{entry.id} {entry.name}: a running proxy takes it up within a second")
    if args.what == "add":
        note("this is the only time that the key is shown")
        print(text)
    return 0


def _expiry(date: str) -> str:
    if not date:
        return ""
    try:
        day = datetime.strptime(date, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        raise Failure(f"{date} is not a date", "write YYYY-MM-DD") from None
    return day.replace(hour=23, minute=59, second=59).isoformat()


def _revoke(id: str, path: Path, entries: list) -> int:  # type: ignore[type-arg]
    from proxy.judging.virtualkeys import write

    if not any(entry.id == id and not entry.revoked for entry in entries):
        raise Failure(f"there is no key {id} that could be revoked", "hushgate keys list shows them")
    now = datetime.now(UTC).isoformat(timespec="seconds")
    write(path, [replace(e, revoked=now, vendor_key="") if e.id == id else e for e in entries])
    note(f"{id} is revoked; a running proxy knows within a second")
    return 0


def _shown(entry) -> dict[str, str]:  # type: ignore[no-untyped-def]
    now = datetime.now(UTC)
    state = "revoked" if entry.revoked else "live" if entry.live(now) else "expired"
    holder = entry.user or ", ".join(entry.groups) or "anybody"
    kind = "virtual" if entry.digest else "known"
    return {"id": entry.id, "name": entry.name, "service": entry.service, "kind": kind, "for": holder, "state": state,
            "created": entry.created, "expires": entry.expires}  # fmt: skip


def _list(rows: list[dict[str, str]], *, as_json: bool) -> int:
    if as_json:
        print(json.dumps(rows))
        return 0
    columns = ("id", "name", "service", "kind", "for", "state", "expires")
    table = [dict(zip(columns, columns, strict=True)), *rows]
    widths = {column: max(len(row[column]) for row in table) for column in columns}
    for row in table:
        print("  ".join(row[column].ljust(widths[column]) for column in columns).rstrip())
    return 0

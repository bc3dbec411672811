"""`hushgate audit search`: questions in, lines of the audit trail out."""

import argparse
import getpass
import json
import sys
from collections import deque
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from proxy.cli.audit_verify import audit_folder
from proxy.cli.voice import Failure, note

if TYPE_CHECKING:
    from proxy.audit.search import Query
    from proxy.audit.value import Asked

_EXAMPLES = """examples:
  hushgate audit search --state var --last 10
  hushgate audit search --state var --since 24h --action block --json
  hushgate audit search --state var --event 01KAR4V3W0QJ8Z7S1C5N2M6XTP   # the reference that a user was shown
  hushgate audit search --state var --value             # was this value ever sent? asks for it, stores it nowhere
"""
_ASKED = ("user", "service", "rule", "entity", "action", "type", "event")
_HELP = {
    "user": "who sent it",
    "service": "service id, for example openai-api",
    "rule": "id of a rule that was enforced or would have been",
    "entity": "what was found, for example EMAIL_ADDRESS",
    "action": "allow, monitor, redact or block",
    "type": "type of the record: decision, outcome, policy_reload, …",
    "event": "event id",
}


def register(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the verb."""
    search = verbs.add_parser(
        "search",
        help="show the records that match, oldest first",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_question(search)
    search.add_argument("--last", type=int, metavar="N", help="only the newest N")
    search.add_argument("--json", action="store_true", help="whole records, one a line")
    search.set_defaults(func=run)


def add_question(parser: argparse.ArgumentParser) -> None:
    """Add what can be asked for; `asked` reads it."""
    parser.add_argument("--state", type=Path, default=Path("var"), metavar="DIR", help="state folder (default: var)")
    for name in _ASKED:
        parser.add_argument(f"--{name}", default="", metavar=name.upper(), help=_HELP[name])
    for name in ("since", "until"):
        parser.add_argument(f"--{name}", default="", metavar="TIME", help="90m, 24h, 7d, or a time in ISO 8601")
    parser.add_argument("--value", action="store_true", help="ask for a value, at a prompt or from standard input")


def asked(args: argparse.Namespace) -> "Query":
    """Return the question. Raises Failure where a time is none, or the value cannot be asked for."""
    from proxy.audit.search import Query, moment

    times = {}
    for name in ("since", "until"):
        text = getattr(args, name)
        try:
            times[name] = moment(text) if text else ""
        except ValueError:
            raise Failure(f"--{name}: {text!r} is no time", "write 90m, 24h, 7d or 2026-11-23T15:00") from None
    value = _value(args.state) if args.value else None
    return Query(**{name: getattr(args, name) for name in _ASKED}, **times, value=value)


def _value(state: Path) -> "Asked":
    """Ask for a value without showing it: it is hashed, and neither stored nor an argument that others could see."""
    from proxy.audit.record import KEY
    from proxy.audit.value import Asked

    path = state / "keys" / f"value.{KEY}"
    try:
        key = path.read_bytes()
    except OSError as error:
        raise Failure(f"{path} cannot be read: {error.strerror}", "ask as the user that runs hushgate") from None
    text = getpass.getpass("value (not shown): ") if sys.stdin.isatty() else sys.stdin.readline()
    if not text.strip():
        raise Failure("no value was given", "type it at the prompt, or pipe one line into the command")
    return Asked(text, key, KEY)


def run(args: argparse.Namespace) -> int:
    """Print what matches; with --value 1 where nothing does. Raises Failure where there is no trail."""
    from proxy.audit.search import search

    folder, query = audit_folder(args.state), asked(args)
    shown = 0
    doubtful: list[str] = []
    try:
        found = search(folder, query, args.last) if query.value is None else _known(folder, query, args.last, doubtful)
        for record in found:
            shown += 1
            print(json.dumps(record, ensure_ascii=False, separators=(",", ":")) if args.json else describe(record))
    except OSError as error:
        raise Failure(f"{error.filename or error} cannot be read", "ask as the user that runs hushgate") from None
    if doubtful:
        note(f"{len(doubtful)} more records found more different values than they hold hashes of, "
             f"so it may have been in them: {', '.join(doubtful[:5])}{' …' if len(doubtful) > 5 else ''}")  # fmt: skip
    return 1 if args.value and not shown else 0


def _known(folder: Path, query: "Query", last: int | None, doubtful: list[str]) -> Iterator[dict[str, Any]]:
    """Yield the records that know the value; note the events of those that cannot tell."""
    from proxy.audit.search import search

    value = query.value
    if value is None:
        return
    found: deque[dict[str, Any]] = deque(maxlen=last)
    for record in search(folder, replace(query, value=None)):
        if value.known_to(record):
            found.append(record)
        elif value.unsure(record):
            doubtful.append(record["id"])
    yield from found


def describe(record: dict[str, Any]) -> str:
    """Return one line for a person: time, event id, type, and what matters of it."""
    told = [record["ts"][:19] + "Z", record["id"], record["type"]]
    app, who = record.get("app", {}), record.get("who", {})
    told += [f"service={app['id']}"] if app.get("id") else [f"host={app['host']}"] if app.get("host") else []
    told += [f"user={who.get('user') or who['ip']}"] if who else []
    told += _decided(record)
    for name in ("action", "reason", "status", "good", "count"):
        told += [f"{name}={record[name]}"] if name in record else []
    return "  ".join(map(str, told))


def _decided(record: dict[str, Any]) -> list[str]:
    if "decision" not in record:
        return []
    decided, facts = record["decision"], record["facts"]
    told = [f"action={decided['action']}"]
    found = ",".join(f"{row['entity']}x{row['count']}" for row in facts["findings"])
    for name, words in (("rules", decided["rules"]), ("would", (decided.get("would") or {}).get("rules", ()))):
        told += [f"{name}=" + ",".join(rule["id"] for rule in words)] if words else []
    told += [f"found={found}"] if found else []
    told += ["unknown=" + ",".join(facts["unknown"])] if facts["unknown"] else []
    told += [f"replaced={decided['replaced']}"] if decided["replaced"] else []
    return told

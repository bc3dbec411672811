"""`hushgate audit evidence`: reviewers' keys made and trusted; what was sealed, opened by two of them together."""

import argparse
import getpass
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from proxy.cli.audit_entry import enter
from proxy.cli.audit_verify import audit_folder
from proxy.cli.voice import Failure, note

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

    from proxy.evidence.reviewers import Panel

_EXAMPLES = """Evidence is off until two reviewers are trusted. Passphrases are asked for; where standard input is
no terminal, each is one line of it.

examples:
  hushgate audit evidence key alice                                   # each reviewer, on their own machine
  hushgate audit evidence trust alice.pub bob.pub --days 30           # whoever runs the proxy
  hushgate audit evidence open 01KAR4V3W0QJ8Z7S1C5N2M6XTP --key alice.key --key bob.key --why 'case 4711'
"""


def register(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the verb."""
    parser = verbs.add_parser(
        "evidence",
        help="read what a finding was, two reviewers together",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    whats = parser.add_subparsers(dest="what", metavar="VERB", required=True)
    key = whats.add_parser("key", help="make a reviewer's pair of keys: NAME.key (private) and NAME.pub")
    key.add_argument("name", metavar="NAME", help="who it is for")
    key.add_argument("--out", type=Path, default=Path(), metavar="DIR", help="folder for the two files (here)")
    trust = whats.add_parser("trust", help="seal for these reviewers from now on; at once where a proxy runs")
    trust.add_argument("files", nargs="*", type=Path, metavar="FILE.pub", help="public keys; none: evidence off")
    trust.add_argument("--days", type=int, metavar="N", help="keep evidence for so many days (30)")
    listing = whats.add_parser("list", help="show the reviewers")
    opening = whats.add_parser("open", help="show what was sealed; the opening is written down first")
    opening.add_argument("event", metavar="EVENT", help="event id, the reference of a refusal")
    opening.add_argument("--key", action="append", default=[], type=Path, metavar="FILE", help="twice: a private key")
    opening.add_argument("--why", required=True, metavar="TEXT", help="stands in the audit log")
    for each in (trust, listing, opening):
        each.add_argument("--state", type=Path, default=Path("var"), metavar="DIR", help="state folder (default: var)")
    for each in (listing, opening):
        each.add_argument("--json", action="store_true", help="for machines: one object")
    parser.set_defaults(func=run)


def run(args: argparse.Namespace) -> int:
    """Do it. Raises Failure."""
    from proxy.evidence.reviewers import ReviewerError

    try:
        return {"key": _key, "trust": _trust, "list": _list, "open": _open}[args.what](args)
    except ReviewerError as error:
        raise Failure(str(error)) from None
    except OSError as error:
        raise Failure(f"{error.filename or error}: {error.strerror or 'cannot be used'}") from None


def _key(args: argparse.Namespace) -> int:
    from proxy.evidence.reviewers import make
    from proxy.keys import write_secret

    private, public = args.out / f"{args.name}.key", args.out / f"{args.name}.pub"
    if private.exists() or public.exists():
        raise Failure(f"{private} or {public} is there already", "take another name or another --out")
    passphrase = _passphrase(f"passphrase for {args.name}: ")
    if len(passphrase) < 8:
        raise Failure("a passphrase has eight characters or more")
    if sys.stdin.isatty() and _passphrase("once more: ") != passphrase:
        raise Failure("these are two different passphrases")
    reviewer, pem = make(args.name, passphrase)
    write_secret(private, pem)
    public.write_text(f"{reviewer}\n", encoding="ascii")
    note(f"{private} stays with {args.name}; {public} goes to whoever runs the proxy (audit evidence trust)")
    return 0


def _trust(args: argparse.Namespace) -> int:
    from proxy.evidence.reviewers import DAYS, Panel, ReviewerError, panel, read_reviewer, write_panel

    if args.days is not None and args.days < 1:
        raise ReviewerError("--days is a number above 0")
    days = args.days or _panel(args.state).days or DAYS
    reviewers = [read_reviewer(path.read_text(encoding="ascii", errors="replace")) for path in args.files]
    new = panel(reviewers, days) if reviewers else Panel(days=days)
    write_panel(args.state, new)
    if new.on:
        names = ", ".join(each.name for each in reviewers)
        note(f"evidence is sealed for {names}, any two of them, and kept for {days} days")
    else:
        note("evidence is off; what was sealed stays until its days are over")
    return 0


def _list(args: argparse.Namespace) -> int:
    panel = _panel(args.state)
    if args.json:
        rows = [{"name": each.name, "id": each.id} for each in panel.reviewers]
        print(json.dumps({"on": panel.on, "days": panel.days, "reviewers": rows}))
        return 0
    for each in panel.reviewers:
        print(f"{each.id}  {each.name}")
    note(f"evidence is {'on' if panel.on else 'off'}, kept for {panel.days} days")
    return 0


def _open(args: argparse.Namespace) -> int:
    from proxy.audit import upkeep
    from proxy.audit.search import Query, search
    from proxy.evidence.sealing import SealError, named, unseal
    from proxy.evidence.shelf import Shelf

    folder = audit_folder(args.state)
    if len(args.key) != 2:
        raise Failure("two reviewers open evidence together", "--key alice.key --key bob.key")
    try:
        box = Shelf(args.state).get(args.event)
    except FileNotFoundError as error:
        raise Failure(str(error), "it is kept for requests that a rule matched, for as long as `list` says") from None
    except ValueError as error:
        raise Failure(str(error), "name the reference of a refusal") from None
    keys = [_private(path) for path in args.key]
    names = named(box, keys)
    try:
        told = next((r.get("evidence") for r in search(folder, Query(type="decision", event=args.event))), None)
        text = unseal(_recorded(box, told), args.event, *keys)
    except SealError as error:
        enter(folder, upkeep.evidence_access(args.event, by=names, why=args.why, opened=False))
        raise Failure(f"the evidence does not open: {error}", code=1) from None
    enter(folder, upkeep.evidence_access(args.event, by=names, why=args.why, opened=True))
    if told is None:
        note("the trail holds no record of this event that names this evidence")
    print(text.decode() if args.json else _shown(json.loads(text)))
    return 0


def _recorded(box: bytes, told: str | None) -> bytes:
    """Return a box that is what the record of its event says. Raises SealError."""
    from proxy.evidence.keeper import digest
    from proxy.evidence.sealing import SealError

    if told is not None and told != digest(box):
        raise SealError("it is not what the record of the event says: it was put in another's place")
    return box


def _shown(evidence: dict[str, list[dict[str, object]]]) -> str:
    lines = []
    for row in evidence["findings"]:
        lines.append(f"{row['entity']}  {row['score']}  {row['where']}")
        cut = " [cut]" if row["cut"] else ""
        lines.append("  " + repr(f"{row['before']}>>>{row['value']}<<<{cut}{row['after']}")[1:-1])
    return "\n".join(lines)


def _private(path: Path) -> "X25519PrivateKey":
    from proxy.evidence.reviewers import ReviewerError, read_private

    pem = path.read_bytes()
    try:
        return read_private(pem, _passphrase(f"passphrase of {os.fspath(path)}: "))
    except ReviewerError as error:
        raise ReviewerError(f"{path}: {error}") from None


def _panel(state: Path) -> "Panel":
    from proxy.evidence.reviewers import panel_of, read_panel

    return read_panel(panel_of(state))


def _passphrase(prompt: str) -> bytes:
    text = getpass.getpass(prompt) if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    return text.encode()

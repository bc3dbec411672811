"""`hushgate audit erase`: a person in, their records and evidence out of the trail; it still proves itself."""

import argparse
import json
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

from proxy.cli.audit_entry import enter, operator
from proxy.cli.audit_verify import audit_folder
from proxy.cli.voice import Failure, note

if TYPE_CHECKING:
    from proxy.audit.erasure import Found

_EPILOG = """Every record that names the person is replaced by its hashes; `audit verify` stays clean and counts it as
erased. That it was done, by whom and which numbers, is in the trail; who it was is not. Evidence of the same
events goes too. Copies that were shipped elsewhere are not reached.

example:
  hushgate audit erase --user alice@example.com          # how many records there are
  hushgate audit erase --user alice@example.com --yes
"""
_PATIENCE = 900.0  # seconds for the running proxy to sign


def register(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the verb."""
    parser = verbs.add_parser(
        "erase",
        help="take one person's records out (GDPR Art. 17)",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    whom = parser.add_mutually_exclusive_group(required=True)
    whom.add_argument("--user", default="", metavar="USER", help="as records name them: audit search --user")
    whom.add_argument("--ip", default="", metavar="ADDRESS", help="the client address, where there is no user")
    parser.add_argument("--yes", action="store_true", help="do it; without: only count")
    parser.add_argument("--state", type=Path, default=Path("var"), metavar="DIR", help="state folder (default: var)")
    parser.set_defaults(func=run)


def run(args: argparse.Namespace) -> int:
    """Erase, or count; 0 where nothing of the person is left to erase. Raises Failure."""
    from proxy.audit import erasure

    folder = audit_folder(args.state)
    try:
        if args.yes:
            erasure.make_good(folder)
        found = erasure.find(folder, args.user, args.ip)
        print(f"{found.count} records of {len(found.events)} events in {len(found.numbers)} chains")
        if not found.count:
            return 0
        if not args.yes:
            note("nothing was erased; --yes does it")
            return 1
        _write_down(args.state, found)
        buried = erasure.bury(folder, found.numbers)
        boxes = _evidence(args.state, found)
        left = erasure.find(folder, args.user, args.ip).count
    except OSError as error:
        raise Failure(f"{error.filename or folder}: {error.strerror or error}", "ask as hushgate's own user") from None
    print(f"erased {buried} records and {boxes} pieces of evidence")
    if left:
        note(f"{left} records were added meanwhile: erase again")
    return 1 if left else 0


def _write_down(state: Path, found: "Found") -> None:
    """Have the erasure in the trail, and signed. Raises Failure, OSError."""
    from proxy.audit import upkeep
    from proxy.audit.erasure import stretches

    by = operator()
    told = [
        upkeep.audit_erased(chain, first, last, "request", by)
        for chain, numbers in found.numbers.items()
        for first, last in stretches(numbers)
    ]
    wanted = {chain: max(numbers) for chain, numbers in found.numbers.items()}
    wanted[enter(state / "audit", *told)] = len(told)
    if _served(state):
        note("waiting for the proxy to sign that")
        deadline = time.monotonic() + _PATIENCE
        while not _signed(state, wanted):
            if time.monotonic() > deadline:
                raise Failure("the proxy does not sign; nothing was erased", "see its log, and audit_checkpoint")
            time.sleep(0.5)
    else:
        _sign(state)


def _sign(state: Path) -> None:
    """Sign as the proxy would, which does not run. Raises Failure, OSError."""
    from proxy.audit.ledger import LedgerError
    from proxy.audit.notary import Notary
    from proxy.audit.signing import open_signer
    from proxy.keys import KeysError

    try:
        Notary(state / "audit", open_signer(state)).look()
    except (LedgerError, KeysError) as error:
        raise Failure(f"{error}; nothing was erased", error.hint) from None


def _signed(state: Path, wanted: dict[str, int]) -> bool:
    """Tell whether checkpoints cover chains up to these records. Raises Failure, OSError."""
    from proxy.audit.ledger import signed_to
    from proxy.audit.note import NoteError
    from proxy.audit.signing import find_verifier

    try:
        reached = signed_to(state / "audit", find_verifier(state))
    except NoteError as error:
        raise Failure(f"{error}; nothing was erased", "hushgate audit verify") from None
    return all(reached.get(chain, 0) >= number for chain, number in wanted.items())


def _served(state: Path) -> bool:
    """Tell whether a proxy runs on this state folder, which then is the one who signs."""
    try:
        os.kill(int(json.loads((state / "run.json").read_text(encoding="utf-8"))["pid"]), 0)
    except (OSError, ValueError, KeyError):
        return False
    return True


def _evidence(state: Path, found: "Found") -> int:
    from proxy.evidence.shelf import Shelf

    shelf = Shelf(state)
    return sum(shelf.remove(event) for event in found.events)

"""`hushgate audit verify` and `audit prove`: an audit folder in, what is wrong with it, or a proof of a record out."""

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from proxy.cli.voice import Failure, note, paint

if TYPE_CHECKING:
    from proxy.audit.note import Verifier
    from proxy.audit.verify import Result

_VERIFY = """What is checked: every checkpoint's signature and its link to the one before, every record against its leaf
in the signed tree, every chain's numbers and links, and the newest checkpoint beside the folder.
An auditor brings the key (`hushgate audit verify --key`, printed by every run) and a checkpoint of an earlier day.

examples:
  hushgate audit verify --state var
  hushgate audit verify --state copy --key hushgate/4c1f…+9a0b…+AZ… --checkpoint last-week.jsonl
"""
_PROVE = """examples:
  hushgate audit prove 01KAR4V3W0QJ8Z7S1C5N2M6XTP > proof.json     # the newest record of the event that is signed
  hushgate audit prove --check proof.json --key hushgate/4c1f…+9a0b…+AZ…
"""


def register(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the two verbs."""
    raw = argparse.RawDescriptionHelpFormatter
    verify = verbs.add_parser("verify", help="find what was changed, and where", epilog=_VERIFY, formatter_class=raw)
    prove = verbs.add_parser("prove", help="prove one record without the others", epilog=_PROVE, formatter_class=raw)
    for parser in (verify, prove):
        parser.add_argument("--state", type=Path, default=Path("var"), metavar="DIR", help="state folder (var)")
        parser.add_argument("--key", default="", metavar="KEY", help="key to check with, or a file (the state's own)")
    verify.add_argument("--checkpoint", type=Path, metavar="FILE", help="a line of checkpoints.jsonl kept elsewhere")
    verify.add_argument("--json", action="store_true", help="for machines: one object")
    verify.set_defaults(func=run_verify)
    prove.add_argument("event", nargs="?", default="", metavar="EVENT", help="event id, the reference of a refusal")
    prove.add_argument("--check", type=Path, metavar="FILE", help="check a proof instead, - for standard input")
    prove.set_defaults(func=run_prove)


def run_verify(args: argparse.Namespace) -> int:
    """Print what is wrong; 1 where something is. Raises Failure where there is no trail or no key."""
    from proxy.audit.verify import verify

    folder = audit_folder(args.state)
    verifier = _verifier(args)
    try:
        carried = args.checkpoint.read_bytes() if args.checkpoint else None
        result = verify(folder, verifier, carried, _progress)
    except OSError as error:
        raise Failure(f"{error.filename}: {error.strerror or error}", "ask as the user that runs hushgate") from None
    print(_json(result, verifier) if args.json else _text(result, verifier))
    return 1 if result.problems else 0


def run_prove(args: argparse.Namespace) -> int:
    """Print a proof, or check one; 1 where it does not hold. Raises Failure."""
    from proxy.audit.proof import ProofError, check, places, prove

    verifier = _verifier(args)
    try:
        if args.check:
            text = sys.stdin.read() if str(args.check) == "-" else args.check.read_text(encoding="utf-8")
            record = check(json.loads(text), verifier)
            note(f"{paint('proven', 'green', sys.stderr)}: this record is among those that {verifier.name} signed")
            print(json.dumps(record, ensure_ascii=False, separators=(",", ":")))
            return 0
        found = places(audit_folder(args.state), args.event) if args.event else []
        if not found:
            raise Failure("there is no record of this event", "name the reference of a refusal: audit prove EVENT")
        decisions = [place for place in found if b'"type":"decision"' in place.line]
        print(json.dumps(prove(audit_folder(args.state), (decisions or found)[-1], verifier), indent=1))
    except (ProofError, ValueError) as error:
        raise Failure(str(error), code=1) from None
    except OSError as error:
        raise Failure(f"{error.filename}: {error.strerror or error}") from None
    return 0


def _progress(records: int) -> None:
    """Show a person who waits how far it is."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{records} records read\x1b[K\r")
        sys.stderr.flush()


def audit_folder(state: Path) -> Path:
    """Return the audit folder of a state folder. Raises Failure where there is none."""
    folder = state / "audit"
    if not folder.is_dir():
        raise Failure(f"there is no audit trail in {state}", "name the state folder of `serve` with --state DIR")
    return folder


def _verifier(args: argparse.Namespace) -> "Verifier":
    from proxy.audit.note import NoteError
    from proxy.audit.signing import find_verifier

    try:
        return find_verifier(args.state, args.key)
    except NoteError as error:
        raise Failure(f"--key: {error}", "audit verify prints the key of a state folder") from None
    except OSError as error:
        hint = "give the key with --key: NAME+KEYID+BASE64, or a file that holds it"
        raise Failure(f"{error.filename} cannot be read", hint) from None


def _text(result: "Result", verifier: "Verifier") -> str:
    from proxy.audit.verify import told

    lines = [f"{paint('wrong', 'red')}  {line}" for line in told(result.problems)]
    newest = f", the last of {result.newest.time[:19]}Z" if result.newest else ""
    lines.append(f"{result.records} records in {result.chains} chains; {result.checkpoints} checkpoints{newest}")
    lines.append(f"signed {result.signed}, erased {result.erased}, not signed yet {result.unsigned}")
    lines.append(f"key {verifier}")
    if not result.problems:
        lines.append(f"{paint('clean', 'green')}: nothing was changed, moved or taken out")
    return "\n".join(lines)


def _json(result: "Result", verifier: "Verifier") -> str:
    problems = [{"where": p.where, "record": p.number or None, "what": p.what} for p in result.problems]
    counts = {name: getattr(result, name) for name in ("records", "chains", "checkpoints", "signed", "erased")}
    newest = result.newest.time if result.newest else None
    return json.dumps(
        {"clean": not problems, **counts, "unsigned": result.unsigned, "newest": newest, "key": str(verifier),
         "problems": problems}, indent=1,
    )  # fmt: skip

"""`hushgate ca`: make the certificate authority, show it, say how it is trusted."""

import argparse
import json
from pathlib import Path

from proxy.cli.voice import Failure


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the verb."""
    parser = subparsers.add_parser(
        "ca",
        help="make and show the certificate authority that clients must trust",
        epilog="example:\n  hushgate ca init --state var\n  hushgate ca show --state var --json",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("what", choices=("init", "show"), help="init: make it if there is none; show: print it")
    parser.add_argument("--state", type=Path, default=Path("var"), metavar="DIR", help="state folder (default: var)")
    parser.add_argument("--json", action="store_true", help="for machines")
    parser.set_defaults(func=run)


def run(args: argparse.Namespace) -> int:
    """Make or show the authority."""
    from proxy.ca.authority import AuthorityError, open_authority

    if args.what == "show" and not (args.state / "ca" / "ca.pem").exists():
        raise Failure(f"there is no certificate authority in {args.state}", "hushgate ca init makes one")
    try:
        authority = open_authority(args.state)
    except AuthorityError as error:
        raise Failure(str(error), error.hint) from None
    path = args.state / "ca" / "ca.pem"
    if args.json:
        print(
            json.dumps(
                {"file": str(path), "sha256": authority.fingerprint, "not_after": authority.not_after.isoformat()}
            )
        )
    else:
        print(f"certificate  {path}\nsha256       {authority.fingerprint}\nexpires      {authority.not_after:%Y-%m-%d}")
        print("trust it     docs/trusting-the-ca.md")
    return 0

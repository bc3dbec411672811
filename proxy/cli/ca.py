"""`hushgate ca`: make the certificate authority, show it, put another in its place."""

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from proxy.cli.voice import Failure, note

if TYPE_CHECKING:
    from proxy.ca.authority import Authority

_EPILOG = """example:
  hushgate ca init --state var --constrain-to-catalogue
  hushgate ca show --state var --json
  hushgate ca rotate --state var            # make the next one; have clients trust it (/ca.pem serves both)
  hushgate ca rotate --state var --commit   # put it in force, then: kill -USR2 <pid of serve>
  hushgate ca rotate --state var --forget   # stop handing out the old one"""


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the verb."""
    parser = subparsers.add_parser(
        "ca",
        help="make, show and rotate the certificate authority that clients must trust",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("what", choices=("init", "show", "rotate"), help="init: if there is none; rotate: in two steps")
    parser.add_argument("--state", type=Path, default=Path("var"), metavar="DIR", help="state folder (default: var)")
    parser.add_argument(
        "--constrain-to-catalogue",
        action="store_true",
        help="bind a new authority to the domains of the catalogue (RFC 5280, name constraints)",
    )
    parser.add_argument("--pkcs11", metavar="URI", help="init: the key is in a token (RFC 7512), and stays there")
    parser.add_argument("--services", type=Path, metavar="FILE", help="services.yaml whose hosts belong to it too")
    parser.add_argument("--config", type=Path, metavar="FILE", help="settings whose services and own_host belong to it")
    step = parser.add_mutually_exclusive_group()
    for name, help_ in (
        ("commit", "rotate: put the next authority in force"),
        ("abandon", "rotate: take the next authority back"),
        ("forget", "rotate: stop handing out the authority before this one"),
    ):
        step.add_argument(f"--{name}", dest="step", action="store_const", const=name, default="prepare", help=help_)
    parser.add_argument("--json", action="store_true", help="for machines")
    parser.set_defaults(func=run)


def run(args: argparse.Namespace) -> int:
    """Make, show or rotate the authority."""
    from proxy.ca.authority import AuthorityError

    if args.what != "init" and not (args.state / "ca" / "ca.pem").exists():
        raise Failure(f"there is no certificate authority in {args.state}", "hushgate ca init makes one")
    try:
        authority = _rotate(args) if args.what == "rotate" else _open(args)
    except AuthorityError as error:
        raise Failure(str(error), error.hint) from None
    except OSError as error:
        raise Failure(f"{error.filename}: {error.strerror}", "run it as the user that hushgate runs as") from None
    _print(authority, args.state / "ca" / "ca.pem", as_json=args.json)
    return 0


def _open(args: argparse.Namespace) -> "Authority":
    from proxy.ca.authority import open_authority

    if args.pkcs11 and (args.what != "init" or (args.state / "ca" / "ca.pem").exists()):
        raise Failure("--pkcs11 names the key of a new authority", "hushgate ca init makes one where there is none")
    domains = () if args.what == "show" else _domains(args)
    if domains and (args.state / "ca" / "ca.pem").exists():
        raise Failure("there is an authority already", "hushgate ca rotate --constrain-to-catalogue makes the next one")
    return open_authority(args.state, domains, args.pkcs11 or "")


def _rotate(args: argparse.Namespace) -> "Authority":
    from proxy.ca import rotation
    from proxy.ca.authority import open_authority

    if args.step == "prepare":
        made = rotation.prepare(args.state, _domains(args))
        note("the next authority is made; let clients trust it, then: hushgate ca rotate --commit")
        return made
    if args.step == "commit":
        made = rotation.commit(args.state)
        note("the next authority is in force; running proxies take it over with SIGUSR2 or a restart")
        return made
    steps: dict[str, Callable[[Path], None]] = {"abandon": rotation.abandon, "forget": rotation.forget}
    steps[args.step](args.state)
    return open_authority(args.state)


def _domains(args: argparse.Namespace) -> list[str]:
    if not args.constrain_to_catalogue:
        return []
    from proxy.ca.rotation import constraints
    from proxy.catalogue.assembly import CatalogueError
    from proxy.catalogue.catalogue import load
    from proxy.config import ConfigError
    from proxy.config import load as load_config

    try:
        config = load_config({}, args.config)
        extra = tuple(map(Path, config.catalogue))
        catalogue = load(extra, args.services or config.services, config.switch_on)
        return constraints((*catalogue.hosts(), config.own_host))
    except ConfigError as error:
        raise Failure(str(error), error.hint) from None
    except CatalogueError as error:
        raise Failure("the catalogue cannot be used", str(error)) from None


def _print(authority: "Authority", path: Path, *, as_json: bool) -> None:
    if as_json:
        value = {"file": str(path), "sha256": authority.fingerprint, "not_after": authority.not_after.isoformat()}
        print(json.dumps(value))
        return
    print(f"certificate  {path}\nsha256       {authority.fingerprint}\nexpires      {authority.not_after:%Y-%m-%d}")
    print("trust it     docs/trusting-the-ca.md")

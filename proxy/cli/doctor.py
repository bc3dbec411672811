"""`hushgate doctor`: looks for the usual causes when something does not work."""

import argparse
import json
import socket
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from proxy.cli.serve import add_settings, configured
from proxy.cli.voice import paint
from proxy.config import Config, split_address


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one check; `hint` says what to do where it is not ok."""

    check: str
    ok: bool
    detail: str
    hint: str = ""


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the verb."""
    parser = subparsers.add_parser(
        "doctor",
        help="check installation, configuration, keys, ports and policy",
        epilog="example:\n  hushgate doctor --config /etc/hushgate/config.yaml",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_settings(parser)
    parser.add_argument("--json", action="store_true", help="for machines")
    parser.set_defaults(func=run)


def run(args: argparse.Namespace) -> int:
    """Run every check; 1 where one fails."""
    config = configured(args)
    findings = [finding for check in CHECKS for finding in check(config)]
    if args.json:
        print(json.dumps([asdict(finding) for finding in findings], indent=1))
    else:
        for finding in findings:
            mark = paint("ok   ", "green") if finding.ok else paint("wrong", "red")
            print(f"{mark}  {finding.check:14} {finding.detail}")
            if not finding.ok and finding.hint:
                print(f"       {'':14} hint: {finding.hint}")
    return 0 if all(finding.ok for finding in findings) else 1


def _python(_: Config) -> Iterator[Finding]:
    fit = (3, 12) <= sys.version_info[:2] < (3, 14)
    yield Finding("python", fit, sys.version.split()[0], "use Python 3.12 or 3.13: make run PYTHON=python3.13")


def _packages(_: Config) -> Iterator[Finding]:
    from proxy.installation import InstallationError, check

    try:
        check()
    except InstallationError as error:
        yield Finding("packages", False, str(error), error.hint)
    else:
        yield Finding("packages", True, "proxy, detectors, policies and addons are ours")


def _state(config: Config) -> Iterator[Finding]:
    from proxy.keys import KeysError, open_keys

    if not config.state.exists():
        yield Finding("state", True, f"{config.state} is made at the first start")
        return
    try:
        open_keys(config.state)
    except KeysError as error:
        yield Finding("keys", False, str(error), error.hint)
    except OSError as error:
        yield Finding("keys", False, f"{config.state}: {error.strerror}", "run as the user that owns the state folder")
    else:
        yield Finding("keys", True, f"{config.state}/keys")


def _ports(config: Config) -> Iterator[Finding]:
    for name in ("listen", "admin"):
        address = str(getattr(config, name))
        host, port = split_address(address)
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError as error:
                yield Finding(name, False, f"{address}: {error.strerror}", "is hushgate running already?")
            else:
                yield Finding(name, True, f"{address} is free")


def _policy(config: Config) -> Iterator[Finding]:
    from proxy.supervisor.files import SnapshotError, prepare

    try:
        prepared = prepare(config, ())
    except SnapshotError as error:
        yield Finding("policy", False, error.problems[0], "hushgate policy check names every problem")
    else:
        yield Finding("policy", True, prepared.snapshot.policy.revision)


def _roots(config: Config) -> Iterator[Finding]:
    import ssl

    store = ssl.get_default_verify_paths().cafile
    found = bool(store) and Path(str(store)).is_file()
    yield Finding("upstream roots", True, str(store) if found else "the system has no store: certifi's is used")
    if config.upstream_ca is not None:
        ok = config.upstream_ca.is_file()
        yield Finding("upstream ca", ok, str(config.upstream_ca), "the file does not exist")


def _landlock(config: Config) -> Iterator[Finding]:
    from proxy import landlock

    kept = landlock.can_keep(config.state / "keys")
    detail = f"workers are kept out by Landlock {landlock.version()}" if kept else "only file permissions guard them"
    yield Finding("private keys", True, detail)


CHECKS: tuple[Callable[[Config], Iterator[Finding]], ...] = (
    _python, _packages, _state, _landlock, _ports, _policy, _roots
)  # fmt: skip

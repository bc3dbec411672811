"""`hushgate serve`: run the proxy until it is told to stop."""

import argparse
import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from proxy.cli.voice import Failure, note, paint
from proxy.config import SETTINGS, Config, ConfigError, load

if TYPE_CHECKING:
    from proxy.supervisor.arbiter import Arbiter

_EPILOG = """example:
  hushgate serve --policies pack:monitor-only
  curl -x http://127.0.0.1:8080 --cacert var/ca/ca.pem https://api.openai.com/v1/models

SIGHUP reloads policies, services and detector rules (so does changing a file), SIGUSR2 lets the program that is on
disk now take over without dropping a stream (after an upgrade, say), SIGTERM drains and stops.
Every setting may also stand in --config FILE or in the environment as HUSHGATE_<NAME>; see docs/configuration.md."""


def add_settings(parser: argparse.ArgumentParser) -> None:
    """Add --config and a flag for every setting that is one."""
    parser.add_argument("--config", metavar="FILE", type=Path, help="settings in YAML")
    for setting in SETTINGS:
        if setting.flag:
            parser.add_argument(
                f"--{setting.name.replace('_', '-')}",
                dest=setting.name,
                action="append" if setting.kind == "list" else "store",
                metavar=setting.kind.upper(),
                help=setting.help + ("" if "default:" in setting.help else f" (default: {_shown(setting.default)})"),
            )


def _shown(default: object) -> str:
    if isinstance(default, tuple):
        return ", ".join(map(str, default)) or "none"
    return "none" if default is None else str(default)


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the verb."""
    parser = subparsers.add_parser(
        "serve", help="run the proxy", epilog=_EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_settings(parser)
    parser.add_argument("--preflight", action="store_true", help=argparse.SUPPRESS)  # proxy/supervisor/preflight.py
    parser.add_argument("--handover", type=int, help=argparse.SUPPRESS)  # proxy/supervisor/handover.py
    parser.set_defaults(func=run)


def configured(args: argparse.Namespace) -> Config:
    """Return the configuration that the arguments name. Raises Failure."""
    try:
        return load(vars(args), args.config)
    except ConfigError as error:
        raise Failure(str(error), error.hint) from None


def run(args: argparse.Namespace) -> int:
    """Serve until SIGTERM or SIGINT; 2 where it cannot start."""
    config = configured(args)
    from proxy import hardening, logs
    from proxy.audit.ledger import LedgerError
    from proxy.ca.authority import AuthorityError
    from proxy.inspector.launch import LaunchError
    from proxy.keys import KeysError
    from proxy.supervisor import handover, preflight
    from proxy.supervisor.arbiter import Arbiter
    from proxy.supervisor.children import BootError
    from proxy.supervisor.files import SnapshotError

    logs.configure(config.log_level)
    hardening.forbid_core_dumps()
    hardening.return_memory()
    try:
        if args.preflight:
            asyncio.run(preflight.check(config))
            return 0
        left = None if args.handover is None else handover.taken(args.handover)
        asyncio.run(Arbiter(config, left).run(_announce))
    except SnapshotError as error:
        raise Failure("the policy cannot be put in force", "\n".join(error.problems)) from None
    except KeysError as error:
        raise Failure(str(error), error.hint) from None
    except LedgerError as error:
        raise Failure(str(error), error.hint) from None
    except (BootError, LaunchError, AuthorityError, OSError, ValueError) as error:
        raise Failure(getattr(error, "strerror", None) or str(error), _hint(error)) from None
    note("stopped")
    return 0


def _hint(error: Exception) -> str:
    if getattr(error, "hint", ""):
        return str(getattr(error, "hint"))  # noqa: B009 - AuthorityError has one, the others have not
    if "cannot listen" in str(error):
        return "another program uses this port; choose one with --listen and --admin"
    return "hushgate doctor looks for the usual causes"


def _announce(arbiter: "Arbiter") -> None:
    proxy = f"http://{arbiter.listen[0]}:{arbiter.listen[1]}"
    admin = f"http://{arbiter.admin[0]}:{arbiter.admin[1]}"
    note(f"{paint('ready', 'green')}; proxy {proxy}, admin {admin}/metrics, CA {arbiter.ca_path}")
    note(f"try: curl -x {proxy} --cacert {arbiter.ca_path} https://api.openai.com/v1/models")

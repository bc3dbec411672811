"""The command line: finds the verb, runs it, turns errors into `error:` and `hint:` lines and an exit code."""

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import NoReturn

from proxy.cli.voice import Failure, complain
from proxy.config import spare_threads

VERBS = ("serve", "demo", "scan", "explain", "policy", "audit", "ca", "keys", "fingerprint", "top", "doctor", "bench")
"""Every verb is `proxy/cli/<verb>.py` with `register(subparsers)`, which sets `func(args) -> exit code`."""


class _Version(argparse.Action):
    """Prints the version; looks it up only then, since that takes as long as a short verb."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> NoReturn:
        print(f"hushgate {import_module('importlib.metadata').version('hushgate')}")
        parser.exit()


def parser(asked: str = "") -> argparse.ArgumentParser:
    """Return the parser of the whole command line; only of the verb `asked`, where that is one: a quick start."""
    top = argparse.ArgumentParser(
        prog="hushgate",
        description="A forward HTTPS proxy that reads prompts on their way to AI services.",
        epilog="exit codes: 0 ok, 1 findings or failed checks, 2 usage or configuration error",
    )
    top.add_argument("--version", action=_Version, nargs=0, help="print the version")
    top.add_argument(
        "--print-completion", choices=("bash", "zsh", "tcsh"), metavar="SHELL", help="print a completion script"
    )
    verbs = top.add_subparsers(title="verbs", dest="verb", metavar="VERB")
    for verb in (asked,) if asked in VERBS else VERBS:
        import_module(f"proxy.cli.{verb}").register(verbs)
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit code."""
    words = sys.argv[1:] if arguments is None else arguments
    top = parser(words[0] if words else "")
    args = top.parse_args(words)
    if args.print_completion:
        shtab = import_module("shtab")
        print(shtab.complete(top, args.print_completion))
        return 0
    if args.verb is None:
        top.print_help()
        return 2
    spare_threads()
    try:
        code: int = args.func(args)
    except Failure as failure:
        complain(str(failure), failure.hint)
        return failure.code
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    except KeyboardInterrupt:
        return 130
    return code

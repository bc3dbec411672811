"""Inherited descriptors in (control, settings, key, listening sockets), a running zygote out; started by `launch`.

`--keys` is the folder of keys that it gives up the sight of.
"""

import argparse
import signal
import socket
import sys
from collections.abc import Sequence
from pathlib import Path

from proxy import hardening, landlock
from proxy.inspector.settings import from_json
from proxy.inspector.zygote import Zygote


def main(arguments: Sequence[str]) -> int:
    """Run the zygote of `--control FD --settings FD --key FD --listen FD…`; the numbers are of open descriptors."""
    parser = argparse.ArgumentParser(prog="hushgate-inspector")
    for name in ("--control", "--settings", "--key"):
        parser.add_argument(name, type=int, required=True)
    parser.add_argument("--listen", type=int, nargs="+", required=True)
    parser.add_argument("--keys", type=Path)
    given = parser.parse_args(arguments)
    hardening.forbid_core_dumps()
    hardening.return_memory()
    hardening.die_with_parent()
    if given.keys:
        landlock.keep_out_of(given.keys)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal sends it to all; the supervisor decides
    control = socket.socket(fileno=given.control)
    settings = from_json(_drain(given.settings))
    key = _drain(given.key)
    return Zygote(control, [socket.socket(fileno=number) for number in given.listen], settings, key).run()


def _drain(descriptor: int) -> bytes:
    with open(descriptor, "rb") as stream:
        return stream.read()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

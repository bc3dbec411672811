"""A supervisor that ends and one that begins, in one process: what the first leaves to the second.

Rules
1. The process takes the new program (execve(2)): its id stays, and so do its children and every descriptor that is
   named here; all others close. The description itself lies in a memfd, as it holds a key.
2. Signals that would end the program wait from before the exec until the new supervisor listens for them.
"""

import json
import os
import signal
import socket
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from proxy.inspector.retired import Left
from proxy.inspector.retired import read as read_left
from proxy.supervisor.children import Handed

FLAG = "--handover"
SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGUSR2)


@dataclass(frozen=True, slots=True)
class Listening:
    """An address as it stood in the configuration, and the descriptor of what listens there."""

    address: str
    descriptor: int


@dataclass(frozen=True, slots=True)
class Handover:
    """`pieces_key` in hexadecimal digits; `questions` as JSON values."""

    listener: Listening
    admin: Listening
    runtime: str
    pieces_key: str = field(repr=False)
    workers: tuple[Handed, ...]
    generations: tuple[Left, ...]
    questions: dict[str, Any] = field(repr=False)


def possible() -> bool:
    """Tell whether this platform has what a handover needs."""
    return sys.platform == "linux"


def listening(address: str, sock: socket.socket) -> Listening:
    """Let a listening socket outlive the program."""
    sock.set_inheritable(True)
    return Listening(address, sock.fileno())


def replace_program(handover: Handover) -> None:
    """Become the program that is on disk now. Returns never; raises OSError."""
    handle = os.memfd_create("handover", 0)
    with open(handle, "wb", closefd=False) as file:
        file.write(json.dumps(asdict(handover)).encode())
    os.lseek(handle, 0, os.SEEK_SET)
    command = [sys.executable, *arguments(sys.orig_argv[1:]), FLAG, str(handle)]
    os.execv(command[0], command)  # noqa: S606 - our own command line, once more


def arguments(given: Sequence[str]) -> list[str]:
    """Return the arguments of this program as it was first started."""
    kept = list(given)
    while FLAG in kept:
        place = kept.index(FLAG)
        del kept[place : place + 2]
    return kept


def taken(handle: int) -> Handover:
    """Return what was left under a descriptor, which is closed. Raises OSError, ValueError, KeyError, TypeError."""
    with open(handle, "rb") as file:
        told = json.loads(file.read())
    return Handover(
        Listening(**told["listener"]),
        Listening(**told["admin"]),
        told["runtime"],
        told["pieces_key"],
        tuple(Handed(**each) for each in told["workers"]),
        tuple(read_left(told["generations"])),
        told["questions"],
    )


def hold_signals() -> None:
    """Let signals wait (rule 2)."""
    signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)


def hear_signals() -> None:
    """Take the signals that waited."""
    signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)

"""What is written for the next program is what it reads; the whole upgrade runs in tests/proxy/test_upgrade.py."""

import json
import os
import signal
import socket
import threading
from dataclasses import asdict

from proxy.inspector.retired import Left
from proxy.supervisor import handover
from proxy.supervisor.children import Handed
from proxy.supervisor.handover import Handover, Listening, arguments

LEFT = Handover(
    Listening("127.0.0.1:8080", 5),
    Listening("127.0.0.1:8081", 6),
    "/tmp/hushgate-x",
    "00ff",
    (Handed(0, 3, 4711, 7, "eyJ9", 12, leaving=False),),
    (Left(4712, 8, ("/tmp/hushgate-x/a-0",)),),
    {"pending": [], "sent": {}},
)


def test_the_next_program_reads_what_was_left() -> None:
    reading, writing = os.pipe()
    with open(writing, "wb") as file:
        file.write(json.dumps(asdict(LEFT)).encode())
    assert handover.taken(reading) == LEFT


def test_no_key_shows_in_a_traceback() -> None:
    assert "00ff" not in repr(LEFT)


def test_a_command_line_says_once_at_most_what_was_left() -> None:
    assert arguments(["-m", "proxy.cli", "serve", "--handover", "7", "--handover", "9"]) == ["-m", "proxy.cli", "serve"]
    assert arguments(["serve"]) == ["serve"]


def test_what_listens_outlives_the_program() -> None:
    with socket.create_server(("127.0.0.1", 0)) as sock:
        assert not sock.get_inheritable()
        assert handover.listening("127.0.0.1:0", sock) == Listening("127.0.0.1:0", sock.fileno())
        assert sock.get_inheritable()


def test_a_signal_waits_for_whoever_listens_next() -> None:
    heard: list[int] = []
    before = signal.signal(signal.SIGHUP, lambda number, _: heard.append(number))
    try:
        handover.hold_signals()
        signal.pthread_kill(threading.get_ident(), signal.SIGHUP)  # of one thread: others would take it
        assert heard == []
        handover.hear_signals()
        assert heard == [signal.SIGHUP]
    finally:
        handover.hear_signals()
        signal.signal(signal.SIGHUP, before)

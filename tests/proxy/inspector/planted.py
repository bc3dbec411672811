"""Detectors that misbehave when a text asks for it: loaded by a real zygote, never by the test process."""

import os
import signal
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from detectors.base import Cost, Source
from detectors.finding import Digester, Finding
from detectors.load import Settings


def spin() -> None:
    while True:
        pass


def hold_the_gil() -> None:
    print(10**10**8)


def write_a_file() -> None:
    with tempfile.NamedTemporaryFile() as file:
        file.write(b"prompt")
        file.flush()


def fail() -> None:
    raise RuntimeError("CANARY in a traceback")


TROUBLE = {
    "RAISE": fail,
    "SPIN": spin,
    "GIL": hold_the_gil,
    "EXIT": lambda: os._exit(3),
    "KILL": lambda: os.kill(os.getpid(), signal.SIGKILL),
    "QUIT": lambda: __import__("sys").exit(3),
    "FILE": write_a_file,
}


@dataclass(frozen=True)
class Planted:
    """Finds the word `hush`; gets into trouble when the text says so (`WORD-SPIN!`)."""

    name: str
    cost: Cost
    prefix: str = "WORD"
    entities: frozenset[str] = frozenset({"PERSON"})

    def detect(self, source: Source, digest: Digester) -> Iterable[Finding]:
        for word, trouble in TROUBLE.items():
            if f"{self.prefix}-{word}!" in source.text:
                trouble()
        return list(self._find(source.text, digest))

    def _find(self, text: str, digest: Digester) -> Iterator[Finding]:
        start = text.find("hush")
        while start >= 0:
            yield Finding("PERSON", "pii", start, start + 4, 0.9, self.name, digest("PERSON", "hush"))
            start = text.find("hush", start + 4)


def build(settings: Settings) -> tuple[Planted, ...]:
    return (Planted("planted.word@1", "structured"), Planted("planted.name@1", "names", prefix="NAME"))


def broken(settings: Settings) -> tuple[Planted, ...]:
    raise ValueError("rules.yaml:3:1: no such key")


class AlwaysFails(Planted):
    def detect(self, source: Source, digest: Digester) -> Iterable[Finding]:
        raise RuntimeError


def failing(settings: Settings) -> tuple[Planted, ...]:
    return (AlwaysFails("planted.failing@1", "structured"),)

"""Detectors that misbehave on command, planted into a real proxy: one word in a prompt each."""

import os
import re
import signal
from collections.abc import Iterable

from detectors.base import Cost, Source
from detectors.finding import Digester, Finding
from detectors.load import Settings


class Planted:
    """Raises, spins in Python, holds the GIL in C, or kills its process."""

    name = "planted.trap@1"
    cost: Cost = "structured"
    entities = frozenset({"PLANTED"})

    def detect(self, source: Source, digest: Digester) -> Iterable[Finding]:
        if "trap-raise" in source.text:
            raise ValueError(source.text)
        while "trap-spin" in source.text:
            pass
        if "trap-gil" in source.text:
            re.fullmatch("(a+)+b", "a" * 60)
        if "trap-die" in source.text:
            os.kill(os.getpid(), signal.SIGKILL)
        return ()


def build(settings: Settings) -> tuple[Planted, ...]:
    return (Planted(),)

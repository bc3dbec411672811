"""A picture in, the words in it out, where something is installed that reads pictures; else it is unread (`media`).

The extra `ocr` reads them with Tesseract. Another reader goes before it: a package offers one as an entry point of the
group `hushgate.ocr`, a function from the bytes of a picture to its text, which starts no process and keeps nothing.
`build` loads it once, before inspectors are forked.
"""

from collections.abc import Callable
from functools import cache
from importlib.metadata import entry_points
from typing import cast

from detectors.documents import ocr
from detectors.documents.harvest import Harvest, Unreadable

Ocr = Callable[[bytes], str]
GROUP = "hushgate.ocr"


@cache
def installed() -> Ocr | None:
    """Return what reads pictures here; None where nothing does."""
    found = next(iter(entry_points(group=GROUP)), None)
    return None if found is None else cast(Ocr, found.load())


def read(data: bytes, harvest: Harvest) -> None:
    """Take the words of a picture into `harvest`. Raises Unreadable (media) and Exhausted."""
    other = installed()
    tesseract = None if other else _tesseract()
    if other is not None:
        harvest.tick()
        harvest.add(other(data))
    elif tesseract is not None:
        tesseract(data, harvest)
    else:
        raise Unreadable("media")


def readable() -> bool:
    """Tell whether anything here reads pictures."""
    return installed() is not None or _tesseract() is not None


@cache
def _tesseract() -> ocr.Read | None:
    return ocr.reader()

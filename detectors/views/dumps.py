"""A text in, dumps of octets in it out as the text that they hold: `hexdump -C`, `xxd`, `od -t x1`."""

import re
from collections.abc import Iterator

from detectors.views.edit import Edit
from detectors.views.payload import plain

_LINE = re.compile(
    r"(?<!\S)[0-9a-fA-F]{4,8}:?[ \t]{1,2}((?:[0-9a-fA-F]{2}(?:[0-9a-fA-F]{2})?(?:[ ]{1,2}|(?=\r?$))){1,16})"
    r"[^\r\n]{0,72}\r?$",
    re.MULTILINE,
)
_MOST = 16  # octets of a line
_LEAST = 8


def lines(text: str) -> Iterator[Edit]:
    """Yield each run of lines of a dump that holds text."""
    run: list[re.Match[str]] = []
    for match in _LINE.finditer(text):
        if run and match.start() != run[-1].end() + 1:
            yield from _read(run)
            run = []
        run.append(match)
    yield from _read(run)


def _read(run: list[re.Match[str]]) -> Iterator[Edit]:
    data = b"".join(bytes.fromhex(match[1])[:_MOST] for match in run)
    if len(data) >= _LEAST and (read := plain(data)) is not None:
        yield Edit(run[0].start(), run[-1].end(), read, "hex")

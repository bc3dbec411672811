"""A size in, text that is made to be slow to read out: one maker a kind."""

import base64
import gzip
import io
import json
import zipfile
from collections.abc import Callable

Maker = Callable[[int], str]

_CARD = "card 4111111111111111, "


def _repeated(unit: str) -> Maker:
    """Return what repeats `unit` and ends, where an address might, in `@`."""
    return lambda size: (unit * (size // len(unit) + 1))[: size - 1] + "@"


def _base64_tower(size: int) -> str:
    text = _CARD * 40
    while len(text) < size:
        text = base64.b64encode(text.encode()).decode()
    return text[:size]


def _json_tower(size: int) -> str:
    text = f'a "quoted" {_CARD}' * 40
    while len(text) < size:
        text = json.dumps({"text": text, "role": "user"})
    return text[:size]


def _filled(unit: str, size: int) -> str:
    return (unit * (size // len(unit) + 1))[:size]


def _gzip_towers(size: int) -> str:
    data = (_CARD * 100).encode()
    for _ in range(6):
        data = gzip.compress(base64.b64encode(data), mtime=0)
    return _filled(base64.b64encode(data).decode() + " ", size)


def _nested_archives(size: int) -> str:
    data = (_CARD * 20).encode()
    for _ in range(6):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(zipfile.ZipInfo("a.zip"), data)
        data = buffer.getvalue()
    return _filled(base64.b64encode(data).decode() + "\n\n", size)


def _bombs(size: int) -> str:
    return _filled(base64.b64encode(gzip.compress(b"a" * 20 * size, mtime=0)).decode() + " ", size)


_UNITS = {
    "a.a.a.": "a.",
    "a-a-": "a-",
    "digits": "1",
    "1 1 1 ": "1 ",
    "1-1-1-": "1-",
    "cards": "4111111111111111 ",
    "brackets": "[{(",
    "percents": "%41",
    "entities": "&#65;",
    "base64": "QUFB",
    "invisible": "a\u200b",
    "marks": "a\u0301",
    "tag characters": "\U000e0041",
    "lines": "a1\n",
    "tags": "<b>a",
    "table": "ssn,name\n1,2\n",
    "cues": "ssn ",
    "stars": "a*",
    "quotes": '"a"+',
    "escapes": '\\"',
    "addresses": "a@b.co ",
    "words": "one ",
    "one long line": "abcdefgh12",
    "mixed": 'a.b@c-d "x"+"y" %41 &#65; **b** 1-2 one two \\u0041 ',
}

HOSTILE: dict[str, Maker] = {name: _repeated(unit) for name, unit in _UNITS.items()} | {
    "base64 tower": _base64_tower,
    "JSON tower": _json_tower,
    "gzip towers": _gzip_towers,
    "nested archives": _nested_archives,
    "bombs": _bombs,
}
"""Each makes a text of exactly so many characters."""

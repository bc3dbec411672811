"""RTF in, its text out (Rich Text Format 1.9.1), with headers, footers, notes and properties, without pictures."""

import re

from detectors.documents.harvest import Harvest

_TOKEN = re.compile(
    rb"\\([a-zA-Z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z])|([{}])|[\r\n]+|([^\\{}\r\n]+)", re.DOTALL
)
_SKIPPED = frozenset(
    b"fonttbl colortbl stylesheet pict themedata colorschememapping latentstyles datastore listtable listoverridetable "
    b"rsidtbl generator objdata blipuid fontemb fontfile xmlnstbl mmathPr pgptbl revtbl".split()
)
_BREAKS = {b"par": "\n", b"line": "\n", b"row": "\n", b"sect": "\n", b"page": "\n", b"tab": "\t", b"cell": "\t",
           b"emdash": "\u2014", b"endash": "\u2013", b"lquote": "\u2018", b"rquote": "\u2019", b"ldblquote": "\u201c",
           b"rdblquote": "\u201d", b"bullet": "\u2022", b"enspace": " ", b"emspace": " "}  # fmt: skip
_SYMBOLS = {b"~": "\u00a0", b"_": "-", b"-": "", b"\n": "\n", b"\r": "\n", b"{": "{", b"}": "}", b"\\": "\\", b"*": ""}
_GROUPS = 2000


class _Text:
    """The state of a reading: what was said, bytes that wait for their code page, groups that are open."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.waiting = bytearray()
        self.codec = "cp1252"
        self.stack: list[tuple[bool, int]] = []
        self.skip = False
        self.fallback = 1  # characters that stand in for one `\u`
        self.owed = 0

    def settle(self) -> None:
        if self.waiting:
            self.pieces.append(self.waiting.decode(self.codec, "replace"))
            self.waiting.clear()

    def say(self, text: str) -> None:
        if not self.skip:
            self.settle()
            self.pieces.append(text)

    def raw(self, data: bytes) -> None:
        if self.owed:
            taken = min(self.owed, len(data))
            self.owed -= taken
            data = data[taken:]
        if not self.skip:
            self.waiting += data


def read(data: bytes, harvest: Harvest) -> None:
    """Take the text into `harvest`. Raises Exhausted."""
    state = _Text()
    position = 0
    while True:
        token = _TOKEN.search(data, position)
        if token is None:
            break
        harvest.tick()
        position = token.end()
        word, number, code, symbol, brace, plain = token.groups()
        if plain is not None:
            state.raw(plain)
        elif code is not None:
            state.raw(bytes((int(code, 16),)))
        elif brace is not None:
            _brace(state, brace)
        elif symbol is not None:
            state.say(_SYMBOLS.get(symbol, ""))
        elif word is not None:
            position += _word(state, word, int(number) if number else None, harvest)
    state.settle()
    harvest.unpack(len(data))
    harvest.add("".join(state.pieces).encode("utf-16", "surrogatepass").decode("utf-16", "replace"))


def _brace(state: _Text, brace: bytes) -> None:
    state.settle()
    state.owed = 0
    if brace == b"{" and len(state.stack) < _GROUPS:
        state.stack.append((state.skip, state.fallback))
    elif brace == b"}" and state.stack:
        state.skip, state.fallback = state.stack.pop()


def _word(state: _Text, word: bytes, number: int | None, harvest: Harvest) -> int:
    """Obey a control word; return how many bytes behind it are data to pass over."""
    if word in _SKIPPED:
        state.settle()
        state.skip = True
        if word in (b"pict", b"objdata"):
            harvest.miss("media")
    elif word in _BREAKS:
        state.say(_BREAKS[word])
    elif word == b"u" and number is not None:
        state.say(chr(number % 0x10000))
        state.owed = state.fallback
    elif word == b"uc" and number is not None:
        state.fallback = max(0, min(number, 16))
    elif word == b"ansicpg" and number is not None:
        state.codec = _codec(number)
    elif word == b"bin" and number is not None:
        return max(0, number)
    return 0


def _codec(page: int) -> str:
    name = f"cp{page}" if page else "cp1252"
    try:
        b"".decode(name)
    except LookupError:
        return "cp1252"
    return name

"""A text in, the runs in it out that are text in base 16, 32, 64 or 85, or in numbers; and those that are opaque.

Rules
1. A run counts as encoded where it decodes to text (see payload): words, names of variables and hashes do not.
2. A run that is broken over lines is read as one; where that gives nothing, without its last line, then line by line.
3. A run's cost is linear: each alphabet decodes it once, base 85 only where its beginning gives text.
"""

import base64
import binascii
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field

from detectors.views.edit import Edit
from detectors.views.payload import Nature, plain, read

_SHORT = 8  # characters: the least run that is tried where it bears padding
_LEAST = 12
_NUMBER = 19  # digits: a longer run of them is no number of a card or account
_RUN = re.compile(
    r"(?<![A-Za-z0-9+/_-])(?:[A-Za-z0-9+/_-]{12,}+(?:\r?\n[ \t>]{0,16}+[A-Za-z0-9+/_-]{8,}+)*+"
    r"(?:\r?\n[ \t>]{0,16}+[A-Za-z0-9+/_-]{1,7}+(?![A-Za-z0-9+/_-]))?={0,6}|[A-Za-z0-9+/]{8,11}+={1,2})"
)
_BREAK = re.compile(r"\r?\n[ \t>]{0,16}")
_HEX = re.compile(r"(?:0[xX])?((?:[0-9a-fA-F]{2}){6,}+)\Z")
_CHARACTER_DIGITS = re.compile(r"(?:2[0-9a-fA-F]|3[0-9a-fA-F])++\Z")
_BASE32 = re.compile(r"(?:[A-Z2-7]{12,}+|[a-z2-7]{12,}+)={0,6}\Z")
_WORDS = re.compile(r"[A-Z]?[a-z]*+(?:[/_-][A-Z]?[a-z]*+)*+\Z")
_PAIRS = re.compile(
    r"(?<![0-9A-Za-z])(?:0[xX])?[0-9a-fA-F]{2}(?:(?:[ :,-]|, | 0x|,0x|, 0x)[0-9a-fA-F]{2}){7,}+(?![0-9A-Za-z])"
)
_PAIR = re.compile(r"(?<![0-9a-fA-F])(?:0[xX])?([0-9a-fA-F]{2})(?![0-9a-fA-F])")
_NUMBERS = re.compile(
    r"(?:(?:String\.fromCharCode\(|bytes\(\[|\[char\[\]\]\s?\()\s?)?(?<![\w.])"
    r"(\d{2,3}(?:(?:, ?|[ ;:/-])\d{2,3}){7,}+)(?!\w|\.\w)(?:\s?\]?\)(?:\.decode\(\)| -join '')?)?"
)
_DIAL = re.compile(rb"[0-9 +().\-]++\Z")
_BITS = re.compile(r"(?<![01])(?:[01]{8}[ ,]?){5,}[01]{8}(?![01])")
_CALLS = re.compile(r"(?:\bchr?\(\d{2,3}\)[ \t]*[+.&|,]*[ \t]*){4,}+", re.IGNORECASE)
_DENSE = re.compile(r"<~[!-u\sz]{10,}?~>|[!-~]{15,}+")
_SIGNS = re.compile(r"[^A-Za-z0-9_/.:=-]")
_Z85 = str.maketrans(
    "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#",
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~",
)
_UU = re.compile(r"(?:^|(?<=[\s:]))begin [0-7]{3} \S+\r?\n((?:[ -`]{1,61}\r?\n)+)(?:`?\r?\n)?end", re.MULTILINE)
_CALL = re.compile(
    r"(?:\b(?:base64\.)?b64decode|\batob|\[(?:System\.)?Convert\]::FromBase64String|\b(?:base64_decode|from_base64|unhex)"
    r"|\bBase64\.decode64|\bbytes\.fromhex)\(b?[\"'`]\Z",
    re.IGNORECASE,
)
_CALL_END = re.compile(r"[\"'`]\)(?:\.decode\(\))?")
_MIME = re.compile(r"=\?[A-Za-z0-9._-]{2,30}\?[bB]\?([A-Za-z0-9+/=]{4,1000})\?=")


@dataclass(frozen=True, slots=True)
class Opaque:
    """A run that decodes to `data`, which is no text; `name` is its encoding."""

    start: int
    end: int
    name: str
    nature: Nature
    data: bytes = field(repr=False)


@dataclass(slots=True)
class Found:
    """What the encodings of a text gave: edits, and the runs that are no text."""

    edits: list[Edit] = field(default_factory=list)
    opaque: list[Opaque] = field(default_factory=list)

    def take(self, start: int, end: int, name: str, data: bytes, limit: int) -> bool:
        """Note what comes of one run of `data`, encoded as `name`; tell whether it is text."""
        payload = read(data, limit)
        if payload.text is not None:
            self.edits.append(Edit(start, end, payload.text, ":".join((name, *payload.names))))
        elif payload.nature is not Nature.HARMLESS:
            self.opaque.append(Opaque(start, end, name, payload.nature, data))
        return payload.text is not None


def runs(text: str, low: int, high: int, limit: int) -> Found:
    """Return the runs of hexadecimal, base 32 and base 64 characters in `text[low:high]`.

    At most `limit` octets are unpacked from each.
    """
    found = Found()
    for match in _RUN.finditer(text, low, high):
        if not _WORDS.match(match[0]):
            _take_run(text, *match.span(), limit, found)
    for mime in _MIME.finditer(text, low, high):
        with_padding = _base64(mime[1])
        if with_padding is not None:
            found.take(mime.start(), mime.end(), "base64", with_padding, limit)
    found.edits = [_with_call(text, edit) for edit in found.edits]
    return found


def _with_call(text: str, edit: Edit) -> Edit:
    """Return the edit with the call that decodes its run: what such a call gives stands in its place."""
    call = _CALL.search(text, max(0, edit.start - 40), edit.start)
    end = _CALL_END.match(text, edit.end)
    return Edit(call.start(), end.end(), edit.text, edit.name) if call and end else edit


def _take_run(text: str, start: int, end: int, limit: int, found: Found) -> None:
    if not _take(text, start, end, limit, found):
        breaks = list(_BREAK.finditer(text, start, end))
        if breaks and not (len(breaks) > 1 and _take(text, start, breaks[-1].start(), limit, found)):
            edges = [start, *(place for match in breaks for place in match.span()), end]
            for low, high in zip(edges[::2], edges[1::2], strict=True):
                _take(text, low, high, limit, found)


def _take(text: str, start: int, end: int, limit: int, found: Found) -> bool:
    run = text[start:end]
    if "\n" in run:
        run = _BREAK.sub("", run)
    padded = run.endswith("=")
    if len(run) < _SHORT or (len(run) < _LEAST and not padded) or _WORDS.match(run):
        return False
    opaque = found.opaque
    known = len(opaque)
    for name, data in _decoded(run):
        if found.take(start, end, name, data, limit):
            del opaque[known:]
            return True
    del opaque[known + 1 :]
    if len(opaque) == known and ("/" in run or "_" in run or "-" in run):
        return _take_segments(run, start, found) if "\n" not in text[start:end] else False
    return False


def _take_segments(run: str, start: int, found: Found) -> bool:
    """Try the pieces between signs that are letters of base 64 and of paths and names alike."""
    taken = False
    for piece in re.finditer(r"[A-Za-z0-9+]{12,}={0,2}", run):
        if not _WORDS.match(piece[0]):
            for name, data in _decoded(piece[0]):
                text = plain(data)
                if text is not None:
                    found.edits.append(Edit(start + piece.start(), start + piece.end(), text, name))
                    taken = True
                    break
    return taken


def _decoded(run: str) -> Iterator[tuple[str, bytes]]:
    """Yield what a run is in each alphabet that it may be written in."""
    hexadecimal = _HEX.match(run)
    if hexadecimal and (
        not hexadecimal[1].isdecimal() or len(run) > _NUMBER or _CHARACTER_DIGITS.match(hexadecimal[1])
    ):
        yield "hex", bytes.fromhex(hexadecimal[1])
        return
    if _BASE32.match(run):
        bare = run.rstrip("=").upper()
        with suppress(binascii.Error):
            yield "base32", base64.b32decode(bare + "=" * (-len(bare) % 8))
    data = _base64(run)
    if data is not None:
        yield "base64", data


def _base64(run: str) -> bytes | None:
    bare = run.rstrip("=").translate({45: 43, 95: 47})
    if len(bare) % 4 == 1:
        bare = bare[:-1]
    try:
        return binascii.a2b_base64(bare + "=" * (-len(bare) % 4))
    except binascii.Error:
        return None


def numbers(text: str) -> Iterator[Edit]:
    """Yield text that is written as numbers of characters: `41 4b`, `65, 75`, `01000001`, `chr(65)+chr(75)`."""
    for match in _PAIRS.finditer(text):
        pairs = _PAIR.findall(match[0])
        if not all(map(str.isdecimal, pairs)) or not _DIAL.match(bytes(map(int, pairs))):  # digits, spelled in decimal
            yield from _spelled(match, bytes(int(pair, 16) for pair in pairs), "hex")
    for match in _NUMBERS.finditer(text):
        codes = [int(number) for number in re.findall(r"\d+", match[1])]
        if all(32 <= code < 127 for code in codes):
            yield from _spelled(match, bytes(codes), "numbers")
    for match in _BITS.finditer(text):
        yield from _spelled(match, bytes(int(bits, 2) for bits in re.findall(r"[01]{8}", match[0])), "binary")
    for match in _CALLS.finditer(text):
        codes = [int(number) for number in re.findall(r"\d+", match[0])]
        if all(32 <= code < 127 for code in codes):
            yield from _spelled(match, bytes(codes), "numbers")


def _spelled(match: re.Match[str], data: bytes, name: str) -> Iterator[Edit]:
    text = plain(data)
    if text is not None:
        yield Edit(match.start(), match.end(), text, name)


def dense(text: str) -> Iterator[Edit]:
    """Yield base 85 (Adobe's, RFC 1924, ZeroMQ's) and uuencoded stretches that are text."""
    for match in _UU.finditer(text):
        try:
            data = b"".join(binascii.a2b_uu(line) for line in match[1].splitlines())
        except (binascii.Error, ValueError):
            continue
        yield from _spelled(match, data, "uuencode")
    for match in _DENSE.finditer(text):
        for start, end in _trimmed(match[0]):
            found = _base85(match[0][start:end])
            if found is not None:
                yield Edit(match.start() + start, match.start() + end, found, "base85")
                break


def _trimmed(token: str) -> Iterator[tuple[int, int]]:
    if len(_SIGNS.findall(token[:64])) < 2:
        return
    yield 0, len(token)
    if token[-1] in ".,;:!?)\"'":
        yield 0, len(token) - 1
    if token[0] in "\"'(`" and token[-1] in "\"')`":
        yield 1, len(token) - 1


def _z85decode(run: bytes) -> bytes:
    return base64.b85decode(run.decode().translate(_Z85))


_DENSE_ALPHABETS = (
    (base64.b85decode, frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcde")),
    (_z85decode, frozenset("abcdefghijklmnopqrstuvwxyzABCDE")),
    (base64.a85decode, frozenset("+,-./0123456789:;<=>?@ABCDEFGHI")),
)
"""Each with the characters that four octets of ASCII text begin with."""


def _base85(token: str) -> str | None:
    if token.startswith("<~") and token.endswith("~>"):
        return _dense(base64.a85decode, token[2:-2], 20)
    for decoder, first in _DENSE_ALPHABETS:
        text = _dense(decoder, token, 20) if first.issuperset(token[:20:5]) else None
        if text is not None:
            return text
    return None


def _dense(decoder: Callable[[bytes], bytes], token: str, sample: int) -> str | None:
    try:
        if plain(decoder(token[:sample].encode())) is None and len(token) > sample:
            return None
        return read(decoder(token.encode()), len(token)).text
    except (ValueError, UnicodeDecodeError):
        return None

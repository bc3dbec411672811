"""A value or a whole text in, the same in a disguise out: encodings, look-alike letters, layout, speech, program text.

`WHOLE` disguises take the whole text, `VALUE` ones the value alone. Each is a way that people or programs write text.
"""

import base64
import binascii
import bz2
import codecs
import gzip
import html
import json
import lzma
import quopri
import random
import string
import unicodedata
import urllib.parse
import zlib
from collections.abc import Callable

Disguise = Callable[[random.Random, str], str]


def _map(start: int, low: str, count: int) -> dict[int, int]:
    return {ord(low) + at: start + at for at in range(count)}


def _letters(upper: int, lower: int, digit: int = 0) -> Disguise:
    table = _map(upper, "A", 26) | _map(lower, "a", 26) | (_map(digit, "0", 10) if digit else {})
    return lambda _, text: text.translate(table)


def _digits(zero: int) -> Disguise:
    return lambda _, text: text.translate(_map(zero, "0", 10))


def _each(make: Callable[[str], str], sign: str = "") -> Disguise:
    return lambda _, text: sign.join(make(char) for char in text)


def _between(*marks: str) -> Disguise:
    def disguise(r: random.Random, text: str) -> str:
        return text[0] + "".join((r.choice(marks) if r.random() < 0.6 else "") + char for char in text[1:])

    return disguise


def _cut(r: random.Random, text: str, sign: str) -> str:
    at = r.randint(len(text) // 3, 2 * len(text) // 3)
    return text[:at] + sign + text[at:]


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _wrapped(r: random.Random, text: str) -> str:
    run, width = _b64(text.encode()), r.choice([24, 40, 64, 76])
    return "\n".join(run[at : at + width] for at in range(0, len(run), width))


def _spaced_hex(r: random.Random, text: str) -> str:
    return text.encode().hex(r.choice([" ", ":", "-"]))


def _c_array(_: random.Random, text: str) -> str:
    return ", ".join(f"0x{octet:02x}" for octet in text.encode())


def _dump(_: random.Random, text: str) -> str:
    data, lines = text.encode(), []
    for at in range(0, len(data), 16):
        row = data[at : at + 16]
        shown = "".join(chr(o) if 32 <= o < 127 else "." for o in row)
        halves = f"{row[:8].hex(' '):<23}  {row[8:].hex(' '):<23}"
        lines.append(f"{at:08x}  {halves}  |{shown}|")
    return "\n".join(lines)


def _xxd(_: random.Random, text: str) -> str:
    data = text.encode()
    rows = [data[at : at + 16] for at in range(0, len(data), 16)]
    return "\n".join(f"{n * 16:08x}: {row.hex(' ', 2):<39}  {row.decode('latin-1')}" for n, row in enumerate(rows))


def _uu(_: random.Random, text: str) -> str:
    data = text.encode()
    body = "".join(binascii.b2a_uu(data[at : at + 45]).decode() for at in range(0, len(data), 45))
    return f"begin 644 note.txt\n{body}`\nend"


def _swapped(r: random.Random, text: str) -> str:
    twins = dict(zip("aceopxyBEHKMOPCTXijs", "асеорхуВЕНКМОРСТХіјѕ", strict=True))
    return "".join(twins[c] if c in twins and r.random() < 0.7 else c for c in text)


def _greek(r: random.Random, text: str) -> str:
    twins = dict(zip("ABEZHIKMNOPTYXov", "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧον", strict=True))
    return "".join(twins[c] if c in twins and r.random() < 0.8 else c for c in text)


def _marked(_: random.Random, text: str) -> str:
    return "".join(c + "\u0336" for c in text)


def _keycaps(_: random.Random, text: str) -> str:
    return "".join(c + "\ufe0f\u20e3" if c.isdigit() else c for c in text)


def _said(words: str, sign: str = " ") -> Disguise:
    names = dict(zip(string.digits, words.split(), strict=True))
    return lambda _, text: sign.join(names.get(c, c) for c in text if c.isalnum() or c == "+")


_NATO = dict(zip(string.ascii_lowercase, "alfa bravo charlie delta echo foxtrot golf hotel india juliett kilo lima mike november oscar papa quebec romeo sierra tango uniform victor whiskey xray yankee zulu".split(), strict=True))  # fmt: skip  # noqa: SIM905


def _column(_: random.Random, text: str) -> str:
    return "\n".join(text)


def _concatenated(r: random.Random, text: str) -> str:
    sign = r.choice(['" + "', "' + '", "' . '", '"\n    "', '" & "', '" .. "', '" <> "', "' || '"])
    return sign[0] + sign.join(text[at : at + 5] for at in range(0, len(text), 5)) + sign[0]


def _array(r: random.Random, text: str) -> str:
    pieces = [text[at : at + 4] for at in range(0, len(text), 4)]
    return r.choice(['"".join(%s)', "%s.join('')", "implode('', %s)", "%s.join"]) % json.dumps(pieces)


def _codes(r: random.Random, text: str) -> str:
    codes = ", ".join(str(ord(c)) for c in text)
    return r.choice(["String.fromCharCode({})", "bytes([{}]).decode()", "[char[]]({}) -join ''", "[{}]"]).format(codes)


def _vars(r: random.Random, text: str) -> str:
    a, b = text[: len(text) // 2], text[len(text) // 2 :]
    return r.choice([
        f"a='{a}'\nb='{b}'\necho \"$a$b\"", f'part1 = "{a}"\npart2 = "{b}"\nkey = part1 + part2', f"const p = '{a}', q = '{b}';\nuse(`${{p}}${{q}}`);",
        f'x = "{a}"\nx += "{b}"', f"first half: {a}\nsecond half: {b}\n(put them together)",
    ])  # fmt: skip


def _shell_decode(r: random.Random, text: str) -> str:
    return r.choice(["echo {} | base64 -d", "atob('{}')", 'base64.b64decode("{}")', "FROM_BASE64('{}')", "[Convert]::FromBase64String('{}')"]).format(_b64(text.encode()))  # fmt: skip


def _tag(_: random.Random, text: str) -> str:
    return "".join(chr(0xE0000 + ord(c)) if 32 <= ord(c) < 127 else c for c in text)


def _selectors(_: random.Random, text: str) -> str:
    return "".join(c + "\ufe00" for c in text)


def _bidi(_: random.Random, text: str) -> str:
    return f"\u202e{text[::-1]}\u202c"


VALUE: dict[str, Disguise] = {
    "base64": lambda _, t: _b64(t.encode()), "base64 twice": lambda _, t: _b64(_b64(t.encode()).encode()), "base64 utf-16": lambda _, t: _b64(t.encode("utf-16-le")),
    "base32": lambda _, t: base64.b32encode(t.encode()).decode(), "base85": lambda _, t: base64.b85encode(t.encode()).decode(),
    "ascii85": lambda _, t: base64.a85encode(t.encode(), adobe=True).decode(), "hex upper": lambda _, t: t.encode().hex().upper(),
    "hex spaced": _spaced_hex, "hex 0x": lambda _, t: "0x" + t.encode().hex(), "c array": _c_array, "hex of base64": lambda _, t: _b64(t.encode()).encode().hex(),
    "backslash x": _each(lambda c: "".join(f"\\x{o:02x}" for o in c.encode())), "backslash octal": _each(lambda c: "".join(f"\\{o:03o}" for o in c.encode())),
    "backslash u": _each(lambda c: f"\\u{ord(c):04x}"), "braced u": _each(lambda c: f"\\u{{{ord(c):x}}}"), "U+": _each(lambda c: f"U+{ord(c):04X}", " "),
    "css escape": _each(lambda c: f"\\{ord(c):06x}"), "percent": _each(lambda c: "".join(f"%{o:02X}" for o in c.encode())),
    "percent twice": _each(lambda c: "".join(f"%25{o:02X}" for o in c.encode())), "percent u": _each(lambda c: f"%u{ord(c):04x}"),
    "entity": _each(lambda c: f"&#{ord(c)};"), "entity padded": _each(lambda c: f"&#x{ord(c):06X};"), "entity bare": _each(lambda c: f"&#{ord(c)}"),
    "entity in percent": lambda _, t: urllib.parse.quote("".join(f"&#{ord(c)};" for c in t)), "decimal": _each(lambda c: str(ord(c)), " "),
    "binary": lambda _, t: " ".join(f"{o:08b}" for o in t.encode()), "char codes": _codes, "quoted-printable": _each(lambda c: "".join(f"={o:02X}" for o in c.encode())),
    "encoded word": lambda _, t: f"=?utf-8?B?{_b64(t.encode())}?=", "encoded word q": lambda _, t: f"=?utf-8?Q?{''.join(f'={o:02X}' for o in t.encode())}?=",
    "fullwidth": lambda _, t: "".join(chr(ord(c) + 0xFEE0) if 33 <= ord(c) < 127 else c for c in t), "math sans": _letters(0x1D5A0, 0x1D5BA, 0x1D7E2),
    "math mono": _letters(0x1D670, 0x1D68A, 0x1D7F6), "math fraktur": _letters(0x1D56C, 0x1D586), "circled": lambda _, t: t.translate(_map(0x24B6, "A", 26) | _map(0x24D0, "a", 26) | _map(0x2460, "1", 9) | {48: 0x24EA}),
    "devanagari": _digits(0x0966), "bengali": _digits(0x09E6), "thai": _digits(0x0E50), "persian": _digits(0x06F0), "superscript": lambda _, t: t.translate(dict(zip(map(ord, "0123456789"), "⁰¹²³⁴⁵⁶⁷⁸⁹", strict=True))),
    "keycaps": _keycaps, "cyrillic": _swapped, "greek": _greek, "struck": _marked, "tag": _tag, "selectors": _selectors, "bidi": _bidi,
    "joiners": _between("\u200d", "\u200c", "\u2060", "\ufeff"), "hangul filler": _between("\u3164", "\u115f"), "soft hyphens": _between("\u00ad"),
    "thin spaces": lambda _, t: "\u2009".join(t), "wide gaps": lambda _, t: "  ".join(t), "no-break": lambda _, t: "\u00a0".join(t), "underscored": lambda _, t: "_".join(c for c in t if c.isalnum()),
    "slashed": lambda _, t: "/".join(c for c in t if c.isalnum()), "column": _column, "digits en": _said("zero one two three four five six seven eight nine"),
    "digits de": _said("null eins zwei drei vier fünf sechs sieben acht neun"), "digits es": _said("cero uno dos tres cuatro cinco seis siete ocho nueve", ", "),
    "digits fr": _said("zéro un deux trois quatre cinq six sept huit neuf", "-"), "digits it": _said("zero uno due tre quattro cinque sei sette otto nove"),
    "digits pt": _said("zero um dois três quatro cinco seis sete oito nove"), "digits nl": _said("nul een twee drie vier vijf zes zeven acht negen"),
    "concatenated": _concatenated, "array": _array, "variables": _vars, "shell decode": _shell_decode, "html comment": lambda r, t: _cut(r, t, "<!-- x -->"),
    "html span": lambda _, t: "".join(f"<span>{c}</span>" for c in t), "wbr": lambda r, t: _cut(r, t, "<wbr>"), "bold": lambda r, t: _cut(r, f"**{t[:6]}**", "") + t[6:],
    "code ticks": lambda _, t: f"`{t[: len(t) // 2]}``{t[len(t) // 2 :]}`", "wrapped": lambda r, t: _cut(r, t, "\n"), "wrapped quoted": lambda r, t: _cut(r, t, "\n> "),
    "continued": lambda r, t: _cut(r, t, "\\\n"), "continued powershell": lambda r, t: _cut(r, t, "`\n"), "cells": lambda _, t: "| " + " | ".join(t[at : at + 4] for at in range(0, len(t), 4)) + " |",
    "reversed said": lambda _, t: f"(reversed) {t[::-1]}", "json string": lambda _, t: json.dumps(json.dumps({"v": t})), "data url": lambda _, t: f"data:text/plain;base64,{_b64(t.encode())}",
    "cdata": lambda _, t: f"<![CDATA[{t}]]>", "url query": lambda _, t: f"https://example.org/?q={urllib.parse.quote(t, safe='')}", "unicode names": lambda _, t: "".join(f"\\N{{{unicodedata.name(c)}}}" if c.isdigit() else c for c in t),
}  # fmt: skip

WHOLE: dict[str, Disguise] = {
    "base64 wrapped": _wrapped, "base64 url": lambda _, t: base64.urlsafe_b64encode(t.encode()).decode().rstrip("="), "hex": lambda _, t: t.encode().hex(),
    "hex dump": _dump, "xxd": _xxd, "uuencode": _uu, "gzip": lambda _, t: _b64(gzip.compress(t.encode(), mtime=0)), "zlib": lambda _, t: _b64(zlib.compress(t.encode())),
    "deflate": lambda _, t: _b64(zlib.compress(t.encode())[2:-4]), "bz2": lambda _, t: _b64(bz2.compress(t.encode())), "xz": lambda _, t: _b64(lzma.compress(t.encode())),
    "gzip hex": lambda _, t: gzip.compress(t.encode(), mtime=0).hex(), "percent all": lambda _, t: urllib.parse.quote(t, safe=""), "percent form": lambda _, t: urllib.parse.urlencode({"q": t}),
    "html": lambda _, t: html.escape(t).encode("ascii", "xmlcharrefreplace").decode(), "quoted-printable whole": lambda _, t: quopri.encodestring(t.encode(), quotetabs=True).decode(),
    "rot13 said": lambda _, t: "rot13: " + codecs.encode(t, "rot13"), "reversed": lambda _, t: "read this backwards: " + t[::-1], "json in json": lambda _, t: json.dumps({"a": json.dumps({"b": json.dumps({"c": t})})}),
    "yaml folded": lambda _, t: "note: >-\n  " + t.replace("\n", "\n  "), "mime": lambda _, t: f"Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\n{base64.encodebytes(t.encode()).decode()}",
    "utf-7": lambda _, t: t.encode("utf-7").decode(), "base64 in json": lambda _, t: json.dumps({"data": _b64(t.encode())}), "heredoc": lambda _, t: f"base64 -d <<'EOF' | sh\n{base64.encodebytes(t.encode()).decode()}EOF",
    "base64 of percent": lambda _, t: _b64(urllib.parse.quote(t).encode()), "base64 of gzip of base64": lambda _, t: _b64(gzip.compress(_b64(t.encode()).encode(), mtime=0)),
    "hex lines": lambda _, t: "\n".join(t.encode().hex()[at : at + 32] for at in range(0, 2 * len(t.encode()), 32)),
}  # fmt: skip

_NUMBERS = {"US_SSN", "CREDIT_CARD", "PHONE_NUMBER", "IBAN_CODE"}
UNFIT = {"digits": _NUMBERS, "slashed": _NUMBERS, "underscored": _NUMBERS, "cells": {"CREDIT_CARD"}}
"""A disguise that begins so keeps only values of these kinds readable."""

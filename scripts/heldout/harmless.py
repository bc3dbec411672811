"""A random source in, texts out that look as if they hid something: pictures, hashes, foreign scripts, drawn headlines."""

import base64
import gzip
import hashlib
import json
import random
import string
import struct
import urllib.parse
import uuid
import zlib
from collections.abc import Callable

_WORDS = "harvest lantern quiet river market window early garden bridge paper winter candle orange letter".split()  # noqa: SIM905


def _talk(r: random.Random, count: int = 12) -> str:
    return " ".join(r.choice(_WORDS) for _ in range(count)).capitalize() + "."


def _png(r: random.Random) -> str:
    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    size = r.randint(4, 24)
    pixels = b"".join(b"\0" + r.randbytes(3 * size) for _ in range(size))
    data = (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", size, size, 8, 2, 0, 0, 0))
        + chunk(b"IDAT", zlib.compress(pixels))
        + chunk(b"IEND", b"")
    )
    return r.choice(
        ['<img src="data:image/png;base64,{}">', "![](data:image/png;base64,{})", "url(data:image/png;base64,{})"]
    ).format(base64.b64encode(data).decode())


def _hashes(r: random.Random) -> str:
    digest = hashlib.new(r.choice(["md5", "sha1", "sha256", "sha512"]), r.randbytes(8))
    return r.choice(
        ["{}  file.tar.gz", "sha: {}", "image@sha256:{}", "commit {}", 'ETag: "{}"', "integrity {}"]
    ).format(digest.hexdigest())


def _integrity(r: random.Random) -> str:
    return f'"integrity": "sha512-{base64.b64encode(r.randbytes(64)).decode()}"'


def _uuids(r: random.Random) -> str:
    return "\n".join(str(uuid.UUID(int=r.getrandbits(128), version=4)) for _ in range(r.randint(1, 5)))


def _font(r: random.Random) -> str:
    return f"@font-face{{src:url(data:font/woff2;base64,{base64.b64encode(b'wOF2' + r.randbytes(400)).decode()})}}"


def _minified(r: random.Random) -> str:
    name = r.choice(string.ascii_lowercase)
    return f'!function({name},t){{"object"==typeof exports?module.exports=t():{name}.x=t()}}(this,function(){{return[].slice.call(arguments,{r.randint(1, 9)}).map(e=>e*{r.randint(2, 99)})}});'


def _map(r: random.Random) -> str:
    return "//# sourceMappingURL=data:application/json;base64," + base64.b64encode(json.dumps({"version": 3, "sources": ["a.ts"], "mappings": "".join(r.choice("ACEGIK;,") for _ in range(60))}).encode()).decode()  # fmt: skip


def _foreign(r: random.Random) -> str:
    return r.choice([
        "नमस्ते, आप कैसे हैं? कृपया मुझे बताइए।", "สวัสดีครับ ช่วยแปลประโยคนี้หน่อย", "Xin chào, bạn có thể giúp tôi dịch đoạn này không?", "مرحبًا، كَيْفَ حَالُكَ اليَوْم؟",
        "שָׁלוֹם, מַה שְּׁלוֹמְךָ?", "Ἐν ἀρχῇ ἦν ὁ λόγος", "Përshëndetje, çfarë po bën?", "Привет! Как дела? Увидимся в 10:30.", "こんにちは。１０時３０分に会いましょう。", "მოგესალმებით, როგორ ხართ?",
    ])  # fmt: skip


def _emoji(r: random.Random) -> str:
    return "".join(
        r.choice(["👨‍👩‍👧‍👦", "🏳️‍🌈", "👍🏽", "🇩🇪", "1️⃣", "❤️", "🧑🏿‍💻", " ", "yes"]) for _ in range(r.randint(4, 14))
    )


def _leet(r: random.Random) -> str:
    return _talk(r).translate(str.maketrans("aeiots", "431075"))


def _headline(r: random.Random) -> str:
    return r.choice(
        [
            "  ".join(" ".join(word.upper()) for word in r.sample(_WORDS, 2)),
            "★ " + " ".join(r.choice(_WORDS).upper()) + " ★",
            "~ * ~ " + _talk(r, 4),
        ]
    )


def _fancy(r: random.Random) -> str:
    return "".join(
        chr(0x1D400 + ord(c) - 65) if c.isupper() else chr(0x1D41A + ord(c) - 97) if c.islower() else c
        for c in _talk(r)
    )


def _encoded(r: random.Random) -> str:
    data = _talk(r, 20).encode()
    return r.choice([
        lambda: "decode: " + base64.b64encode(data).decode(), lambda: base64.b32encode(data).decode(), data.hex, lambda: base64.b64encode(gzip.compress(data, mtime=0)).decode(),
        lambda: urllib.parse.quote(data), lambda: "".join(f"\\x{o:02x}" for o in data[:40]), lambda: " ".join(f"{o:08b}" for o in data[:14]), lambda: "".join(f"&#{o};" for o in data),
    ])()  # fmt: skip


def _numbers(r: random.Random) -> str:
    return r.choice([
        lambda: "Lotto: " + " ".join(str(r.randint(1, 49)) for _ in range(7)), lambda: "Scores\n" + "\n".join(str(r.randint(0, 100)) for _ in range(12)),
        lambda: "π = 3.14159265358979323846", lambda: ", ".join(str(r.randint(32, 126)) for _ in range(12)), lambda: "1 2 3 4 5 6 7 8 9 10 11 12", lambda: "tel. extension 4-1-1",
        lambda: "one two three four five six seven eight nine ten", lambda: f"build {r.randint(2020, 2026)}.{r.randint(1, 12)}.{r.randint(1, 28)}.{r.randint(1000, 9999)}", lambda: "0x1F, 0x2B, 0x7E, 0x00, 0xFF, 0x10, 0x20, 0x30",
        lambda: "|" + "|".join(str(r.randint(1000, 9999)) for _ in range(3)) + "|", lambda: "eins, zwei, drei, vier Eckstein", lambda: f"{r.randint(1, 9)}-{r.randint(1, 9)}-{r.randint(1, 9)} formation",
    ])()  # fmt: skip


def _said(r: random.Random) -> str:
    return r.choice([
        "meet at the dot com bubble exhibition", "send it to me at noon dot dot dot", "What is rot13 and is it safe?", "Write the word backwards: desserts", "Explain base64 to me like I am five",
        "How does percent encoding work? Is %20 always a space?", "the file is at home (dot) not at work", "Reverse a string in Python", "price: 100%25 off?", "&copy; 2026 Example &amp; Sons &mdash; all rights reserved",
        "C:\\new\\table\\x86\\bin\\user.txt", "regex: \\d{3}-\\d{2}-\\d{4}", "\\u00e9 is é", "use U+200B with care", "=?utf-8?Q?Gr=C3=BC=C3=9Fe?=",
    ])  # fmt: skip


def _certificate(r: random.Random) -> str:
    body = base64.encodebytes(b"\x30\x82\x03\x0a\x30\x82" + r.randbytes(300)).decode().replace("\n", "")
    return (
        "-----BEGIN CERTIFICATE-----\n"
        + "\n".join(body[at : at + 64] for at in range(0, len(body), 64))
        + "\n-----END CERTIFICATE-----"
    )


def _key(r: random.Random) -> str:
    return f"ssh-ed25519 {base64.b64encode(b'\0\0\0\x0bssh-ed25519\0\0\0 ' + r.randbytes(32)).decode()} dev@host"


def _svg(r: random.Random) -> str:
    return (
        '<path d="M'
        + " ".join(f"{r.choice('LCQ')}{r.random() * 99:.2f} {r.random() * 99:.2f}" for _ in range(12))
        + 'z"/>'
    )


HARMLESS: dict[str, Callable[[random.Random], str]] = {
    "picture": _png, "hash": _hashes, "integrity": _integrity, "uuid": _uuids, "font": _font, "minified": _minified, "source map": _map, "foreign": _foreign,
    "emoji": _emoji, "leet": _leet, "headline": _headline, "fancy": _fancy, "encoded": _encoded, "numbers": _numbers, "said": _said, "certificate": _certificate,
    "public key": _key, "svg": _svg,
}  # fmt: skip

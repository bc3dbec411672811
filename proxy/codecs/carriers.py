"""An exchange's path, query and headers in, the parts that they carry out; none of them can be rewritten."""

import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from proxy.codecs import styles
from proxy.codecs.dialect import Label
from proxy.codecs.form import read_fields
from proxy.codecs.limits import Unreadable
from proxy.codecs.reading import Reading
from proxy.codecs.spans import Document, Span
from proxy.exchange import Exchange, Part

_NAME = re.compile(r"[A-Za-z_.:$~-]+")  # of a path: words that a program chose
_IDENTIFIER = re.compile(
    r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}|[0-9]{1,5}|[A-Za-z]{1,8}|[a-z]{1,12}_?[0-9]{1,3}[a-z]{0,4}[0-9]?"
)


@dataclass(frozen=True, slots=True)
class Carriers:
    """The names of carriers.yaml."""

    credential_headers: frozenset[str]
    plain_headers: frozenset[str]
    plain_prefixes: tuple[str, ...]
    plain_suffixes: tuple[str, ...]
    text_prefixes: tuple[str, ...]
    credential_query: frozenset[str] = field(repr=False)
    prompt_query: frozenset[str] = field(repr=False)
    upload_header: str
    upload_word: str

    def may_hold_text(self, name: str) -> bool:
        """Tell whether a header is none of those that the protocols and SDKs fill in themselves."""
        if name.startswith(self.text_prefixes):
            return True
        plain = name in self.plain_headers or name.startswith((":", *self.plain_prefixes))
        return not plain and not name.endswith(self.plain_suffixes)


@cache
def load() -> Carriers:
    """Return the names of carriers.yaml."""
    source = Path(__file__).with_name("carriers.yaml").read_text(encoding="utf-8")
    table: dict[str, Any] = yaml.load(source, Loader=yaml.CSafeLoader)
    return Carriers(
        frozenset(table["credential_headers"]),
        frozenset(table["plain_headers"]),
        tuple(table["plain_prefixes"]),
        tuple(table["plain_suffixes"]),
        tuple(table["text_prefixes"]),
        frozenset(table["credential_query"]),
        frozenset(table["prompt_query"]),
        table["upload_header"],
        table["upload_word"],
    )


def is_upload(exchange: Exchange) -> bool:
    """Tell whether the body is the bytes of a file, whatever its content type says."""
    known = load()
    return known.upload_word in exchange.header(known.upload_header).lower()


def read_carriers(reading: Reading, exchange: Exchange) -> None:
    """Take the path's segments, the query's names and values and the headers that may hold text into `reading`."""
    path, _, query = exchange.path.partition("?")
    _read_path(reading, path)
    _read_query(reading, query)
    known = load()
    for name, value in exchange.headers:
        if not value:
            continue
        if name in known.credential_headers:
            reading.add(Part(f"header:{name}", "", "credential", value, writable=False, hint=name), None)
        elif name == "referer":
            _read_query(reading, value.partition("?")[2], "header:referer|")
        elif known.may_hold_text(name) and not _IDENTIFIER.fullmatch(value):
            span = Span(Document(value), 0, len(value), "plain")
            reading.string(span, Label("", "header", writable=False), f"header:{name}", name)


def _read_path(reading: Reading, path: str) -> None:
    for number, raw in enumerate(path.split("/")):
        if not raw or _NAME.fullmatch(raw):
            continue
        try:
            text = styles.unescaped(raw.replace("+", "%2B"), "form")
        except Unreadable as error:
            reading.miss(f"path:{number}", error.reason, len(raw))
            text = raw
        if not _IDENTIFIER.fullmatch(text):
            reading.add(Part(f"path:{number}", "", "metadata", text, writable=False), None)


def _read_query(reading: Reading, query: str, prefix: str = "") -> None:
    known = load()
    for pair in read_fields(query):
        name = query[pair.name[0] : pair.name[1]]
        lower = name.lower()
        kind = (
            "credential" if lower in known.credential_query else "prompt" if lower in known.prompt_query else "metadata"
        )
        where = f"{prefix}query:{name[:64]}"
        for (start, end), path in ((pair.name, where + "~"), (pair.value, where)):
            raw = query[start:end]
            if not raw:
                continue
            try:
                text = styles.unescaped(raw, "form")
            except Unreadable as error:
                reading.miss(path, error.reason, len(raw))
                text = raw
            key = path.endswith("~")
            part = Part(path, "", "metadata" if key else kind, text, writable=False, hint="" if key else name[:64])
            reading.add(part, None)

"""An exchange's query and headers in, the parts that they carry out; none of them can be rewritten."""

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


@dataclass(frozen=True, slots=True)
class Carriers:
    """The names of carriers.yaml."""

    credential_headers: frozenset[str]
    text_headers: frozenset[str]
    credential_query: frozenset[str] = field(repr=False)
    prompt_query: frozenset[str] = field(repr=False)
    upload_header: str
    upload_word: str


@cache
def load() -> Carriers:
    """Return the names of carriers.yaml."""
    source = Path(__file__).with_name("carriers.yaml").read_text(encoding="utf-8")
    table: dict[str, Any] = yaml.load(source, Loader=yaml.CSafeLoader)
    return Carriers(
        frozenset(table["credential_headers"]),
        frozenset(table["text_headers"]),
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
    """Take the query's names and values and the headers of carriers.yaml into `reading`."""
    _read_query(reading, exchange.path.partition("?")[2])
    known = load()
    for name, value in exchange.headers:
        if not value:
            continue
        if name in known.credential_headers:
            reading.add(Part(f"header:{name}", "", "credential", value, writable=False, hint=name), None)
        elif name in known.text_headers:
            span = Span(Document(value), 0, len(value), "plain")
            reading.string(span, Label("", "header", writable=False), f"header:{name}", name)


def _read_query(reading: Reading, query: str) -> None:
    known = load()
    for pair in read_fields(query):
        name = query[pair.name[0] : pair.name[1]]
        lower = name.lower()
        kind = (
            "credential" if lower in known.credential_query else "prompt" if lower in known.prompt_query else "metadata"
        )
        for (start, end), path in ((pair.name, f"query:{name[:64]}~"), (pair.value, f"query:{name[:64]}")):
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

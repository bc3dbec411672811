"""An exchange in, its prompt out; edits of that prompt in, the body to send out."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from urllib.parse import unquote

from proxy.codecs import carriers, dialect_table
from proxy.codecs.bodies import Content, read_content
from proxy.codecs.encodings import decode_body
from proxy.codecs.limits import Limits, Unreadable
from proxy.codecs.reading import Reading
from proxy.codecs.spans import Change, Span, rewrite
from proxy.exchange import Edit, Exchange, Prompt, ordered

__all__ = ["Decoded", "Limits", "decode"]

_MODEL_IN_PATH = re.compile(r"/(?:models?|engines|deployments|tunedModels)/([^/?:]+)")
_STREAM_IN_PATH = re.compile(
    r":(?:streamGenerateContent|streamRawPredict)|/(?:converse-stream|invoke-with-response-stream)"
)
_STEPS = re.compile(r"(\[\*\]|\.\.)")
_MODEL = re.compile(r"[A-Za-z0-9][\w.:/@+-]{0,127}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Decoded:
    """One request, read. Made by `decode`."""

    prompt: Prompt
    _spans: tuple[Span | None, ...] = field(repr=False)
    _body: bytes = field(repr=False)

    def encode(self, edits: Sequence[Edit]) -> bytes:
        """Return the body with the edits made and nothing else changed, without content coding.

        Raises ValueError where an edit lies outside its part, overlaps another or is of a part that is not writable.
        """
        changes: dict[Span, list[Change]] = {}
        for edit in ordered(edits):
            part = self.prompt.parts[edit.part] if 0 <= edit.part < len(self.prompt.parts) else None
            if part is None or not 0 <= edit.start <= edit.end <= len(part.text):
                raise ValueError("an edit lies outside its part")
            span = self._spans[edit.part]
            if span is None or not part.writable:
                raise ValueError("an edit is of a part that cannot be rewritten")
            changes.setdefault(span, []).append((edit.start, edit.end, edit.text))
        return rewrite(self._body, changes)


def decode(
    exchange: Exchange,
    dialect_name: str,
    limits: Limits = Limits(),  # noqa: B008 - frozen
    activity: str = "other",
    read_only: tuple[str, ...] = (),
) -> Decoded:
    """Read one exchange in a dialect of dialects/ (`generic` for any other name). Raises nothing for any bytes.

    Where `activity` is `auth`, all of it is kind `credential`. Parts at or below the JSONPaths `read_only` are not
    writable. What cannot be read is in `Prompt.unread`.
    """
    reading = Reading(limits)
    spoken = dialect_table.load().get(dialect_name)
    body = exchange.body
    try:
        carriers.read_carriers(reading, exchange)
        body = decode_body(body, exchange.header("content-encoding"), limits)
    except Unreadable as error:
        reading.miss("body:", exchange.unread or error.reason, len(body))
    else:
        if exchange.unread:
            reading.miss("body:", exchange.unread, len(body))
        elif body:
            read_content(reading, body, _content(exchange, len(body)), spoken)
    parts = tuple(reading.parts)
    if activity == "auth":
        parts = tuple(replace(part, kind="credential", writable=False) for part in parts)
    if read_only:
        fixed = _fixed(read_only)
        parts = tuple(replace(part, writable=False) if fixed.fullmatch(part.path) else part for part in parts)
    prompt = Prompt(
        parts,
        tuple(reading.unread),
        _model(reading.model, exchange.path),
        reading.stream or bool(_STREAM_IN_PATH.search(exchange.path)),
        reading.tools,
        reading.prose,
        reading.mapped,
    )
    return Decoded(prompt, tuple(reading.spans), body)


@cache
def _fixed(paths: tuple[str, ...]) -> re.Pattern[str]:
    """Return JSONPaths (RFC 9535: names, `[*]`, `..`) as a regular expression over the paths of parts."""
    steps = {"[*]": r"\[\d+\]", "..": r"(?:[.\[].*)?\."}
    patterns = ("".join(steps.get(piece, re.escape(piece)) for piece in _STEPS.split(path)) for path in paths)
    return re.compile("|".join(rf"(?:{pattern}(?:[.\[|].*)?)" for pattern in patterns), re.DOTALL)


def _content(exchange: Exchange, size: int) -> Content:
    if exchange.transport == "websocket":
        return Content(0, size, "", message=True)
    kind = exchange.header("content-type")
    upload = carriers.is_upload(exchange) or (exchange.transport == "upload" and not kind.startswith("multipart/"))
    return Content(0, size, kind, kind="file" if upload else "", upload=upload)


def _model(said: str, path: str) -> str:
    """Return the model's name out of the body, else out of the path; empty where that is no name."""
    found = _MODEL_IN_PATH.search(path.partition("?")[0])
    name = said or (unquote(found[1]) if found else "")
    return name if _MODEL.fullmatch(name) else ""

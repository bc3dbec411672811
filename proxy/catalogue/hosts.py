"""Host patterns in, the entries whose pattern a host fits out, the closest first.

`name.example` is that host, `*.name.example` every host below it, `*` elsewhere one label or a part of one, and
`{region}` a cloud region (`eu-central-1`, `europe-west4`): it keeps `q.{region}.amazonaws.com` from being somebody's
bucket, `q.s3.amazonaws.com`.
"""

import re
from collections.abc import Iterator

_REGION = r"[a-z]+(?:-[a-z]+)+-?[0-9]+"
_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_PATTERN = re.compile(r"(?:\*\.)?(?:[a-z0-9_*-]|\{region\})+(?:\.(?:[a-z0-9_*-]|\{region\})+)*")


def normalise(host: str) -> str:
    """Return a host name in lower case, as A-labels (RFC 5891), without brackets or the trailing dot."""
    bare = host.strip().strip("[]").lower().rstrip(".")
    if bare.isascii():
        return bare
    try:
        return bare.encode("idna").decode("ascii")
    except UnicodeError:
        return bare


def fault(pattern: str) -> str:
    """Say what is wrong with a host pattern; empty when nothing is."""
    text = normalise(pattern)
    if ":" in text or "/" in text:
        return "write the host alone, without scheme, port or path"
    if not _PATTERN.fullmatch(text):
        return "write a host name; only * and {region} stand for something else"
    labels = text.split(".")
    if is_wild(text) and (len(labels) < 3 or any(is_wild(label) for label in labels[-2:])):
        return "the last two labels must be plain, or it would fit half the Internet"
    return ""


def is_wild(pattern: str) -> bool:
    """Tell whether a pattern stands for more than one host."""
    return "*" in pattern or "{" in pattern


def as_regex(pattern: str) -> re.Pattern[str]:
    """Return the pattern as a regular expression for normalised hosts."""
    below, text = ("", pattern)
    if pattern.startswith("*."):
        below, text = rf"(?:{_LABEL}\.)+", pattern[2:]
    pieces = re.split(r"(\*|\{region\})", text)
    inner = {"*": "[a-z0-9_-]+", "{region}": _REGION}
    return re.compile(below + "".join(inner.get(piece) or re.escape(piece) for piece in pieces))


class HostIndex[T]:
    """Entries by host pattern. A look-up costs one dictionary access, and one expression per pattern of the domain."""

    def __init__(self) -> None:
        self._exact: dict[str, list[T]] = {}
        self._wild: dict[str, list[tuple[int, str, re.Pattern[str], list[T]]]] = {}

    def add(self, pattern: str, entry: T) -> None:
        """Add an entry under a pattern that has no `fault`."""
        text = normalise(pattern)
        if not is_wild(text):
            self._exact.setdefault(text, []).append(entry)
            return
        bucket = self._wild.setdefault(_domain(text), [])
        for _, known, _, entries in bucket:
            if known == text:
                entries.append(entry)
                return
        weight = len(text.replace("{region}", "").replace("*", ""))
        bucket.append((weight, text, as_regex(text), [entry]))
        bucket.sort(key=lambda item: -item[0])

    def get(self, host: str) -> list[T]:
        """Return the entries for a normalised host: those of its own name, then by how much of a pattern is plain."""
        found = list(self._exact.get(host, ()))
        for _, _, regex, entries in self._wild.get(_domain(host), ()):
            if regex.fullmatch(host):
                found.extend(entries)
        return found

    def items(self) -> Iterator[tuple[str, list[T]]]:
        """Yield every pattern once, with its entries."""
        yield from self._exact.items()
        for bucket in self._wild.values():
            for _, text, _, entries in bucket:
                yield text, entries


def _domain(host: str) -> str:
    return ".".join(host.rsplit(".", 2)[-2:])

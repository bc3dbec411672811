"""A request's path in, the endpoint it belongs to out.

Rules
1. A path is matched after percent-decoding what needs no encoding and taking out `.`, `..` and doubled slashes
   (RFC 3986 6.2.2), because a server may do so too. The request itself is not changed.
2. Logins are not matched by policy rules, so a path is a login only where it says so plainly: without percent signs,
   backslashes, semicolons or dot segments. `/api/auth/..%2fconversation` is no login.
3. The pattern with the most letters of its own wins; patterns without a placeholder before all others.
"""

import re
from collections.abc import Iterable

from proxy.catalogue.endpoint import Endpoint

_UNRESERVED = re.compile(r"%(?:2[DdEe]|3[0-9]|4[1-9A-Fa-f]|5[0-9AaFf]|6[1-9A-Fa-f]|7[0-9AaEe])")
_PLACEHOLDER = re.compile(r"(\*|\{[a-z_]+\})")
_ODD = re.compile(r"[%\\;]|//|/\.{1,2}(?:/|$)")


def canonical(target: str) -> tuple[str, bool]:
    """Return a request target's path in canonical form and lower case, and whether it was plain to begin with."""
    path = re.split(r"[?#]", target, maxsplit=1)[0]
    plain = _ODD.search(path) is None
    if not plain:
        path = _UNRESERVED.sub(lambda m: chr(int(m[0][1:], 16)), path).replace("\\", "/")
        path = _without_dots(re.sub(r"/{2,}", "/", path))
    return path.lower(), plain


def _without_dots(path: str) -> str:
    kept: list[str] = []
    segments = path.split("/")
    for segment in segments:
        if segment == "..":
            if len(kept) > 1:
                kept.pop()
        elif segment != ".":
            kept.append(segment)
    if segments[-1] in (".", ".."):
        kept.append("")
    return "/".join(kept) or "/"


def fault(text: str) -> str:
    """Say what is wrong with a route such as `POST /v1/chat`; empty when nothing is."""
    method, space, path = text.partition(" ")
    if not space or not method.isalpha() or not method.isupper():
        return "write a method in capitals (or ANY), a space and a path"
    if not path.startswith(("/", "*/")) or "?" in path or " " in path:
        return "the path begins with / (or */) and has neither query nor spaces"
    return (
        "" if not re.search(r"[{}]", _PLACEHOLDER.sub("", path)) else "write a placeholder as {name}, in small letters"
    )


class Routes:
    """The routes of one host, or of one family of shapes."""

    def __init__(self, endpoints: Iterable[Endpoint]) -> None:
        self._plain: dict[str, list[tuple[str, Endpoint]]] = {}
        patterns: list[tuple[int, str, re.Pattern[str], Endpoint]] = []
        for endpoint in endpoints:
            for route in endpoint.routes:
                path = route.path.lower()
                if _PLACEHOLDER.search(path):
                    patterns.append((_weight(path), route.method, _as_regex(path), endpoint))
                else:
                    self._plain.setdefault(path, []).append((route.method, endpoint))
        self._patterns = sorted(patterns, key=lambda item: -item[0])  # stable: the first of equals stays first

    def find(self, method: str, target: str) -> Endpoint | None:
        """Return the endpoint of a request, or None where no route fits."""
        path, plain = canonical(target)
        bare = path.rstrip("/") or "/"
        found = self._find(method, bare, plain)
        return self._find(method, path, plain) if found is None and bare != path else found

    def _find(self, method: str, path: str, plain: bool) -> Endpoint | None:
        for wanted, endpoint in self._plain.get(path, ()):
            if wanted in (method, "ANY") and (plain or endpoint.activity != "auth"):
                return endpoint
        for _, wanted, regex, endpoint in self._patterns:
            if wanted in (method, "ANY") and (plain or endpoint.activity != "auth") and regex.fullmatch(path):
                return endpoint
        return None


def _weight(path: str) -> int:
    """Return how specific a pattern is: its own characters; a placeholder of one segment counts a little."""
    return 4 * len(_PLACEHOLDER.sub("", path)) + path.count("{")


def _as_regex(path: str) -> re.Pattern[str]:
    pieces = _PLACEHOLDER.split(path)
    return re.compile("".join(_piece(piece) for piece in pieces), re.DOTALL)


def _piece(piece: str) -> str:
    if piece == "*":
        return ".*"
    return "[^/]+" if piece.startswith("{") else re.escape(piece)

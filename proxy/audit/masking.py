"""Names, paths and places as they were on the wire in, what of them may be written down out.

Rules
1. Whatever a user can choose freely may hold a prompt or a value. It is kept only where it is a known word or cannot
   be more than a plain name; otherwise an asterisk stands for it.
2. What is kept is valid Unicode without control characters, and short.
"""

import re
from importlib.resources import files

import yaml

HIDDEN = "*"
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_PLAIN = re.compile(r"[A-Za-z0-9._:~-]{1,64}")
_DATE = re.compile(r"20\d\d-?[01]\d-?[0-3]\d")
_KEYLIKE = re.compile(r"(?=[A-Za-z_-]*\d)(?=[\d_-]*[A-Za-z])[A-Za-z0-9_]{16,}")
_MOST_DIGITS = 6
_TOKEN = re.compile(
    r"""(?P<fixed>\$ | \[\d+\] | \|?(?:body|multipart|form|query|header): | [|~])
      | \.(?P<dotted>[^.\[|~'\]\s]+)
      | \['(?P<quoted>(?:[^'\\]|\\.)*)'\]
      | (?P<bare>[^.\[|~'\]\s$]+)""",
    re.VERBOSE,
)
_WORDS = frozenset(yaml.load((files("proxy.audit") / "names.yaml").read_bytes(), yaml.CSafeLoader))


def line(text: str, limit: int = 200) -> str:
    """Return a name of ours or of the directory (a user, a group, a node), fit for a log."""
    return _CONTROL.sub("?", text)[:limit]


def name(text: str) -> str:
    """Return a name that a client chose (a model, a method): as it is where it looks like one, else an asterisk."""
    if not text:
        return ""
    digits = sum(map(str.isdigit, _DATE.sub("", text)))
    return text if _PLAIN.fullmatch(text) and digits <= _MOST_DIGITS and not _KEYLIKE.search(text) else HIDDEN


def host(text: str) -> str:
    """Return a host name or address in lower case, an asterisk where it cannot be one."""
    return text.lower() if re.fullmatch(r"[A-Za-z0-9._:\[\]-]{0,253}", text) else HIDDEN


def target(text: str) -> str:
    """Return the path of a request target: no query or fragment, an asterisk for a segment that may hold a value."""
    path = re.split(r"[?#]", text, maxsplit=1)[0]
    return "/".join(name(segment) for segment in path.split("/")[:16])[:256]


def place(path: str) -> str:
    """Return a part's path (see `proxy.exchange.Part`) with an asterisk for each name that AI services do not use."""
    shown, end = [], 0
    for token in _TOKEN.finditer(path):
        if token.start() != end:
            return HIDDEN
        end = token.end()
        if token["fixed"] is not None:
            shown.append(token["fixed"])
        elif token["dotted"] is not None:
            shown.append("." + _word(token["dotted"]))
        elif token["quoted"] is not None:
            shown.append(f"['{_word(token['quoted'])}']")
        else:
            shown.append(_word(token["bare"]))
    return "".join(shown)[:160] if end == len(path) else HIDDEN


def _word(text: str) -> str:
    return text if text in _WORDS else HIDDEN

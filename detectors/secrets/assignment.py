"""A name with a value in (`apiKey: "..."`, `--token ...`, `<password>...`), the value out if it is a secret.

Rules
1. A name is split into words (`X-Auth-Token`: x, auth, token). One harmless word (`public`, `cache`) or a word behind
   the secret one that says it is about a secret (`token_type`, `password_hash`) clears it.
2. A password's value is judged by `password`; any other secret must look random.
3. A quoted value ends at its quote; a bare one must stand where a literal can stand, not where code names a variable.
"""

import re
from enum import IntEnum

from detectors.secrets import password
from detectors.secrets.candidate import Candidate
from detectors.secrets.placeholder import is_placeholder, is_reference
from detectors.secrets.randomness import is_hex, is_uuid, looks_random, rarity
from detectors.secrets.vocabulary import vocabulary

_WORD = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+")
_ANY_WORD = re.compile(r"[^\W\d_]+")
_NAME_BEFORE = re.compile(r"(?:[\w.-]{1,60}|(?<![\w.-])[A-Za-z]{1,20}[ ])\Z")
_NAME = re.compile(r"[\w.-]*", re.UNICODE)
_QUOTES = "\"'`"
# an unquoted value that begins so is an expression of code
_CODE = re.compile(
    r"[{(\[&:=<]|\$\w+(?:$|[-.\[(>])|[A-Za-z_]\w*=(?!=|$)|[a-z_]\w*_t\*+$|\)|[A-Za-z_][\w.]*[(\[]|![01][,;}]"
)
_CUT = re.compile(r"&(?:amp;)?[A-Za-z_][\w.-]*=|</|\\[nrt]|[;,](?=[A-Za-z_]\w*=)|\)[;,{]|\|$")
_IN_TAG = re.compile(r"<[^<>\n]{0,60}\Z")
_IDENTIFIER = re.compile(r"[A-Za-z_]\w*")
# public keys, certificates, digests, identifiers, and `user:password`, which is a pair of its own
_NO_SECRET = re.compile(
    r"AAAA[BCE]3Nza|sha\d{1,3}[:-]|arn:|data:|https?:|MI[ID][A-Za-z]|urn:|projects/|[A-Za-z][\w.@-]{1,30}:[^:/]{4,40}$"
)
_SHORTEST = 16
_SHORTEST_HEX = 20
_LONGEST = 1024


class Strength(IntEnum):
    """How surely a name names a secret."""

    NONE = 0
    WEAK = 1
    STRONG = 2


def words(name: str) -> list[str]:
    """Return the lower-case words of an identifier; beyond ASCII a capital begins no new word."""
    return [word.lower() for word in (_WORD if name.isascii() else _ANY_WORD).findall(name)]


def strength(name: str) -> Strength:
    """Return how surely `name` names a secret that is not a password."""
    table = vocabulary()
    parts = words(name)
    places = [i for i, word in enumerate(parts) if word in table.sensitive]
    if not places or _cleared(parts, places[-1]):
        return Strength.NONE
    if "client" in parts and "token" in parts:  # a request's own number, as AWS calls it
        return Strength.NONE
    if any(word in table.strong for word in parts):
        return Strength.STRONG
    if any(parts[i] in {"key", "keys"} and _modified(parts[:i]) for i in places):
        return Strength.STRONG
    return Strength.WEAK


def names_password(name: str) -> bool:
    """Tell whether `name` names a password."""
    parts = words(name)
    places = [i for i, word in enumerate(parts) if word in vocabulary().passwords or _motdepasse(parts, i)]
    return bool(places) and not _cleared(parts, places[-1])


def password_value(candidate: Candidate) -> Candidate | None:
    """Return the value beside a name that names a password."""
    name, glue = _name(candidate)
    if not names_password(name):
        return None
    quote = _quote(glue)
    if glue[-2:] in {" *", ":*", "=*"}:  # a password may begin with a star; emphasis has two
        candidate = candidate.spanning(candidate.start - 1, candidate.end)
    shaped = _quoted(candidate, quote) if quote else _bare(candidate, glue)
    if shaped is None or ("," in glue and glue[:1] not in _QUOTES):
        return None
    literal = bool(quote) or _literal_place(candidate, name, glue)
    if literal and not quote and not is_reference(shaped.value) and password.reads_like_password(shaped.value):
        return shaped
    return shaped if quote and password.acceptable(shaped.value, quoted=True) else None


def secret_value(candidate: Candidate) -> Candidate | None:
    """Return the value beside a name that names a key, a token or another secret."""
    name, glue = _name(candidate)
    level = strength(name)
    if level is Strength.NONE:
        return None
    if glue.strip(" \t") == "" and not (_spaced(candidate, name) or _by_itself(candidate.value, level)):
        return None
    quote = _quote(glue)
    shaped = _quoted(candidate, quote) if quote else _bare(candidate, glue)
    if shaped is None or ("," in glue and glue[:1] not in _QUOTES) or not secret_text(shaped.value, level):
        return None
    return shaped


def secret_text(value: str, level: Strength) -> bool:
    """Tell whether `value`, beside a name of this strength, is a secret."""
    if not _SHORTEST <= len(value) <= _LONGEST or is_placeholder(value) or is_reference(value):
        return False
    if _NO_SECRET.match(value) or "://" in value or re.search(r"\s", value):
        return False
    if level is Strength.STRONG:
        return is_uuid(value) or (looks_random(value) and not (is_hex(value) and len(value) < _SHORTEST_HEX))
    mixed = any(c.isupper() for c in value) and any(c.islower() for c in value) and any(c.isdigit() for c in value)
    return len(value) >= 20 and mixed and "." not in value and looks_random(value)


def named(candidate: Candidate) -> Candidate | None:
    """Return the candidate if the words before it, within the match, name a secret."""
    lead = candidate.lead
    return candidate if strength(lead) is not Strength.NONE or names_password(lead) else None


def bearer(candidate: Candidate) -> Candidate | None:
    """Return the credentials of an Authorization header."""
    shaped = password.without_tail(candidate)
    value = shaped.value
    if len(value) < 12 or is_placeholder(value) or is_reference(value):
        return None
    if looks_random(value) or is_uuid(value):
        return shaped
    share, pairs = rarity(value)
    return shaped if any(c.isdigit() for c in value) and (pairs < 6 or share >= 0.3) else None


def _cleared(parts: list[str], place: int) -> bool:
    table = vocabulary()
    return any(word in table.harmless for word in parts) or any(
        word in table.harmless_after for word in parts[place + 1 :]
    )


def _modified(before: list[str]) -> bool:
    return any(word in vocabulary().key_modifiers for word in before)


def _motdepasse(parts: list[str], i: int) -> bool:
    return parts[i - 2 : i + 1] in (["mot", "de", "passe"], ["palavra", "de", "passe"])


def _name(candidate: Candidate) -> tuple[str, str]:
    """Return the whole name before a value, of which the match may hold only a part, and what stands between."""
    lead = candidate.lead
    tail = _NAME.match(lead)
    end = tail.end() if tail else 0
    before = _NAME_BEFORE.search(candidate.text[max(0, candidate.left - 60) : candidate.left])
    return (before.group() if before else "") + lead[:end], lead[end:]


def _quote(glue: str) -> str:
    """Return the quote that a value opens with; none behind an empty text (`""`)."""
    last = glue[-1:]
    return last if last and last in _QUOTES and (glue[-2:] != last * 2 or glue[-3:] == last * 3) else ""


def _quoted(candidate: Candidate, quote: str) -> Candidate | None:
    """Return the candidate up to its closing quote on the same line, unescaped quotes only."""
    text, start = candidate.text, candidate.start
    limit = min(len(text), start + _LONGEST + 2)
    line = text.find("\n", start, limit)
    end = text.find(quote, start, line if line >= 0 else limit)
    if end < 0:
        return candidate if candidate.end > start else None
    if end > start and text[end - 1] == "\\":
        end -= 1
    return candidate.spanning(start, end) if end > start else None


def _bare(candidate: Candidate, glue: str) -> Candidate | None:
    """Return an unquoted value without what follows it in a query, a call or a list; None where code goes on."""
    text, end, value = candidate.text, candidate.end, candidate.value
    sign = glue.strip(" \t\"'`*]\\)")
    if "(" in sign or "," in sign or (sign == "|" and glue.strip("*`") != " | ") or _CODE.match(value):
        return None
    if sign == ">" and not (
        text[end : end + 1] == "<" and _IN_TAG.search(text, max(0, candidate.left - 80), candidate.left)
    ):
        return None
    if text[end : end + 1] in {"(", "["} and _IDENTIFIER.fullmatch(value):
        return None
    cut = _CUT.search(value)
    if cut:
        candidate = candidate.spanning(candidate.start, candidate.start + cut.start())
    shorter = password.without_tail(candidate)
    marks = len(shorter.value) - len(shorter.value.rstrip("*_`")) if "**" in glue or "`" in glue else 0
    return shorter.spanning(shorter.start, shorter.end - marks)


def _by_itself(value: str, level: Strength) -> bool:
    """Tell whether a value may follow a bare word such as `token` after a space alone."""
    mixed = any(c.isupper() for c in value) and any(c.islower() for c in value) and any(c.isdigit() for c in value)
    return level is Strength.STRONG and ((mixed and len(value) >= 24) or (is_hex(value) and len(value) >= 32))


def _literal_place(candidate: Candidate, name: str, glue: str) -> bool:
    """Tell whether an unquoted value can be a literal: not an identifier to the right of `=` in code."""
    value = password.without_tail(candidate).value
    if not _IDENTIFIER.fullmatch(value):
        return True
    if any(word in vocabulary().passwords or word in vocabulary().sensitive for word in words(value)):
        return False
    tight = glue in {"=", ":", ": ", ">"} or "--" in name or ":" in glue or "|" in glue
    rest = candidate.text[candidate.end : candidate.end + 1]
    return tight and rest not in {"(", "[", ".", ")", ","}


def _spaced(candidate: Candidate, name: str) -> bool:
    """Tell whether a name may be followed by its value after a space alone: an option, an environment line, prose."""
    before = candidate.text[max(0, candidate.left - 80) : candidate.left]
    return (
        "--" in name
        or name.startswith("-")
        or re.search(r"(?:ENV|setx|set|authtoken|add-authtoken)\s+[\w.-]{0,60}$", before) is not None
        or re.search(r"(?i)\b(?:my|your|our|the|this|api|access|secret|mein|mon|mi)\s$", before) is not None
    )

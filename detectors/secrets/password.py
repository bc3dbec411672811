"""Values that may be passwords in, those that read like one out.

Rules
1. Next to a name that says `password` almost anything quoted is one: not a placeholder, a reference, a hash, a word.
2. Unquoted, and in prose, it must read like a password: letters with digits, with signs, with capitals inside, or
   letters drawn at random; prose full stops, commas and closing brackets are no part of it.
3. Ordinary words, e-mail addresses, web addresses, paths, dates, times, versions and names of algorithms are none.
"""

import re
from itertools import pairwise

from detectors.secrets.candidate import Candidate
from detectors.secrets.placeholder import is_placeholder, is_reference, is_template
from detectors.secrets.randomness import rarity
from detectors.secrets.vocabulary import vocabulary

_LONGEST = 128
_HASH = re.compile(
    r"\$(?:2[aby]|argon2|[156]|y|apr1|pbkdf2|scrypt)|\{S?SHA|pbkdf2[_:$]|(?:sha\d+|md5|bcrypt)[:$]", re.IGNORECASE
)
_NOT_ONE = re.compile(
    r"""
    [A-Za-z][\w+.-]*://.* | www\..* | [\w.+-]+@[\w-]+(?:\.[\w-]+)+ | (?:\.{0,2}|~|[A-Za-z]:)[/\\][\w./\\-]*
  | \d{1,4}[-./:]\d{1,2}(?:[-./:]\d{1,4}){0,2}
  | v?\d+(?:\.\d+){1,3} | \d+(?:[.,]\d+)?(?:%|px|ms|s|kb|mb|gb|st|nd|rd|th)?
  | [A-Za-z_]\w*(?:(?:\.|::|->)[A-Za-z_]\w*)+
  | [\w-]+\.(?:py|js|ts|go|rb|java|json|ya?ml|txt|md|csv|env|html|com|org|net|io)
  | [A-Z][a-z]+(?:'s)? | [A-Z]{2,}(?:[_-][A-Z]+)* | [a-z]+(?:[-_'/][a-z]+)* | [A-Z][a-z]+(?:[-'][A-Za-z][a-z]*)+
  | (?:[A-Z]?[a-z]+)(?:[A-Z][a-z]+)+ | [\w-]+\([^)]*\)[;,]?
    """,
    re.VERBOSE,
)
# words and a number with a full stop between: written like `object.attribute`, but nobody calls an attribute `maple42`
_TWO_WORDS = re.compile(r"([A-Za-z]{3,})\.([A-Za-z]{3,})\d{2,4}[!?#$%&*]?")
# rules of forms (Laravel, JSON schema), an IPv6 address of which a colon was taken for the end of a name
_RULES = re.compile(
    r"(?:required|nullable|sometimes|string|min:\d+|max:\d+|confirmed)\|.*|[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){1,7}"
)
# what a sentence without blanks puts behind a value in Latin letters
_ASCII = re.compile(r"[!-~]{4,128}(?=[\u3000-\u30ff\u4e00-\u9fff\uac00-\ud7af\uff00-\uffef])")
_NO_PAIR = re.compile(r"[\[\](){}=\\|:/]|^[$&~.-]")
_STANDARD = re.compile(
    r"(?:RFC|ISO|IEC|PEP|CVE|FIPS|NIST|TLS|SHA|AES|MD|PBKDF|HTTP|UTF)[-_ ]?\d+\w{0,4}", re.IGNORECASE
)
_OPEN_CLOSE = {")": "(", "]": "[", "}": "{", ">": "<"}
_NUMBER = re.compile(r"\d{6,64}")
_QUOTES = ("'", '"', "`")
_PROSE_QUOTES = "\"'`\u201c\u201d\u201e\u201f\u2018\u2019\u201a\u00ab\u00bb\u2039\u203a*_"
_EMPHASIS = "*_"
_CLOSING = '"`\u201c\u201d\u2018\u2019\u00bb\u203a'


def acceptable(value: str, quoted: bool) -> bool:
    """Tell whether `value`, beside a name that says `password`, can be one."""
    if not 4 <= len(value) <= _LONGEST or "\n" in value or "\x00" in value:
        return False
    if is_placeholder(value) or _HASH.match(value) or is_dummy(value) or value.lower() in vocabulary().plain:
        return False
    if _RULES.fullmatch(value):
        return False
    if not quoted:
        return reads_like_password(value)
    if " " in value:
        return False
    return not is_reference(value) and _quoted_shape(value)


def reads_like_password(value: str) -> bool:
    """Tell whether `value` reads like a password rather than like a word, a number or a name."""
    if not 5 <= len(value) <= _LONGEST or is_placeholder(value) or is_reference(value) or is_dummy(value):
        return False
    lower = value.lower()
    if _RULES.fullmatch(value):
        return False
    if _two_words(value):
        return True
    if _HASH.match(value) or lower in vocabulary().plain or lower.rstrip(".,;:!?") in vocabulary().plain:
        return False
    if _NOT_ONE.fullmatch(value.strip("()[]*_~?!.,;:'")):
        return value.isalpha() and len(value) >= 8 and _drawn(value)
    letters = sum(map(str.isalpha, value))
    digits = sum(map(str.isdigit, value))
    signs = len(value) - letters - digits
    if letters == 0:
        return digits >= 4 and signs >= 1 and len(value) >= 8
    if digits == 0 and signs == 0:
        return len(value) >= 8 and _drawn(value)
    return (digits >= 1 and letters >= 2) or (signs >= 1 and len(value) >= 6)


def _two_words(value: str) -> bool:
    """Tell whether `value` is two words and a number, neither word one of code."""
    match = _TWO_WORDS.fullmatch(value)
    table = vocabulary()
    known = table.dummies | table.passwords | table.sensitive | table.harmless | table.harmless_after
    return match is not None and not {match[1].lower(), match[2].lower()} & known


def is_dummy(value: str) -> bool:
    """Tell whether `value` is a stock word of code and documentation, up to four digits at its end aside."""
    lower = value.lower()
    stem = lower.rstrip("0123456789")
    return lower in vocabulary().dummies or (len(lower) - len(stem) <= 4 and stem in vocabulary().dummies)


def trim(candidate: Candidate) -> Candidate | None:
    """Return a value beside a name: up to its closing quote, or without what the text put behind a bare one."""
    quote = candidate.text[candidate.start - 1 : candidate.start]
    close = candidate.text.find(quote, candidate.start, candidate.start + _LONGEST) if quote in _QUOTES else -1
    shorter = candidate.spanning(candidate.start, close) if close > 0 else without_tail(_before_and(candidate))
    return shorter if acceptable(shorter.value, quoted=True) else None


def stated(candidate: Candidate) -> Candidate | None:
    """Return a password stated in prose, without quotes and the sentence's punctuation."""
    quoted = candidate.lead[-1:] in _PROSE_QUOTES and candidate.lead[-1:] != ""
    shorter = without_tail(_without_quotes(candidate))
    value = shorter.value
    if _NUMBER.fullmatch(value):
        return (
            shorter
            if re.search(r"[:=]|\b(?:is|ist|est|es|\u00e8|\u00e9|lautet)\W*$|[\u306f\u662f\ub294]\s*$", candidate.lead)
            else None
        )
    if not reads_like_password(value):
        return None
    if not quoted and value.count("/") > 1:
        return None
    return shorter


def of_user(candidate: Candidate) -> Candidate | None:
    """Return the second half of `user / password`, where it reads like a password by itself."""
    shorter = without_tail(_without_quotes(candidate))
    value = shorter.value
    if len(value) < 6 or _NO_PAIR.search(value) or _STANDARD.fullmatch(value):
        return None
    mixed = any(c.isdigit() for c in value) and any(c.isalpha() for c in value)
    signed = any(c in "!@#$%^&*?+~" for c in value)
    return shorter if (mixed or signed) and reads_like_password(value) else None


def in_url(candidate: Candidate) -> Candidate | None:
    """Return the password of a URL; None for a placeholder, a dummy or a password equal to the user's name."""
    value = candidate.value
    user = candidate.lead.rpartition("//")[2].rstrip(":")
    if is_placeholder(value) or is_template(user) or is_dummy(value) or value == user or len(value) < 3:
        return None
    return None if value.startswith(("$", "{", "%s", "%(")) or is_reference(value) else candidate


def _before_and(candidate: Candidate) -> Candidate:
    """Return the candidate up to a shell's `&&`."""
    cut = candidate.value.find("&&")
    return candidate.spanning(candidate.start, candidate.start + cut) if cut > 0 else candidate


def without_tail(candidate: Candidate) -> Candidate:
    """Return the candidate without trailing commas, full stops, semicolons, colons and unopened brackets."""
    value = candidate.value
    while value:
        last = value[-1]
        if last in ".,;:\\" or (last in _OPEN_CLOSE and _OPEN_CLOSE[last] not in value):
            value = value[:-1]
        else:
            break
    return candidate.spanning(candidate.start, candidate.start + len(value))


def _without_quotes(candidate: Candidate) -> Candidate:
    """Return the candidate without the quotation marks of prose around it; a lone `*` or `!` at its end is its own."""
    value = candidate.value
    latin = _ASCII.match(value)
    if latin is not None:
        value = latin[0]
    opened = candidate.lead[-1:]
    start = candidate.start
    while value and value[0] in _PROSE_QUOTES and (value[0] not in _EMPHASIS or value[-1] == value[0]):
        opened, value, start = value[0], value[1:], start + 1
    shorter = value.rstrip(".,;:")
    marks = _CLOSING + (opened if opened in _PROSE_QUOTES else "")
    while shorter and shorter[-1] in marks:
        value = shorter = shorter[:-1].rstrip(".,;:")
    return candidate.spanning(start, start + len(value))


def _drawn(value: str) -> bool:
    """Tell whether letters look drawn at random: many rare pairs, fewer where the case changes at random too."""
    share, _ = rarity(value)
    changes = sum(a.isupper() != b.isupper() for a, b in pairwise(value[1:]))
    return share >= (0.3 if changes >= 4 else 0.45)


def _quoted_shape(value: str) -> bool:
    """Tell whether a quoted value may be a password: a plain word or name in quotes is a label, not a password."""
    if re.fullmatch(r"[A-Za-z][\w+.-]*://.*|[\w.+-]+@[\w-]+\.[\w.-]+|[./~][\w./-]+|\d{1,5}|[\w-]+:[\w/-]*", value):
        return False
    if re.fullmatch(r"[^\W\d_]+(?:[-_. /][^\W\d_]+)*", value):
        return len(value) >= 8 and _drawn(value)
    return True

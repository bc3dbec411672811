"""A value in, how random it looks out.

Rules
1. Entropy is Shannon's, in bits a character, of the value's own characters.
2. Rarity is the share of adjacent letter pairs that are not among the 240 commonest of English and of program text:
   about 0.65 for drawn letters, below 0.25 for words and identifiers.
3. `looks_random` asks for both, and refuses UUIDs, counting sequences and numbers.
"""

import math
import re
from collections import Counter
from itertools import pairwise

from detectors.secrets.vocabulary import vocabulary

_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_HEX = re.compile(r"[0-9a-f]+|[0-9A-F]+")


def entropy(value: str) -> float:
    """Return Shannon's entropy of the characters of `value`, in bits a character."""
    total = len(value)
    return -sum(n / total * math.log2(n / total) for n in Counter(value).values()) if total else 0.0


def rarity(value: str) -> tuple[float, int]:
    """Return the share of rare letter pairs in `value` and the number of letter pairs."""
    common = vocabulary().bigrams
    lower = value.lower()
    pairs = [a + b for a, b in pairwise(lower) if a.isalpha() and b.isalpha()]
    return (sum(pair not in common for pair in pairs) / len(pairs) if pairs else 0.0), len(pairs)


def is_uuid(value: str) -> bool:
    """Tell whether `value` has the form of a UUID (RFC 9562)."""
    return _UUID.fullmatch(value) is not None


def is_hex(value: str) -> bool:
    """Tell whether `value` is hexadecimal in one case, with at least one letter and one digit."""
    return _HEX.fullmatch(value) is not None and not value.isdigit() and not value.isalpha()


def ascending(value: str) -> int:
    """Return the length of the longest counting run: `abcd` and `1234` have four."""
    best = run = 1
    for a, b in pairwise(value):
        run = run + 1 if ord(b) - ord(a) == 1 else 1
        best = max(best, run)
    return best


def looks_random(value: str) -> bool:
    """Tell whether `value`, of at least 12 characters, looks drawn at random rather than written."""
    if len(value) < 12 or is_uuid(value) or value.isdigit() or ascending(value) >= 8:
        return False
    if entropy(value) < min(3.0, 0.7 * math.log2(len(value))):
        return False
    if is_hex(value):
        return True
    share, pairs = rarity(value)
    letters = sum(map(str.isalpha, value))
    changes = sum(_kind(a) != _kind(b) for a, b in pairwise(value))
    if pairs < 5:
        return letters > 0 and changes >= len(value) // 3
    if len(value) >= 32 and changes >= len(value) // 3 and sum(map(str.isdigit, value)) >= 3:
        return share >= 0.2
    return share >= 0.3 and (changes >= len(value) // 5 or share >= 0.5)


def _kind(character: str) -> int:
    if character.isdigit():
        return 0
    if character.isupper():
        return 1
    return 2 if character.islower() else 3

"""A folded text in, candidates for phone numbers out, and how sure each is without and with a cue.

Candidates first, numbering plans second: a linear pattern finds what is written like a phone number; libphonenumber's
tables are asked only about numbers that carry their country, or that are written as in North America. Searching a
text with its PhoneNumberMatcher for eight regions costs fifty times as much.
"""

import re
from collections.abc import Iterator
from functools import cache

import phonenumbers

from detectors.pii.patterns import Pattern, compile_pattern

_EXTENSION = r"(?: ?(?:ext|x|extn|extension|poste|durchwahl)\.? ?\d{1,6}|)\b"
_INTERNATIONAL = (
    r"(?:\+|\b00)[1-9]\d{0,2}[ .\-/]?(?:\(\d{1,5}\)[ .\-/]?)?\d{1,5}(?:[ .\-/]{1,2}\d{1,5}|\d){2,10}" + _EXTENSION
)
_NATIONAL = r"(?:\(\d{1,5}\) ?[.\-/]? ?\d{1,5}|\b\d{1,5})(?:[ .\-/]\d{1,5}|\(\d{1,4}\)|\d){2,12}" + _EXTENSION

_NANP = re.compile(r"(?:1[ .-])?(?:\([2-9]\d{2}\) ?|[2-9]\d{2}[-.])[2-9]\d{2}[-.]\d{4}(?:\D.*)?")
_PAIRS = re.compile(r"0[1-9](?:[ .]\d{2}){4}")
_NOT_A_NUMBER = re.compile(
    r"\d{1,4}([-./])\d{1,2}\1\d{1,4}(?:[ T]\d.*)?"  # a date
    r"|\d{1,3}(?:\.\d{1,3}){3}"  # a dotted quad
    r"|\d+\.\d+|\d+/\d+"  # a decimal, a fraction
)
_LEAST = 7
_LENGTHS = range(_LEAST, 16)
_DIGIT = re.compile(r"[0-9]")
_NO_DIGITS = bytes(octet for octet in range(256) if octet not in b"0123456789")
_EXTENSION_TAIL = re.compile(r" ?[a-z].*$", re.IGNORECASE | re.DOTALL)


@cache
def _patterns() -> tuple[Pattern, Pattern]:
    return compile_pattern(_INTERNATIONAL, ignore_case=True), compile_pattern(_NATIONAL, ignore_case=True)


def candidates(data: bytes) -> Iterator[tuple[int, int]]:
    """Yield where something stands that is written like a phone number, 7 to 15 digits (ITU-T E.164)."""
    for pattern in _patterns():
        for match in pattern.finditer(data):
            start, end = match.span()
            value = data[start:end]
            if len(value.translate(None, _NO_DIGITS)) >= _LEAST and digits_in(value.decode("latin-1")) in _LENGTHS:
                yield start, end


def digits_in(value: str) -> int:
    """Return how many digits the number has, its extension aside."""
    return len(_DIGIT.findall(_EXTENSION_TAIL.sub("", value)))


def bare(value: str) -> float:
    """Return the certainty that `value` is a phone number where no cue says so."""
    if value.startswith(("+", "00")):
        return _international(value)
    if _NANP.fullmatch(value):
        digits = re.sub(r"\D", "", _EXTENSION_TAIL.sub("", value))[-10:]
        return 0.55 if _valid(1, digits) else 0.0
    return 0.45 if _PAIRS.fullmatch(value) else 0.0


def cued(value: str) -> float:
    """Return the certainty, relative to that of a plain number, where a cue stands right at it."""
    return 0.0 if _NOT_A_NUMBER.fullmatch(value) else 1.0


def shaped(value: str) -> bool:
    """Tell whether the way it is written alone suggests a phone number: what a cue further off needs."""
    return value[0] in "+(0" or any(char in " -()" for char in value.strip())


def _international(value: str) -> float:
    digits = re.sub(r"\D", "", _EXTENSION_TAIL.sub("", re.sub(r"\(0\)", "", value)))
    if value.startswith("00"):
        digits = digits[2:]
    for length in (1, 2, 3):
        code = int(digits[:length])
        if code in phonenumbers.COUNTRY_CODE_TO_REGION_CODE:
            if _valid(code, digits[length:]):
                return 0.75
            grouped = value[0] == "+" and len(digits) >= 9 and not value[1:].isdigit()
            return 0.55 if grouped and not _NOT_A_NUMBER.fullmatch(value[1:]) else 0.0
    return 0.0


def _valid(code: int, national: str) -> bool:
    if not 3 <= len(national) <= 14:
        return False
    number = phonenumbers.PhoneNumber(country_code=code, national_number=int(national))
    if national.startswith("0"):
        number.italian_leading_zero = True
        number.number_of_leading_zeros = len(national) - len(national.lstrip("0")) or None
    return bool(phonenumbers.is_valid_number(number))

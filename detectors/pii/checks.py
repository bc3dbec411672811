"""A candidate value in, whether its check digit and structure hold out: one function a kind, found by name.

Each function takes the value as it was written and returns True where it can be real. python-stdnum does the
arithmetic where it has the algorithm; its lists of places and ranges are left aside where they lag the standard.
"""

import ipaddress
import re
from collections.abc import Callable
from datetime import date

import stdnum.au.tfn
import stdnum.be.nn
import stdnum.bitcoin
import stdnum.br.cpf
import stdnum.ca.sin
import stdnum.ch.ssn
import stdnum.de.idnr
import stdnum.es.nie
import stdnum.es.nif
import stdnum.fi.hetu
import stdnum.fr.nir
import stdnum.gb.nhs
import stdnum.iban
import stdnum.in_.aadhaar
import stdnum.in_.pan
import stdnum.iso7064.mod_11_2
import stdnum.it.codicefiscale
import stdnum.kr.rrn
import stdnum.luhn
import stdnum.nl.bsn
import stdnum.numdb
import stdnum.pl.pesel
import stdnum.se.personnummer
import stdnum.tr.tckimlik
import stdnum.us.rtn
import stdnum.za.idnr

from detectors.pii.dates import birth

Check = Callable[[str], bool]

_SEPARATORS = str.maketrans("", "", " .-/\u00a0")


def compact(value: str) -> str:
    """Return the value without separators, in upper case: the form that is compared and hashed."""
    return value.translate(_SEPARATORS).upper()


def weighted(digits: str, weights: tuple[int, ...]) -> int:
    """Return the sum of the digits times their weights."""
    return sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=False))


def spread(digits: str) -> bool:
    """Tell whether more than one digit occurs: 000000000 and 111111111 are fillers that pass many checks."""
    return len(set(digits)) > 1


def day(year: int, month: int, of_month: int) -> bool:
    """Tell whether that day exists."""
    try:
        date(year, month, of_month)
    except ValueError:
        return False
    return True


# --- addresses ------------------------------------------------------------------------------------------------------

_FILES = frozenset(
    ("png", "jpg", "jpeg", "gif", "svg", "webp", "ico", "css", "js", "mjs", "ts", "tsx", "jsx", "html", "json", "yaml")
)
_SERVICE_ACCOUNTS = frozenset(["git@github.com", "git@gitlab.com", "git@bitbucket.org", "git@ssh.dev.azure.com"])
_RESOLVERS = frozenset(
    ("1.1.1.1", "1.0.0.1", "8.8.8.8", "8.8.4.4", "9.9.9.9", "149.112.112.112", "208.67.222.222", "208.67.220.220")
)


def email(value: str) -> bool:
    """RFC 5321 lengths, a plausible last label; the user names of code hosts are nobody's address."""
    local, _, domain = value.rpartition("@")
    last = domain.rpartition(".")[2].lower()
    return (
        len(local) <= 64
        and len(domain) <= 253
        and len(last) >= 2
        and (last.isalpha() or last.startswith("xn--"))
        and last not in _FILES
        and ".." not in local
        and not local.endswith(".")
        and not domain.startswith("-")
        and value.lower() not in _SERVICE_ACCOUNTS
    )


def ip(value: str) -> bool:
    """An address that the public Internet routes to one place (RFC 6890 and its registries).

    Private, loopback, link-local, unspecified, multicast and documentation addresses and well-known public resolvers
    point at nobody. `a::b` is C++ more often than an address: short forms need three groups and a digit.
    """
    try:
        address = ipaddress.ip_address(value)
    except ValueError:
        return False
    if not address.is_global or address.is_multicast or value in _RESOLVERS:
        return False
    if address.version == 4:
        return not address.is_reserved and not value.startswith("0.")
    groups = [group for group in value.split(":") if group]
    return len(groups) == 8 or (len(groups) >= 3 and len(groups[0]) >= 3 and any(c.isdigit() for c in value))


def mac(value: str) -> bool:
    """IEEE 802 address that is neither all zeros nor broadcast, written with digits and letters of one case."""
    digits = re.sub(r"[^0-9A-Fa-f]", "", value)
    if len(digits) != 12 or len(set(digits.lower())) < 3:
        return False
    return digits == digits.lower() or digits == digits.upper()


# --- money ----------------------------------------------------------------------------------------------------------

_CARD = re.compile(
    r"4(?:\d{12}|\d{15}|\d{18})"  # Visa
    r"|(?:5[1-5]\d{2}|222[1-9]|22[3-9]\d|2[3-6]\d{2}|27[01]\d|2720)\d{12}"  # Mastercard
    r"|3[47]\d{13}"  # American Express
    r"|3(?:0[0-5]|095|[689]\d)\d{11,16}"  # Diners Club
    r"|35\d{14,17}|(?:2131|1800)\d{11}"  # JCB
    r"|(?:6011|64[4-9]\d|65\d{2})\d{12,15}"  # Discover
    r"|62\d{14,17}|81\d{14,17}"  # UnionPay
    r"|(?:5018|502\d|503\d|56\d{2}|57\d{2}|58\d{2}|6304|67\d{2}|639\d)\d{8,15}"  # Maestro
    r"|220[0-4]\d{12,15}|9792\d{12}|(?:60|6521|508)\d{12,14}"  # Mir, Troy, RuPay
)


def card(value: str) -> bool:
    """Luhn (ISO/IEC 7812-1 annex B) and an issuer's range and length."""
    digits = compact(value)
    return _CARD.fullmatch(digits) is not None and spread(digits) and bool(stdnum.luhn.is_valid(digits))


_IBAN_COUNTRIES = stdnum.numdb.get("iban")
_BBAN_PIECE = re.compile(r"(\d+)!?[nac]")


def iban_length(country: str) -> int:
    """Return the length of an IBAN of that country (SWIFT IBAN registry), 0 for none."""
    info = _IBAN_COUNTRIES.info(country + "00")
    structure = info[0][1].get("bban", "") if info else ""
    total = sum(int(n) for n in _BBAN_PIECE.findall(structure))
    return total + 4 if total else 0


def fit_iban(value: str) -> int:
    """Return how many characters of `value` the IBAN that starts it takes, 0 where it is too short."""
    need = iban_length(value[:2].upper())
    if not need:
        return 0
    for at, char in enumerate(value):
        need -= char not in " -"
        if not need:
            return at + 1
    return 0


def iban(value: str) -> bool:
    """ISO 13616: length of the country, then mod 97."""
    return bool(stdnum.iban.is_valid(value.upper(), check_country=False))


def wallet(value: str) -> bool:
    """Bitcoin: base58check or bech32 (BIP 173). Ethereum: 20 bytes that are not a filler."""
    if value.startswith("0x"):
        return len(set(value[2:].lower())) > 4
    return bool(stdnum.bitcoin.is_valid(value))


# --- people ---------------------------------------------------------------------------------------------------------


def au_medicare(value: str) -> bool:
    """Services Australia: ninth digit = weighted sum of the first eight, mod 10."""
    digits = compact(value)
    return weighted(digits[:8], (1, 3, 7, 9, 1, 3, 7, 9)) % 10 == int(digits[8]) and digits[9:] != "0"


def cn_id(value: str) -> bool:
    """GB 11643: birth date and ISO 7064 mod 11-2; places are not looked up, districts come and go."""
    digits = compact(value)
    born = 1880 <= int(digits[6:10]) <= 2100 and day(int(digits[6:10]), int(digits[10:12]), int(digits[12:14]))
    return born and "11" <= digits[:2] <= "91" and bool(stdnum.iso7064.mod_11_2.is_valid(digits))


def fi_hetu(value: str) -> bool:
    """Finnish decree 690/2022: the new century signs count as the old ones."""
    upper = value.upper()
    sign = {"B": "A", "C": "A", "D": "A", "E": "A", "F": "A"}.get(upper[6], upper[6])
    sign = "-" if sign in "UVWXY" else sign
    return bool(stdnum.fi.hetu.is_valid(upper[:6] + sign + upper[7:], allow_temporary=True))


def kr_rrn(value: str) -> bool:
    """Birth date, sex digit and check digit."""
    return bool(stdnum.kr.rrn.is_valid(value, allow_future=False))


def kr_rrn_shape(value: str) -> bool:
    """Birth date only: numbers given since October 2020 end in random digits."""
    digits = compact(value)
    century = 1900 if digits[6] in "1256" else 2000 if digits[6] in "3478" else 1800
    return day(century + int(digits[:2]), int(digits[2:4]), int(digits[4:6]))


def sg_nric(value: str) -> bool:
    """Singapore: weights 2 7 6 5 4 3 2, offset 4 for T and G, 3 for M, letter table by series."""
    upper = value.upper()
    total = weighted(upper[1:8], (2, 7, 6, 5, 4, 3, 2)) + {"T": 4, "G": 4, "M": 3}.get(upper[0], 0)
    if upper[0] == "M":
        return upper[8] == "KLJNPQRTUWX"[10 - total % 11]
    return upper[8] == ("JZIHGFEDCBA" if upper[0] in "ST" else "XWUTRQPNMLK")[total % 11]


def uk_nino(value: str) -> bool:
    """HMRC NIM39110: prefixes that are never given out. It has no check digit."""
    return compact(value)[:2] not in {"BG", "GB", "KN", "NK", "NT", "TN", "ZZ"}


def us_itin(value: str) -> bool:
    """IRS: starts with 9, fourth and fifth digit 50 to 65, 70 to 88, 90 to 92 or 94 to 99."""
    group = int(compact(value)[3:5])
    return 50 <= group <= 65 or 70 <= group <= 88 or 90 <= group <= 92 or 94 <= group <= 99


def us_ssn(value: str) -> bool:
    """SSA: as `us_ssn_shape`, and not one of the numbers that advertisements and examples made known."""
    return us_ssn_shape(value) and compact(value) not in {"078051120", "219099999", "123456789"}


def us_ssn_shape(value: str) -> bool:
    """SSA: no area 000, 666 or 9xx, no group 00, no serial 0000."""
    digits = compact(value)
    area, group, serial = digits[:3], digits[3:5], digits[5:]
    given = area not in {"000", "666"} and area[0] != "9" and group != "00" and serial != "0000"
    return given and spread(digits)


def us_npi(value: str) -> bool:
    """CMS: Luhn over 80840 and the ten digits."""
    return bool(stdnum.luhn.is_valid("80840" + compact(value)))


_VIN_VALUES = dict(zip("ABCDEFGHJKLMNPRSTUVWXYZ", map(int, "12345678123457923456789"), strict=True))
_VIN_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)


def vin(value: str) -> bool:
    """49 CFR 565.15: ninth character = weighted sum mod 11, X for ten (North America; optional elsewhere)."""
    upper = value.upper()
    total = sum(_VIN_VALUES.get(c, ord(c) - 48) * w for c, w in zip(upper, _VIN_WEIGHTS, strict=True))
    return upper[8] == "0123456789X"[total % 11] and any(c.isalpha() for c in upper) and spread(upper)


def vin_shape(value: str) -> bool:
    """Letters and digits mixed, as ISO 3779 vehicles outside North America bear them, without check digit."""
    return any(c.isalpha() for c in value) and any(c.isdigit() for c in value) and len(set(value.upper())) > 5


def _stdnum(module: object) -> Check:
    valid = getattr(module, "is_valid")  # noqa: B009 - stdnum modules share one interface and no type

    def check(value: str) -> bool:
        return bool(valid(compact(value))) and spread(compact(value))

    return check


CHECKS: dict[str, Check] = {
    "birth": birth,
    "aba": _stdnum(stdnum.us.rtn),
    "au_medicare": au_medicare,
    "au_tfn": _stdnum(stdnum.au.tfn),
    "be_nrn": _stdnum(stdnum.be.nn),
    "br_cpf": _stdnum(stdnum.br.cpf),
    "ca_sin": _stdnum(stdnum.ca.sin),
    "card": card,
    "ch_ahv": _stdnum(stdnum.ch.ssn),
    "cn_id": cn_id,
    "de_idnr": _stdnum(stdnum.de.idnr),
    "email": email,
    "es_nie": _stdnum(stdnum.es.nie),
    "es_nif": _stdnum(stdnum.es.nif),
    "fi_hetu": fi_hetu,
    "fr_nir": _stdnum(stdnum.fr.nir),
    "iban": iban,
    "in_aadhaar": _stdnum(stdnum.in_.aadhaar),
    "in_pan": _stdnum(stdnum.in_.pan),
    "ip": ip,
    "it_fiscal": _stdnum(stdnum.it.codicefiscale),
    "kr_rrn": kr_rrn,
    "kr_rrn_shape": kr_rrn_shape,
    "mac": mac,
    "nl_bsn": _stdnum(stdnum.nl.bsn),
    "pl_pesel": _stdnum(stdnum.pl.pesel),
    "se_pnr": _stdnum(stdnum.se.personnummer),
    "sg_nric": sg_nric,
    "tr_kimlik": _stdnum(stdnum.tr.tckimlik),
    "uk_nhs": _stdnum(stdnum.gb.nhs),
    "uk_nino": uk_nino,
    "us_itin": us_itin,
    "us_npi": us_npi,
    "us_ssn": us_ssn,
    "us_ssn_shape": us_ssn_shape,
    "vin": vin,
    "vin_shape": vin_shape,
    "wallet": wallet,
    "za_id": _stdnum(stdnum.za.idnr),
}
"""Name in kinds.yaml to function."""

FITS: dict[str, Callable[[str], int]] = {"iban": fit_iban}
"""Name in kinds.yaml to a function that says how many characters of a match belong to the value."""

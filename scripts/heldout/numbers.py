"""A random source in, values of each kind of personal data out, in the forms that people write them in.

Check digits come from python-stdnum where it has the algorithm, phone numbers from the examples of libphonenumber.
"""

import random
import string
from collections.abc import Callable

import phonenumbers
from stdnum import luhn, verhoeff
from stdnum.iso7064 import mod_11_2
from stdnum.util import get_cc_module

Draw = Callable[[random.Random], str]

_REGIONS = [
    "US",
    "GB",
    "DE",
    "FR",
    "ES",
    "IT",
    "NL",
    "BE",
    "CH",
    "AT",
    "PL",
    "SE",
    "DK",
    "NO",
    "FI",
    "PT",
    "BR",
    "MX",
    "AR",
    "IN",
    "CN",
    "JP",
    "KR",
    "SG",
    "AU",
    "NZ",
    "ZA",
    "TR",
    "IE",
    "CA",
]
_IBANS = {
    "DE": 18, "GB": 18, "FR": 23, "ES": 20, "IT": 23, "NL": 14, "BE": 12, "CH": 17, "AT": 16, "PL": 24, "SE": 20,
    "PT": 21, "IE": 18, "NO": 11, "DK": 14, "LU": 16, "CZ": 20, "RO": 20, "GR": 23, "HU": 24, "FI": 14, "SA": 20,
}  # fmt: skip
_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


def digits(r: random.Random, count: int, first: str = "0123456789") -> str:
    """Return `count` digits, the first of them out of `first`."""
    return r.choice(first) + "".join(r.choice(string.digits) for _ in range(count - 1))


def upper(r: random.Random, count: int) -> str:
    """Return `count` capital letters."""
    return "".join(r.choice(string.ascii_uppercase) for _ in range(count))


def _until(make: Draw, holds: Callable[[str], object]) -> Draw:
    def draw(r: random.Random) -> str:
        while not holds(value := make(r)):
            pass
        return value

    return draw


def _valid(country: str, module: str, make: Draw) -> Draw:
    return _until(make, get_cc_module(country, module).is_valid)


def _grouped(value: str, sizes: tuple[int, ...], sign: str) -> str:
    pieces, at = [], 0
    for size in sizes:
        pieces.append(value[at : at + size])
        at += size
    return sign.join(piece for piece in [*pieces, value[at:]] if piece)


def _forms(draw: Draw, *shapes: Callable[[str], str]) -> Draw:
    return lambda r: r.choice(shapes)(draw(r))


def _by(sizes: tuple[int, ...], sign: str) -> Callable[[str], str]:
    return lambda value: _grouped(value, sizes, sign)


def _birth(r: random.Random, *, century: bool = False) -> str:
    year = r.randint(1938, 2004)
    return f"{year if century else year % 100:02d}{r.randint(1, 12):02d}{r.randint(1, 28):02d}"


def _phone(r: random.Random) -> str:
    region = r.choice(_REGIONS)
    kind = r.choice((phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE))
    example = phonenumbers.example_number_for_type(region, kind)
    assert example is not None
    assert example.national_number is not None
    text = str(example.national_number)
    for _ in range(60):
        tail = digits(r, 4)
        number = phonenumbers.PhoneNumber(example.country_code, int(text[:-4] + tail))
        number.italian_leading_zero = example.italian_leading_zero
        if phonenumbers.is_valid_number(number):
            break
    style = r.choice((phonenumbers.PhoneNumberFormat.INTERNATIONAL, phonenumbers.PhoneNumberFormat.E164,
                      phonenumbers.PhoneNumberFormat.INTERNATIONAL, phonenumbers.PhoneNumberFormat.NATIONAL))  # fmt: skip
    return phonenumbers.format_number(number, style)


def _email(r: random.Random) -> str:
    first = r.choice(
        [
            "maria",
            "jonas",
            "li.wei",
            "fatima",
            "o'brien",
            "anne-marie",
            "jsmith42",
            "k_tanaka",
            "pierre.dupont",
            "zofia+news",
            "x",
        ]
    )
    host = r.choice(
        [
            "gmail.com",
            "klinikum-nord.de",
            "acme.co.uk",
            "uni.edu",
            "mail.ru",
            "correo.gob.mx",
            "law-firm.legal",
            "proton.me",
        ]
    )
    return f"{first}{r.choice(['', str(r.randint(1, 99))])}@{host}"


def _iban(r: random.Random) -> str:
    country = r.choice(list(_IBANS))
    bban = digits(r, _IBANS[country])
    if country in ("GB", "IE", "NL", "RO"):
        bban = upper(r, 4) + bban[4:]
    if country == "IT":
        bban = upper(r, 1) + bban[1:]
    number = int("".join(str(int(c, 36)) for c in bban + country + "00"))
    return f"{country}{98 - number % 97:02d}{bban}"


def _card(r: random.Random) -> str:
    prefix, length = r.choice([("4", 16), ("51", 16), ("2221", 16), ("37", 15), ("6011", 16), ("3530", 16), ("55", 16)])
    body = prefix + digits(r, length - len(prefix) - 1)
    value = body + luhn.calc_check_digit(body)
    if length == 15:
        return r.choice([value, _grouped(value, (4, 6), " "), _grouped(value, (4, 6), "-")])
    return r.choice([value, _grouped(value, (4, 4, 4), " "), _grouped(value, (4, 4, 4), "-")])


def _wallet(r: random.Random) -> str:
    if r.random() < 0.5:
        return "0x" + "".join(r.choice("0123456789abcdef") for _ in range(40))
    from hashlib import sha256  # noqa: PLC0415

    raw = b"\0" + r.randbytes(20)
    raw += sha256(sha256(raw).digest()).digest()[:4]
    number, text = int.from_bytes(raw), ""
    while number:
        number, rest = divmod(number, 58)
        text = _BASE58[rest] + text
    return "1" * (len(raw) - len(raw.lstrip(b"\0"))) + text


def _ip(r: random.Random) -> str:
    if r.random() < 0.25:
        return f"2a02:{r.randint(256, 65535):x}:{r.randint(1, 65535):x}::{r.randint(1, 65535):x}"
    return f"{r.choice([31, 46, 62, 77, 81, 93, 145, 185, 212])}.{r.randint(0, 255)}.{r.randint(0, 255)}.{r.randint(1, 254)}"


def _mac(r: random.Random) -> str:
    raw = f"{r.choice([0x00, 0x3C, 0xA4, 0xF0]):02x}" + "".join(f"{r.randrange(256):02x}" for _ in range(5))
    shape = r.choice(["colon", "dash", "cisco", "upper"])
    if shape == "cisco":
        return _grouped(raw, (4, 4), ".")
    text = _grouped(raw, (2,) * 5, "-" if shape == "dash" else ":")
    return text.upper() if shape in ("upper", "dash") else text


def _vin(r: random.Random) -> str:
    alphabet = "ABCDEFGHJKLMNPRSTUVWXYZ0123456789"
    table = dict(
        zip(
            "0123456789ABCDEFGHJKLMNPRSTUVWXYZ",
            [*range(10), *range(1, 9), *range(1, 6), 7, 9, *range(2, 10)],
            strict=True,
        )
    )
    body = r.choice(["WVW", "1HG", "JTD", "WBA", "5YJ"]) + "".join(r.choice(alphabet) for _ in range(8)) + digits(r, 6)
    weights = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2]
    total = sum(table[c] * w for c, w in zip(body, weights, strict=True))
    return body[:8] + ("X" if total % 11 == 10 else str(total % 11)) + body[9:]


def _npi(r: random.Random) -> str:
    body = digits(r, 9, "1")
    return body + luhn.calc_check_digit("80840" + body)


def _nhs(r: random.Random) -> str:
    return r.choice("4679") + digits(r, 9)


def _medicare(r: random.Random) -> str:
    body = digits(r, 8, "23456")
    check = sum(int(d) * w for d, w in zip(body, (1, 3, 7, 9, 1, 3, 7, 9), strict=True)) % 10
    return f"{body}{check}{r.randint(1, 5)}"


def _hetu(r: random.Random) -> str:
    body = f"{r.randint(1, 28):02d}{r.randint(1, 12):02d}{r.randint(40, 99)}"
    number = f"{r.randint(2, 899):03d}"
    return f"{body}-{number}{'0123456789ABCDEFHJKLMNPRSTUVWXY'[int(body + number) % 31]}"


def _cn(r: random.Random) -> str:
    body = r.choice(["110105", "310115", "440305", "510107"]) + _birth(r, century=True) + digits(r, 3)
    return body + mod_11_2.calc_check_digit(body)


def _fr(r: random.Random) -> str:
    body = f"{r.choice('12')}{r.randint(40, 99)}{r.randint(1, 12):02d}{r.choice(['75', '13', '69', '33', '59'])}{r.randint(1, 800):03d}{r.randint(1, 900):03d}"
    return f"{body}{97 - int(body) % 97:02d}"


def _it(r: random.Random) -> str:
    module = get_cc_module("it", "codicefiscale")
    body = f"{r.choice(['RSS', 'BNC', 'VRD', 'FRR'])}{r.choice(['MRA', 'GVN', 'LCU', 'NNA'])}{r.randint(40, 99)}{r.choice('ABCDEHLMPRST')}{r.randint(1, 28):02d}{r.choice(['H501', 'F205', 'L219', 'D612'])}"
    return body + module.calc_check_digit(body)


def _za(r: random.Random) -> str:
    body = _birth(r) + digits(r, 4) + r.choice("01") + "8"
    return body + luhn.calc_check_digit(body)


def _aadhaar(r: random.Random) -> str:
    body = digits(r, 11, "23456789")
    return body + verhoeff.calc_check_digit(body)


def _es(r: random.Random, first: str) -> str:
    number = digits(r, 8 if not first else 7)
    at = int({"X": "0", "Y": "1", "Z": "2", "": ""}[first] + number) % 23
    return first + number + "TRWAGMYFPDXBNJZSQVHLCKE"[at]


def _ssn(r: random.Random) -> str:
    return f"{r.choice([*range(1, 666), *range(667, 900)]):03d}{r.randint(1, 99):02d}{r.randint(1, 9999):04d}"


def _itin(r: random.Random) -> str:
    return f"9{digits(r, 2)}{r.choice([*range(50, 66), *range(70, 89)]):02d}{digits(r, 4)}"


def _nric(value: str) -> bool:
    total = sum(int(d) * w for d, w in zip(value[1:8], (2, 7, 6, 5, 4, 3, 2), strict=True)) + (value[0] in "TG") * 4
    return value[8] == ("JZIHGFEDCBA" if value[0] in "ST" else "XWUTRQPNMLK")[total % 11]


_same = str

DRAWS: dict[str, Draw] = {
    "EMAIL_ADDRESS": _email,
    "PHONE_NUMBER": _phone,
    "IP_ADDRESS": _ip,
    "MAC_ADDRESS": _mac,
    "CREDIT_CARD": _card,
    "IBAN_CODE": _forms(_iban, _same, _by((4,) * 8, " ")),
    "ABA_ROUTING_NUMBER": _valid("us", "rtn", lambda r: r.choice(["02", "12", "26", "31", "07"]) + digits(r, 7)),
    "CRYPTO": _wallet,
    "AU_MEDICARE": _forms(_medicare, _same, _by((4, 5), " "), _by((4, 5), "-")),
    "AU_TFN": _forms(_valid("au", "tfn", lambda r: digits(r, 9, "123456789")), _same, _by((3, 3), " ")),
    "BE_NRN": _forms(_valid("be", "nn", lambda r: _birth(r) + digits(r, 5)), _same, lambda v: f"{v[:2]}.{v[2:4]}.{v[4:6]}-{v[6:9]}.{v[9:]}"),
    "BR_CPF": _forms(_valid("br", "cpf", lambda r: digits(r, 11)), _same, lambda v: f"{v[:3]}.{v[3:6]}.{v[6:9]}-{v[9:]}"),
    "CA_SIN": _forms(_valid("ca", "sin", lambda r: digits(r, 9, "1234567")), _same, _by((3, 3), " "), _by((3, 3), "-")),
    "CH_AHV": _forms(_valid("ch", "ssn", lambda r: "756" + digits(r, 10)), _same, _by((3, 4, 4), ".")),
    "CN_ID": _cn,
    "DE_TAX_ID": _forms(_valid("de", "idnr", lambda r: digits(r, 11, "123456789")), _same, _by((2, 3, 3), " ")),
    "ES_NIE": lambda r: _es(r, r.choice("XYZ")),
    "ES_NIF": lambda r: _es(r, ""),
    "FI_PERSONAL_IDENTITY_CODE": _hetu,
    "FR_NIR": _forms(_fr, _same, lambda v: " ".join((v[0], v[1:3], v[3:5], v[5:7], v[7:10], v[10:13], v[13:]))),
    "IN_AADHAAR": _forms(_aadhaar, _same, _by((4, 4), " "), _by((4, 4), "-")),
    "IN_PAN": lambda r: upper(r, 3) + "P" + upper(r, 1) + digits(r, 4, "123456789") + upper(r, 1),
    "IT_FISCAL_CODE": _it,
    "KR_RRN": _forms(_valid("kr", "rrn", lambda r: _birth(r) + r.choice("12") + digits(r, 6)), _by((6,), "-")),
    "NL_BSN": _forms(_valid("nl", "bsn", lambda r: digits(r, 9, "12345")), _same),
    "PL_PESEL": _valid("pl", "pesel", lambda r: _birth(r) + digits(r, 5)),
    "SE_PERSONNUMMER": _forms(_valid("se", "personnummer", lambda r: f"{_birth(r)}-{digits(r, 4)}"), _same, lambda v: "19" + v),
    "SG_NRIC_FIN": _until(lambda r: r.choice("STFG") + digits(r, 7) + r.choice("ABCDEFGHIJZKLMNPQRTUWX"), _nric),
    "TR_NATIONAL_ID": _valid("tr", "tckimlik", lambda r: digits(r, 11, "123456789")),
    "UK_NHS": _forms(_valid("gb", "nhs", _nhs), _same, _by((3, 3), " "), _by((3, 3), "-")),
    "UK_NINO": _forms(lambda r: r.choice(["AB", "CE", "JH", "PX", "SL"]) + digits(r, 6) + r.choice("ABCD"), _same, _by((2, 2, 2, 2), " ")),
    "US_DRIVER_LICENSE": lambda r: r.choice([r.choice("ABCDEFGHS") + digits(r, 7), digits(r, 8, "123456789"), r.choice("MWS") + digits(r, 12)]),
    "US_ITIN": _forms(_itin, _by((3, 2), "-"), _same),
    "US_NPI": _npi,
    "US_PASSPORT": lambda r: r.choice([digits(r, 9, "3456"), r.choice("ACX") + digits(r, 8)]),
    "US_SSN": _forms(_ssn, _by((3, 2), "-"), _by((3, 2), "-"), _same, _by((3, 2), " ")),
    "VIN": _vin,
    "ZA_ID_NUMBER": _forms(_za, _same, _by((6, 4, 2), " ")),
    "MEDICAL_RECORD": lambda r: r.choice([digits(r, 7, "123456789"), digits(r, 8, "123456789"), r.choice("MHP") + digits(r, 7)]),
}  # fmt: skip

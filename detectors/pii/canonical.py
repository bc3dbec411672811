"""An entity and its value as written in, the one spelling that is compared and hashed out."""

import ipaddress

from detectors.pii.folding import fold

_DROPPED = str.maketrans("", "", " .-/:()\t\n")
_AS_WRITTEN = frozenset({"EMAIL_ADDRESS", "CRYPTO"})


def canonical(entity: str, value: str) -> str:
    """Return the value without separators and in one case, so that two spellings of it are one value.

    Dots and dashes of an e-mail address belong to it; base58 wallet addresses keep their case.
    """
    plain = fold(value)
    if entity == "IP_ADDRESS":
        try:
            return str(ipaddress.ip_address(plain))
        except ValueError:
            return plain.casefold()
    if entity in _AS_WRITTEN:
        return plain if plain[:1] in "13" and entity == "CRYPTO" else plain.casefold()
    return plain.translate(_DROPPED).casefold()

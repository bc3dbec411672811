"""A `pkcs11:` URI in, a key that stays in its token out: signing happens there (PKCS #11, RFC 7512).

`pkcs11:token=NAME;object=LABEL?module-path=LIBRARY&pin-source=file:PATH`, where `id=%01%02` may stand for or beside
`object`. Needs the extra `pkcs11`. Only the supervisor opens a token; EC P-256 and P-384 keys are supported.
"""

import importlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import unquote, unquote_to_bytes

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils

SCHEME = "pkcs11:"
_CURVES = {32: ec.SECP256R1, 48: ec.SECP384R1}


class TokenError(ValueError):
    """The key of a token cannot be used: what is wrong. Says nothing of the PIN."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a key is: the library that reaches the token, its name, the key's label or id, the file with the PIN."""

    module: str
    token: str
    label: str | None
    id: bytes | None
    pin_file: Path | None = field(repr=False)


class TokenKey(ec.EllipticCurvePrivateKey):
    """An EC key of a token. It signs; what would take it out of the token raises TokenError."""

    def __init__(self, handle: Any, mechanism: Any, public: ec.EllipticCurvePublicKey) -> None:
        self._handle = handle
        self._mechanism = mechanism
        self._public = public

    def public_key(self) -> ec.EllipticCurvePublicKey:
        """Return the public half."""
        return self._public

    @property
    def curve(self) -> ec.EllipticCurve:
        """Return the curve."""
        return self._public.curve

    @property
    def key_size(self) -> int:
        """Return the size in bits."""
        return self._public.key_size

    def sign(self, data: Any, signature_algorithm: ec.EllipticCurveSignatureAlgorithm) -> bytes:
        """Return an ECDSA signature in DER. Raises TokenError where the token does not sign."""
        algorithm = signature_algorithm.algorithm
        if isinstance(algorithm, utils.Prehashed):
            digest = bytes(data)
        else:
            hashing = hashes.Hash(algorithm)
            hashing.update(data)
            digest = hashing.finalize()
        try:
            raw = bytes(self._handle.sign(digest, mechanism=self._mechanism))
        except Exception as error:  # noqa: BLE001 - the boundary: the library has a class for each of the standard's codes
            raise TokenError(f"the token does not sign ({type(error).__name__})") from None
        half = len(raw) // 2
        return utils.encode_dss_signature(int.from_bytes(raw[:half]), int.from_bytes(raw[half:]))

    def exchange(self, *_: object, **__: object) -> NoReturn:
        """Raise TokenError: this key signs only."""
        raise TokenError("the key of a token signs only")

    def private_numbers(self) -> NoReturn:
        """Raise TokenError: the key does not leave the token."""
        raise TokenError("the key does not leave its token")

    def private_bytes(self, *_: object, **__: object) -> NoReturn:
        """Raise TokenError: the key does not leave the token."""
        raise TokenError("the key does not leave its token")

    def __copy__(self) -> "TokenKey":
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> "TokenKey":
        return self


def read_uri(text: str) -> Place:
    """Return what a URI names. Raises TokenError."""
    if not text.startswith(SCHEME):
        raise TokenError("a key of a token is named by a pkcs11: URI")
    path, _, query = text.removeprefix(SCHEME).partition("?")
    pairs = [pair.partition("=") for pair in (*path.split(";"), *query.split("&")) if pair]
    found = {name: value for name, _, value in pairs}
    unknown = found.keys() - {"token", "object", "id", "type", "module-path", "pin-source"}
    if unknown:
        raise TokenError(f"the pkcs11: URI has what is not known here: {', '.join(sorted(unknown))}")
    if not {"token", "module-path"} <= found.keys() or not {"object", "id"} & found.keys():
        raise TokenError("the pkcs11: URI needs token, module-path, and object or id")
    pin = unquote(found.get("pin-source", "")).removeprefix("file:")
    return Place(
        unquote(found["module-path"]),
        unquote(found["token"]),
        unquote(found["object"]) if "object" in found else None,
        unquote_to_bytes(found["id"]) if "id" in found else None,
        Path(pin) if pin else None,
    )


def open_key(text: str) -> TokenKey:
    """Return the key that a URI names, its session open. Raises TokenError."""
    place = read_uri(text.strip())
    try:
        pkcs11: Any = importlib.import_module("pkcs11")
    except ImportError:
        raise TokenError("a key of a token needs the extra: pip install hushgate[pkcs11]") from None
    try:
        pin = place.pin_file.read_text(encoding="utf-8").strip() if place.pin_file else None
    except OSError as error:
        raise TokenError(f"the file with the PIN cannot be read ({error.strerror})") from None
    named = {"label": place.label, "id": place.id}
    try:
        token = pkcs11.lib(place.module).get_token(token_label=place.token)
        try:
            session = token.open(user_pin=pin)
        except pkcs11.UserAlreadyLoggedIn:  # by another session of this program
            session = token.open()
        private = session.get_key(object_class=pkcs11.ObjectClass.PRIVATE_KEY, **named)
        public = session.get_key(object_class=pkcs11.ObjectClass.PUBLIC_KEY, **named)
        point = bytes(public[pkcs11.Attribute.EC_POINT])
    except Exception as error:  # noqa: BLE001 - the boundary: the library has a class for each of the standard's codes
        raise TokenError(f"the token cannot be used ({type(error).__name__})") from None
    return TokenKey(private, pkcs11.Mechanism.ECDSA, _public(point))


def _public(point: bytes) -> ec.EllipticCurvePublicKey:
    """Return the public key of CKA_EC_POINT: an uncompressed point in a DER octet string."""
    raw = point[2:] if point[:1] == b"\x04" and len(point) % 2 == 1 and point[1] == len(point) - 2 else point
    curve = _CURVES.get((len(raw) - 1) // 2)
    if curve is None:
        raise TokenError("the key of the token is not an EC P-256 or P-384 key")
    try:
        return ec.EllipticCurvePublicKey.from_encoded_point(curve(), raw)
    except ValueError:
        raise TokenError("the key of the token is not an EC P-256 or P-384 key") from None

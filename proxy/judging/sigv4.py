"""A request and a pair of AWS keys in, the headers that sign it out: Signature Version 4.

Source: docs.aws.amazon.com, IAM user guide, "Create a signed AWS API request". Services but S3 encode the path twice.
"""

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import parse_qsl, quote

_ALGORITHM = "AWS4-HMAC-SHA256"
_PAIR = re.compile(r"((?:AKIA|ASIA)[A-Z0-9]{12,124}):([A-Za-z0-9/+=]{16,128})(?::([A-Za-z0-9/+=]+))?")
_SPACES = re.compile(r" +")


@dataclass(frozen=True, slots=True)
class Credentials:
    """An access key's id and secret; `token` belongs to temporary ones."""

    id: str
    secret: str = field(repr=False)
    token: str = field(default="", repr=False)


def credentials(text: str) -> Credentials | None:
    """Return the pair that `ID:SECRET` or `ID:SECRET:TOKEN` holds; None where it is another kind of key."""
    found = _PAIR.fullmatch(text)
    return Credentials(found[1], found[2], found[3] or "") if found else None


def sign(
    method: str,
    target: str,
    headers: Mapping[str, str],
    body: bytes,
    *,
    keys: Credentials,
    region: str,
    service: str,
    now: datetime,
) -> dict[str, str]:
    """Return the headers to add: `authorization`, `x-amz-date`, and `x-amz-security-token` for temporary keys.

    `target` is path and query as they are sent; `headers` are signed, all of them, `host` among them.
    """
    stamp = now.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    added = {"x-amz-date": stamp} | ({"x-amz-security-token": keys.token} if keys.token else {})
    signed = {name.lower(): _SPACES.sub(" ", value.strip()) for name, value in {**headers, **added}.items()}
    names = ";".join(sorted(signed))
    path, _, query = target.partition("?")
    canonical = "\n".join(
        (
            method,
            quote(path or "/", safe="/-_.~"),
            _canonical_query(query),
            *(f"{name}:{signed[name]}" for name in sorted(signed)),
            "",
            names,
            hashlib.sha256(body).hexdigest(),
        )
    )
    scope = f"{stamp[:8]}/{region}/{service}/aws4_request"
    to_sign = "\n".join((_ALGORITHM, stamp, scope, hashlib.sha256(canonical.encode()).hexdigest()))
    key = b"AWS4" + keys.secret.encode()
    for piece in scope.split("/"):
        key = _hmac(key, piece)
    signature = _hmac(key, to_sign).hex()
    value = f"{_ALGORITHM} Credential={keys.id}/{scope}, SignedHeaders={names}, Signature={signature}"
    return {**added, "authorization": value}


def _canonical_query(query: str) -> str:
    pairs = [(quote(name, safe="-_.~"), quote(value, safe="-_.~")) for name, value in parse_qsl(query, True)]
    return "&".join(f"{name}={value}" for name, value in sorted(pairs))


def _hmac(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), hashlib.sha256).digest()

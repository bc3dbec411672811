"""A value that somebody asks for in, whether a record knows it out: by keyed hash; the value is kept nowhere.

Records hold HMACs of the values that were found, never values. Detectors spell a value in one way before they hash it;
which way depends on the entity, so every way is tried for the entity of the row.
"""

from functools import lru_cache
from typing import Any

from detectors.finding import keyed_digester
from detectors.pii.canonical import canonical


class Asked:
    """One value, as the hashes that rows of records may hold of it. Its `repr` shows nothing."""

    def __init__(self, value: str, key: bytes, name: str) -> None:
        """`key` is the value key, `name` what records call it (`k1`)."""
        digest = keyed_digester(key)
        plain = value.strip()

        @lru_cache(maxsize=4096)
        def digests(entity: str) -> frozenset[str]:
            spelt = {plain, plain.casefold(), " ".join(plain.split()).casefold(), canonical(entity, plain)}
            return frozenset(f"{name}:{digest(entity, each)}" for each in spelt)

        self._digests = digests

    def known_to(self, record: dict[str, Any]) -> bool:
        """Tell whether a value with this hash was found in the exchange of a record."""
        return any(
            not self._digests(str(row.get("entity"))).isdisjoint(row.get("digests", ())) for row in _rows(record)
        )

    @staticmethod
    def unsure(record: dict[str, Any]) -> bool:
        """Tell whether a record found more different values than it holds hashes of."""
        return any(row.get("distinct", 0) > len(row.get("digests", ())) > 0 for row in _rows(record))


def _rows(record: dict[str, Any]) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = record.get("facts", {}).get("findings", [])
    return rows

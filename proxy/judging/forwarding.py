"""What becomes of a request that is let through: headers taken out and put in, another path, another destination."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlencode

from proxy.exchange import Exchange
from proxy.judging.virtualkeys import Held


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a request goes instead. `name` is the target of services.yaml, for the announcement.

    `chunks`: its answer comes in Amazon's event stream, and is to be turned into the vendor's own events.
    """

    name: str
    scheme: str
    host: str
    port: int
    chunks: bool = False


@dataclass(frozen=True, slots=True)
class Changes:
    """Edits beside those of the body. First every header of `remove` goes, then those of `put` come; names lower case.

    `keep`, where it is not None, names the only headers of the client that stay. Later changes are joined by `+`.
    """

    remove: frozenset[str] = frozenset()
    put: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    keep: frozenset[str] | None = None
    path: str | None = field(default=None, repr=False)
    to: Destination | None = None

    def __bool__(self) -> bool:
        return self != Changes()

    def __add__(self, other: "Changes") -> "Changes":
        return Changes(
            self.remove | other.remove,
            (*(() if other.keep is not None else self.put), *other.put),
            other.keep if other.keep is not None else self.keep,
            self.path if other.path is None else other.path,
            other.to or self.to,
        )

    def headers(self, given: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
        """Return the headers that go out."""
        gone = self.remove | {name for name, _ in self.put}
        stay = [(name, value) for name, value in given if name.lower() not in gone]
        if self.keep is not None:
            stay = [(name, value) for name, value in stay if name.lower() in self.keep]
        return [*stay, *self.put]


def tenant_headers(headers: Iterable[tuple[str, str]]) -> Changes:
    """Return the changes that set the headers of `proxy.catalogue.tenants`: every copy of the client's goes."""
    put = tuple((name.lower(), value) for name, value in headers)
    return Changes(remove=frozenset(name for name, _ in put), put=put)


def swapped(exchange: Exchange, holder: Held, vendor_key: str) -> Changes:
    """Return the changes that put the vendor's key where the virtual one stands."""
    kind, _, name = holder.place.partition(":")
    if kind == "query":
        path, _, query = exchange.path.partition("?")
        pairs = [(key, vendor_key if key == name else value) for key, value in parse_qsl(query, keep_blank_values=True)]
        return Changes(path=f"{path}?{urlencode(pairs)}")
    value = f"Bearer {vendor_key}" if name == "authorization" else vendor_key
    return Changes(remove=frozenset({name}), put=((name, value),))

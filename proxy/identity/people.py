"""Who is in which group, and who sits at which address: two small files in, look-ups out.

users.yaml (`schema: users/v1`):  users: {alice: {groups: [hr], device: lt-0231}}
addresses, one line each:         10.20.3.7 alice lt-0231      # the closest network wins
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_network

from policies.reader import read
from policies.shape import Key, ListOf, Named, Record, Text
from policies.yaml_source import read as read_yaml
from proxy.door.access import Network, literal

_USER = Record(
    {
        "groups": Key(ListOf(Text(pattern=r"\S(?:.*\S)?", wants="a name")), "groups"),
        "device": Key(Text(), "device"),
    }
)
_FILE = Record(
    {
        "schema": Key(Text(choices=("users/v1",)), "write `schema: users/v1`", required=True),
        "users": Key(Named(r"\S+", _USER), "users", required=True),
    }
)


class PeopleError(ValueError):
    """A file that cannot be used; the text names each problem with its place."""


@dataclass(frozen=True, slots=True)
class Person:
    """What a deployment's own file says about a user."""

    groups: tuple[str, ...] = ()
    device: str = ""


@dataclass(frozen=True, slots=True)
class Seat:
    """Who sits at a network."""

    network: Network
    user: str
    device: str = ""


def read_users(name: str, text: str) -> Mapping[str, Person]:
    """Return the persons by name in lower case. Raises PeopleError."""
    document = read(read_yaml(name, text), _FILE)
    if document.problems:
        raise PeopleError("; ".join(str(problem) for problem in document.problems))
    return {
        user.lower(): Person(tuple(data.get("groups", ())), data.get("device", ""))
        for user, data in document.data["users"].items()
    }


def read_seats(name: str, text: str) -> "Seats":
    """Return the table of addresses. Raises PeopleError."""
    seats: list[Seat] = []
    wrong: list[str] = []
    for number, line in enumerate(text.splitlines(), 1):
        words = re.sub(r"(?:^|\s)#.*", "", line).split()
        if not words:
            continue
        try:
            network, user, device, *rest = [*words, ""] if len(words) == 2 else words
            seats.append(Seat(ip_network(network), user, device))
        except ValueError as error:
            wrong.append(f"{name}:{number}:1: expected NETWORK USER [DEVICE]: {error}")
            continue
        if rest:
            wrong.append(f"{name}:{number}:1: expected NETWORK USER [DEVICE], found more")
    if wrong:
        raise PeopleError("; ".join(wrong))
    return Seats(seats)


class Seats:
    """Addresses to users; single addresses cost one look-up, wider networks one comparison each."""

    def __init__(self, seats: Sequence[Seat] = ()) -> None:
        self._exact = {str(s.network.network_address): s for s in seats if s.network.num_addresses == 1}
        wide = [s for s in seats if s.network.num_addresses > 1]
        self._wide = sorted(wide, key=lambda s: -s.network.prefixlen)

    def get(self, address: str) -> Seat | None:
        """Return who sits at `address`."""
        exact = self._exact.get(address)
        number = literal(address)
        if exact is not None or number is None:
            return exact
        return next((seat for seat in self._wide if number in seat.network), None)

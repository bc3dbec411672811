"""Users' groups and the table of addresses."""

import pytest

from proxy.identity.people import PeopleError, Person, read_seats, read_users


def test_users_and_their_groups() -> None:
    users = read_users("u", "schema: users/v1\nusers:\n  Alice: {groups: [HR, All Staff], device: lt-1}\n  bob: {}\n")
    assert users == {"alice": Person(("HR", "All Staff"), "lt-1"), "bob": Person()}


def test_the_closest_network_wins() -> None:
    seats = read_seats("a", "10.0.0.0/8 guest\n10.1.0.0/16 lab lab-1  # the lab\n10.1.2.3 alice lt-0231\n\n::1 root\n")
    found = {address: seats.get(address) for address in ("10.1.2.3", "10.1.2.4", "10.9.9.9", "::1", "192.0.2.1", "x")}
    assert {a: s and (s.user, s.device) for a, s in found.items()} == {
        "10.1.2.3": ("alice", "lt-0231"),
        "10.1.2.4": ("lab", "lab-1"),
        "10.9.9.9": ("guest", ""),
        "::1": ("root", ""),
        "192.0.2.1": None,
        "x": None,
    }


@pytest.mark.parametrize("line", ["10.0.0.1", "10.0.0.1/8 a", "x y", "10.0.0.1 a b c"])
def test_a_line_that_cannot_be_used(line: str) -> None:
    with pytest.raises(PeopleError, match=r"^a:2:1: "):
        read_seats("a", f"# first\n{line}\n")


def test_a_users_file_that_cannot_be_used() -> None:
    with pytest.raises(PeopleError, match="u:3:11"):
        read_users("u", "schema: users/v1\nusers:\n  alice: {group: [hr]}\n")

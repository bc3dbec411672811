"""What is known before a word is said."""

from proxy.door.peer import Challenge, Peer


def test_two_connections_from_one_address_are_two() -> None:
    assert Peer("10.0.0.1").number != Peer("10.0.0.1").number


def test_a_challenge_asks_who_it_is_unless_it_says_otherwise() -> None:
    assert Challenge().reason == "identity"

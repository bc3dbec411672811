"""Virtual keys: whom they open what for, and that the vendor's key shows nowhere."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from proxy.exchange import Client, Exchange
from proxy.judging.virtualkeys import PREFIX, KeyRefused, KeyRing, held, make, read, write

NOW = datetime(2026, 11, 24, tzinfo=UTC)
VENDOR = "-".join(["sk", "proj", "q8Zt2mVb9NcR4wL1"])
ADA = Client("10.0.0.1", "ada", ("Eng",))


def vault(**more: object) -> tuple[str, KeyRing]:
    text, entry = make("payments", "openai-api", VENDOR, **more)
    return text, KeyRing([entry], b"secret")


def test_a_key_is_exchanged_for_the_vendors() -> None:
    text, keys = vault()
    assert text.startswith(PREFIX)
    vendor, client, id = keys.exchange(text, "openai-api", ADA, NOW)
    assert (vendor, client, id) == (VENDOR, ADA, keys.entries[0].id)


@pytest.mark.parametrize(
    ("more", "client", "service"),
    [
        ({"revoked": "2026-01-01"}, ADA, "openai-api"),
        ({"expires": "2026-11-23T23:59:59+00:00"}, ADA, "openai-api"),
        ({}, ADA, "anthropic-api"),
        ({"user": "bob"}, ADA, "openai-api"),
        ({"user": "bob"}, Client("10.0.0.1", unknown=True), "openai-api"),
        ({"groups": ("hr",)}, ADA, "openai-api"),
        ({"groups": ("hr",)}, Client("10.0.0.1"), "openai-api"),
    ],
    ids=["revoked", "expired", "service", "user", "unknown", "group", "nobody"],
)
def test_a_key_opens_nothing_else(more: dict[str, object], client: Client, service: str) -> None:
    text, keys = vault(**more)
    with pytest.raises(KeyRefused) as raised:
        keys.exchange(text, service, client, NOW)
    assert VENDOR not in str(raised.value)


def test_a_key_nobody_made_opens_nothing() -> None:
    with pytest.raises(KeyRefused):
        vault()[1].exchange(PREFIX + "x", "openai-api", ADA, NOW)


def test_a_key_for_a_user_says_who_an_unnamed_client_is() -> None:
    text, keys = vault(user="ci-payments", groups=("robots",))
    found = keys.exchange(text, "openai-api", Client("10.0.0.1"), NOW)[1]
    assert (found.subject, found.groups, found.source) == ("ci-payments", ("robots",), "virtual-key")


def test_a_key_for_a_group_is_for_its_members() -> None:
    text, keys = vault(groups=("eng",))
    assert keys.exchange(text, "openai-api", ADA, NOW)[0] == VENDOR


def test_the_file_holds_no_virtual_key_and_is_ones_own(tmp_path: Path) -> None:
    text, keys = vault(user="ada")
    path = tmp_path / "keys.json"
    write(path, keys.entries)
    write(path, keys.entries)
    assert path.stat().st_mode & 0o777 == 0o600
    assert text not in path.read_text()
    again = read(path.read_text(), b"secret")
    assert again.entries == keys.entries
    assert VENDOR not in repr(again.entries)


def test_keys_that_we_know_are_told_from_others() -> None:
    keys = vault()[1]
    assert keys.managed("openai-api", VENDOR) is True
    assert keys.managed("openai-api", VENDOR + "x") is False
    assert keys.managed("anthropic-api", VENDOR) is None
    assert keys.fingerprint(VENDOR) != KeyRing([], b"other").fingerprint(VENDOR)


def test_keys_are_found_wherever_vendors_take_them() -> None:
    headers = (("authorization", "bearer abc"), ("x-api-key", "def"), ("api-key", "ghi"), ("x-goog-api-key", "jkl"))
    found = held(Exchange("POST", "https", "h", 443, "/v1?a=b&key=mno", headers))
    assert [(key.place, key.text) for key in found] == [
        ("header:authorization", "abc"),
        ("header:x-api-key", "def"),
        ("header:api-key", "ghi"),
        ("header:x-goog-api-key", "jkl"),
        ("query:key", "mno"),
    ]
    assert not held(Exchange("POST", "https", "h", 443, "/", (("authorization", "Bearer a.b.c"), ("x-api-key", ""))))

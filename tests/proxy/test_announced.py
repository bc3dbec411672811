import json
from collections.abc import Mapping

import pytest

from proxy.announced import Announced, Place, places
from proxy.exchange import Client

ALICE, BOB = Client("10.0.0.1", subject="alice"), Client("10.0.0.1", subject="bob")
NOBODY = Client("10.0.0.1")
URL = "https://files1.blob.core.windows.net/c/7f3?se=2026&sig=a%2Bb"


class Kept:
    def __init__(self) -> None:
        self.values: dict[bytes, bytes] = {}
        self.seconds = 0.0
        self.broken = False

    def get(self, id: bytes) -> bytes | None:
        if self.broken:
            raise OSError("gone")
        return self.values.get(id)

    def owns(self, owner: bytes) -> bool:
        return False

    async def put(self, owner: bytes, values: Mapping[bytes, bytes], seconds: float) -> None:
        self.values.update(values)
        self.seconds = seconds

    def close(self) -> None:
        pass


@pytest.mark.parametrize(
    "answer",
    [
        json.dumps({"upload_url": URL}),
        json.dumps({"upload_url": URL}).replace("/", "\\/"),
        json.dumps({"upload_url": URL}).replace("&", "\\u0026"),
        f"PUT {URL} please",
    ],
    ids=["plain", "slashes", "unicode", "text"],
)
def test_addresses_are_read_as_json_writes_them(answer: str) -> None:
    assert list(places(answer.encode())) == [Place("files1.blob.core.windows.net", "/c/7f3")]


def test_an_address_without_a_path_is_the_root() -> None:
    assert list(places(b'{"url":"https://Bucket.S3.amazonaws.com"}')) == [Place("bucket.s3.amazonaws.com", "/")]


def test_what_is_no_https_address_is_none() -> None:
    assert list(places(b'{"url":"http://a.example/x","b":"https:/x","c":"\xff"}')) == []


def test_of_many_addresses_the_first_hundred_count() -> None:
    assert len(list(places(b"https://a.example/x " * 500))) == 100


async def test_an_address_is_known_to_its_user_only() -> None:
    kept = Kept()
    announced = Announced(b"key", kept)
    assert await announced.remember(ALICE, places(URL.encode())) == 1
    assert kept.seconds == 3600.0
    for client, right in ((ALICE, True), (BOB, False), (NOBODY, False)):
        assert announced.opens(client, "files1.blob.core.windows.net") is right
        assert announced.knows(client, "files1.blob.core.windows.net", "/c/7f3?sig=other") is right
    assert not announced.knows(ALICE, "files1.blob.core.windows.net", "/c/other")
    assert not announced.opens(ALICE, "files2.blob.core.windows.net")


async def test_who_has_no_name_is_known_by_the_address() -> None:
    announced = Announced(b"key", Kept())
    await announced.remember(NOBODY, places(URL.encode()))
    assert announced.opens(Client("10.0.0.1"), "FILES1.blob.core.windows.net.")
    assert not announced.opens(Client("10.0.0.2"), "files1.blob.core.windows.net")


async def test_nothing_readable_is_kept() -> None:
    kept = Kept()
    await Announced(b"key", kept).remember(ALICE, places(URL.encode()))
    assert all(len(id) == 32 and value == b"\1" for id, value in kept.values.items())


async def test_a_table_that_cannot_be_read_knows_nothing() -> None:
    kept = Kept()
    announced = Announced(b"key", kept)
    await announced.remember(ALICE, places(URL.encode()))
    kept.broken = True
    assert not announced.opens(ALICE, "files1.blob.core.windows.net")


def test_a_place_shows_no_path() -> None:
    assert "7f3" not in repr(Place("h", "/c/7f3"))

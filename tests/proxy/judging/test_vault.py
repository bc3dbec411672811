"""Values wait for their user, and for nobody else."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from proxy.exchange import Client
from proxy.judging.vault import Vault
from proxy.keyvalue import SqliteKeyValue

KEY = b"k" * 32
ANN, BOB = Client("10.0.0.1", "ann"), Client("10.0.0.1", "bob")
NOBODY = Client("10.0.0.1")
SPECIAL = 'a "quoted"\n\\value\\ 😀 \ud83d'


def vault(folder: Path, key: bytes = KEY) -> Vault:
    return Vault(key, SqliteKeyValue(folder / "kv"))


async def issue(made: Vault, client: Client, value: str = SPECIAL) -> tuple[str, Mapping[str, str]]:
    issuer = made.issuer(client)
    token = issuer.issue("PERSON", value)
    await made.keep(client, issuer.issued)
    return token, issuer.issued


async def test_a_flow_s_own_values_need_no_user(tmp_path: Path) -> None:
    made = vault(tmp_path)
    token, issued = await issue(made, NOBODY)
    find = made.lookup(NOBODY, issued)
    assert find is not None
    assert find(token) == SPECIAL
    assert made.lookup(NOBODY, {}) is None


async def test_a_second_turn_on_another_worker(tmp_path: Path) -> None:
    token, _ = await issue(vault(tmp_path), ANN)
    find = vault(tmp_path).lookup(ANN, {})
    assert find is not None
    assert find(token) == SPECIAL
    assert find("[PERSON_AAAAAA]") is None


async def test_one_user_s_placeholders_never_resolve_for_another(tmp_path: Path) -> None:
    made = vault(tmp_path)
    token, _ = await issue(made, ANN)
    await issue(made, BOB, "other")
    for client in (BOB, NOBODY, Client("10.0.0.1", "ann "), Client("10.0.0.1", "user:ann")):
        find = made.lookup(client, {})
        assert find is None or find(token) is None


async def test_an_address_is_no_user(tmp_path: Path) -> None:
    made = vault(tmp_path)
    await issue(made, NOBODY)
    assert made.lookup(NOBODY, {}) is None
    assert made.lookup(Client("x", "address:10.0.0.1"), {}) is None


async def test_nothing_readable_lies_on_the_disk(tmp_path: Path) -> None:
    made = vault(tmp_path)
    token, _ = await issue(made, ANN, "CANARY-VALUE")
    made._kept.close()  # type: ignore[union-attr]
    stored = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    for secret in (b"CANARY-VALUE", token.encode(), b"ann"):
        assert secret not in stored


async def test_another_key_forgets(tmp_path: Path) -> None:
    token, _ = await issue(vault(tmp_path), ANN)
    find = vault(tmp_path, b"x" * 32).lookup(ANN, {})
    assert find is None or find(token) is None


async def test_a_placeholder_that_came_to_stand_for_two_values_is_given_up(tmp_path: Path) -> None:
    made = vault(tmp_path)
    await made.keep(ANN, {"[PERSON_AAAAAA]": "one"})
    await made.keep(ANN, {"[PERSON_AAAAAA]": "two", "[PERSON_BBBBBB]": "b"})
    find = made.lookup(ANN, {})
    assert find is not None
    assert (find("[PERSON_AAAAAA]"), find("[PERSON_BBBBBB]")) == (None, "b")
    own = made.lookup(ANN, {"[PERSON_AAAAAA]": "two"})
    assert own is not None
    assert own("[PERSON_AAAAAA]") == "two"


async def test_what_was_kept_a_moment_ago_is_not_written_again(tmp_path: Path) -> None:
    made = vault(tmp_path)
    puts = []
    put = made._kept.put  # type: ignore[union-attr]

    async def counting(owner: bytes, values: Mapping[bytes, bytes], seconds: float) -> None:
        puts.append(len(values))
        await put(owner, values, seconds)

    made._kept.put = counting  # type: ignore[union-attr,method-assign]
    for _ in range(3):
        await issue(made, ANN)
    await issue(made, ANN, "new")
    assert puts == [1, 1]


class Broken:
    """Fails as a disk does."""

    def get(self, id: bytes) -> bytes | None:
        raise OSError("disk")

    def owns(self, owner: bytes) -> bool:
        return True

    async def put(self, owner: bytes, values: Mapping[bytes, bytes], seconds: float) -> None:
        raise OSError("disk")

    def close(self) -> None: ...


async def test_trouble_costs_later_answers_only(caplog: pytest.LogCaptureFixture) -> None:
    made = Vault(KEY, Broken())
    token, issued = await issue(made, ANN)
    find = made.lookup(ANN, issued)
    assert find is not None
    assert find(token) == SPECIAL
    assert find("[PERSON_AAAAAA]") is None
    assert "cannot be kept" in caplog.text
    assert "quoted" not in caplog.text

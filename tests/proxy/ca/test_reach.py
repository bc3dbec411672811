"""Name constraints: for which hosts an authority may sign, its own and those above it; our own pages are among them."""

from pathlib import Path

import pytest

from proxy.ca.authority import Authority, AuthorityError, create_authority
from proxy.ca.reach import covers, open_for


def made(folder: Path, *domains: str) -> Authority:
    folder.mkdir()
    return create_authority(folder / "ca.key", folder / "ca.pem", domains=domains)


def test_an_authority_without_constraints_covers_everything(tmp_path: Path) -> None:
    assert covers(made(tmp_path / "a"), "anything.example")


@pytest.mark.parametrize(
    ("host", "covered"),
    [
        ("openai.com", True),
        ("API.openai.com.", True),
        ("notopenai.com", False),
        ("hushgate.internal", True),
        ("proxy.corp.example", False),
    ],
)
def test_a_domain_covers_itself_and_what_is_below(tmp_path: Path, host: str, covered: bool) -> None:
    assert covers(made(tmp_path / "a", "openai.com", "hushgate.internal"), host) is covered


def test_every_authority_of_the_chain_counts(tmp_path: Path) -> None:
    lower, upper = made(tmp_path / "l"), made(tmp_path / "u", "corp.example")
    both = Authority(lower.certificate, (upper.certificate,), lower.key)
    assert covers(both, "proxy.corp.example")
    assert not covers(both, "api.openai.com")


def test_our_own_pages_must_be_covered(tmp_path: Path) -> None:
    (tmp_path / "keys").mkdir()
    (tmp_path / "ca").mkdir()
    create_authority(tmp_path / "keys" / "ca.key", tmp_path / "ca" / "ca.pem", domains=["openai.com", "corp.example"])
    assert open_for(tmp_path, "proxy.corp.example").certificate
    with pytest.raises(AuthorityError, match=r"may not sign for hushgate\.internal") as caught:
        open_for(tmp_path, "hushgate.internal")
    assert "own_host" in caught.value.hint

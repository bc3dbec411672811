from pathlib import Path

import pytest
from cryptography import x509

from proxy.ca.authority import load_key
from proxy.config import Config, load
from proxy.metrics import Metrics
from proxy.supervisor.issuer import Issuer


@pytest.fixture
def config(tmp_path: Path) -> Config:
    (tmp_path / "keys").mkdir(mode=0o700)
    return load({"state": str(tmp_path)}, None, {})


async def test_a_host_of_the_catalogue_gets_a_leaf_and_no_other(config: Config) -> None:
    issuer = Issuer(config, Metrics("supervisor"))
    answer = await issuer.issue("api.openai.com", {"api.openai.com"}.__contains__)
    leaf = x509.load_pem_x509_certificate(str(answer["cert"]).encode())
    names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["api.openai.com"]
    assert await issuer.issue("www.example.com", lambda host: False) == {"error": "not a host of the catalogue"}


async def test_its_own_pages_get_one_too(config: Config) -> None:
    assert "cert" in await Issuer(config, Metrics("supervisor")).issue(config.own_host, lambda host: False)


def test_the_leaf_key_is_not_the_authority_s_and_stays_over_a_restart(config: Config) -> None:
    key = Issuer(config, Metrics("supervisor")).leaf_key()
    assert Issuer(config, Metrics("supervisor")).leaf_key() == key
    authority = load_key(config.state / "keys" / "ca.key").private_numbers()
    assert load_key(config.state / "keys" / "leaf.key").private_numbers() != authority


def test_an_authority_that_cannot_be_read_leaves_the_one_in_force(
    config: Config, caplog: pytest.LogCaptureFixture
) -> None:
    issuer = Issuer(config, Metrics("supervisor"))
    (config.state / "ca" / "ca.pem").write_text("no certificate")
    issuer.reopen()
    assert "the authority stays as it was" in caplog.text

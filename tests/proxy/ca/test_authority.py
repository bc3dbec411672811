"""Authorities on disk: what is written, what is taken, what is turned down."""

import datetime
import os
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519

from proxy.ca.authority import (
    Authority,
    AuthorityError,
    create_authority,
    create_key,
    load_authority,
    load_key,
    open_authority,
    parse_authority,
    parse_key,
)


def create(folder: Path, **options: object) -> Authority:
    return create_authority(folder / "ca.key", folder / "ca.pem", **options)  # type: ignore[arg-type]


def test_what_is_created_can_be_loaded(tmp_path: Path) -> None:
    made = create(tmp_path)
    loaded = load_authority(tmp_path / "ca.key", tmp_path / "ca.pem")
    assert loaded.certificate == made.certificate
    assert loaded.fingerprint == made.fingerprint
    assert loaded.certificate_pem == (tmp_path / "ca.pem").read_bytes()
    assert len(made.fingerprint) == 32 * 3 - 1


def test_the_profile(tmp_path: Path) -> None:
    now = datetime.datetime(2030, 1, 1, tzinfo=datetime.UTC)
    authority = create(tmp_path, now=now)
    certificate = authority.certificate
    extensions = certificate.extensions
    constraints = extensions.get_extension_for_class(x509.BasicConstraints)
    usage = extensions.get_extension_for_class(x509.KeyUsage)
    assert (constraints.critical, constraints.value.ca, constraints.value.path_length) == (True, True, 0)
    assert (usage.critical, usage.value.key_cert_sign, usage.value.digital_signature) == (True, True, False)
    assert extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
    assert certificate.not_valid_before_utc == now - datetime.timedelta(days=1)
    assert authority.not_after.date() == datetime.date(2035, 1, 1)


def test_two_authorities_have_two_names(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    assert create(tmp_path / "a").certificate.subject != create(tmp_path / "b").certificate.subject


def test_only_the_owner_may_read_the_key(tmp_path: Path) -> None:
    create(tmp_path)
    assert (tmp_path / "ca.key").stat().st_mode & 0o777 == 0o600
    (tmp_path / "ca.key").chmod(0o640)
    with pytest.raises(AuthorityError, match="by others") as caught:
        load_authority(tmp_path / "ca.key", tmp_path / "ca.pem")
    assert caught.value.hint.startswith("chmod 600 ")


@pytest.mark.parametrize("name", ["ca.key", "ca.pem"])
def test_nothing_is_overwritten(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("mine")
    with pytest.raises(AuthorityError, match=f"{name} exists already"):
        create(tmp_path)
    assert os.listdir(tmp_path) == [name]
    assert (tmp_path / name).read_text() == "mine"


def test_repr_shows_no_key(tmp_path: Path) -> None:
    assert "key" not in repr(create(tmp_path))


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(AuthorityError, match="cannot be written"):
        create(tmp_path / "no")
    with pytest.raises(AuthorityError, match="cannot be read"):
        load_authority(tmp_path / "ca.key", tmp_path / "ca.pem")


def test_a_key_of_another_authority(tmp_path: Path) -> None:
    create(tmp_path)
    create_key(tmp_path / "other.key")
    with pytest.raises(AuthorityError, match="does not belong"):
        load_authority(tmp_path / "other.key", tmp_path / "ca.pem")


def test_files_that_are_something_else(tmp_path: Path) -> None:
    authority = create(tmp_path)
    key = (tmp_path / "ca.key").read_bytes()
    with pytest.raises(AuthorityError, match="not PEM"):
        parse_authority(key, b"junk")
    with pytest.raises(AuthorityError, match="unencrypted PEM"):
        parse_authority(b"junk", authority.certificate_pem)
    with pytest.raises(AuthorityError, match="no chain"):
        parse_authority(key, authority.certificate_pem + create_other(tmp_path).certificate_pem)
    odd = ed25519.Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    with pytest.raises(AuthorityError, match="neither EC nor RSA"):
        parse_key(odd)


def create_other(folder: Path) -> Authority:
    (folder / "other").mkdir()
    return create(folder / "other")


def test_the_authority_of_a_state_folder_is_made_once(tmp_path: Path) -> None:
    made = open_authority(tmp_path)
    assert open_authority(tmp_path).fingerprint == made.fingerprint
    assert (tmp_path / "keys").stat().st_mode & 0o777 == 0o700
    (tmp_path / "keys" / "ca.key").unlink()
    with pytest.raises(AuthorityError, match=r"ca\.key cannot be read"):
        open_authority(tmp_path)


def test_an_authority_that_clients_trust_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "audit").mkdir()
    (tmp_path / "audit" / "node-0-boot.jsonl").touch()
    with pytest.raises(AuthorityError, match="audit log exists"):
        open_authority(tmp_path)
    assert os.listdir(tmp_path) == ["audit"]


def test_a_key_alone(tmp_path: Path) -> None:
    made = create_key(tmp_path / "leaf.key")
    loaded = load_key(tmp_path / "leaf.key")
    assert loaded.private_numbers() == made.private_numbers()

import datetime
from pathlib import Path

import pytest
from cryptography import x509

from proxy.ca import rotation
from proxy.ca.authority import Authority, AuthorityError, open_authority


@pytest.fixture
def first(tmp_path: Path) -> Authority:
    return open_authority(tmp_path)


def names(pem: bytes) -> list[str]:
    return [c.subject.rfc4514_string() for c in x509.load_pem_x509_certificates(pem)]


def test_clients_trust_the_next_before_it_signs_and_the_one_before_after(tmp_path: Path, first: Authority) -> None:
    assert rotation.trust_bundle(tmp_path) == first.certificate_pem
    following = rotation.prepare(tmp_path)
    assert open_authority(tmp_path).fingerprint == first.fingerprint
    both = rotation.trust_bundle(tmp_path)
    assert both == first.certificate_pem + following.certificate_pem
    assert rotation.commit(tmp_path).fingerprint == following.fingerprint == open_authority(tmp_path).fingerprint
    assert sorted(names(rotation.trust_bundle(tmp_path))) == sorted(names(both))
    rotation.forget(tmp_path)
    assert rotation.trust_bundle(tmp_path) == following.certificate_pem


def test_the_old_key_is_gone(tmp_path: Path, first: Authority) -> None:
    old = (tmp_path / "keys" / "ca.key").read_bytes()
    rotation.prepare(tmp_path)
    rotation.commit(tmp_path)
    assert all(path.read_bytes() != old for path in tmp_path.rglob("*") if path.is_file())


def test_the_bundle_is_made_without_a_key(tmp_path: Path, first: Authority) -> None:
    (tmp_path / "keys" / "ca.key").unlink()
    assert rotation.trust_bundle(tmp_path) == first.certificate_pem


def test_an_expired_one_leaves_the_bundle(tmp_path: Path, first: Authority) -> None:
    following = rotation.prepare(tmp_path)
    rotation.commit(tmp_path)
    later = first.not_after + datetime.timedelta(seconds=1)
    assert rotation.trust_bundle(tmp_path, min(later, following.not_after)) == following.certificate_pem


def test_an_interrupted_commit_is_finished_by_another(tmp_path: Path, first: Authority) -> None:
    following = rotation.prepare(tmp_path)
    (tmp_path / "keys" / "ca-next.key").replace(tmp_path / "keys" / "ca.key")
    with pytest.raises(AuthorityError, match="interrupted"):
        rotation.abandon(tmp_path)
    assert rotation.commit(tmp_path).fingerprint == following.fingerprint


@pytest.mark.parametrize("step", [rotation.commit, rotation.prepare])
def test_a_step_out_of_turn_says_what_to_do(tmp_path: Path, first: Authority, step: object) -> None:
    if step is rotation.prepare:
        rotation.prepare(tmp_path)
    with pytest.raises(AuthorityError) as error:
        step(tmp_path)  # type: ignore[operator]
    assert "hushgate ca rotate" in error.value.hint


def test_what_was_prepared_can_be_taken_back(tmp_path: Path, first: Authority) -> None:
    rotation.prepare(tmp_path)
    rotation.abandon(tmp_path)
    assert rotation.trust_bundle(tmp_path) == first.certificate_pem
    rotation.prepare(tmp_path)


def test_constraints_are_the_domains_of_the_patterns() -> None:
    patterns = ["api.openai.com", "*.openai.com", "q.{region}.amazonaws.com", "openai.com", "a.b.test", "x.a.b.test"]
    assert rotation.constraints(patterns) == ["a.b.test", "amazonaws.com", "openai.com"]

import pytest

from proxy.audit.note import NoteError
from proxy.audit.signing import find_verifier, open_signer
from proxy.keys import KeysError


def test_a_key_is_made_once_with_its_public_half_beside_it(tmp_path):
    signer = open_signer(tmp_path)
    assert open_signer(tmp_path).verifier == signer.verifier == find_verifier(tmp_path)
    assert (tmp_path / "keys" / "audit-sign.ed25519").stat().st_mode & 0o777 == 0o600
    assert "key" not in repr(signer)


def test_the_key_to_check_with_can_be_given_as_text_or_file(tmp_path):
    signer = open_signer(tmp_path / "state")
    file = tmp_path / "auditors-copy"
    file.write_text(str(signer.verifier))
    assert find_verifier(tmp_path, str(file)) == find_verifier(tmp_path, str(signer.verifier)) == signer.verifier
    with pytest.raises(NoteError):
        find_verifier(tmp_path, "nonsense")
    with pytest.raises(FileNotFoundError):
        find_verifier(tmp_path)


def test_a_key_that_signed_something_is_not_made_anew(tmp_path):
    open_signer(tmp_path)
    (tmp_path / "keys" / "audit-sign.ed25519").unlink()
    (tmp_path / "audit.checkpoint").touch()
    with pytest.raises(KeysError, match="is missing"):
        open_signer(tmp_path)

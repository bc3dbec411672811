"""Keys in tokens: how they are named, and a real token (SoftHSM) that signs the leaves which clients meet."""

import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils

from proxy.ca.authority import AuthorityError, open_authority, parse_key
from proxy.ca.token import Place, TokenError, TokenKey, read_uri
from tests.running import CHAT, ROOT, Proxy, chat
from tests.upstream import Upstream

MODULE = next((path for path in map(Path, ("/usr/lib/softhsm/libsofthsm2.so",)) if path.exists()), None)
OPENAI = "api.openai.com"


def test_a_uri_names_library_token_key_and_pin() -> None:
    text = "pkcs11:token=My%20HSM;object=ca;id=%01%ff;type=private?module-path=/lib/p11.so&pin-source=file:/etc/pin"
    assert read_uri(text) == Place("/lib/p11.so", "My HSM", "ca", b"\x01\xff", Path("/etc/pin"))
    assert "/etc/pin" not in repr(read_uri(text))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("file:/key", "named by a pkcs11: URI"),
        ("pkcs11:token=a;object=b", "needs token, module-path"),
        ("pkcs11:token=a?module-path=/l", "object or id"),
        ("pkcs11:token=a;object=b?module-path=/l&pin-value=1234", "not known here: pin-value"),
    ],
)
def test_what_a_uri_lacks_is_said(text: str, said: str) -> None:
    with pytest.raises(TokenError, match=said):
        read_uri(text)


def test_a_token_that_is_not_there_is_an_error_of_the_authority() -> None:
    with pytest.raises(AuthorityError, match=r"token|extra"):
        parse_key(b"pkcs11:token=a;object=b?module-path=/nowhere.so\n")


class Handle:
    """A token in memory: signs as PKCS #11 does, r and s side by side."""

    def __init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())

    def sign(self, digest: bytes, *, mechanism: object) -> bytes:
        r, s = utils.decode_dss_signature(self.key.sign(digest, ec.ECDSA(utils.Prehashed(hashes.SHA256()))))
        return r.to_bytes(32) + s.to_bytes(32)


def test_signatures_are_what_everybody_verifies_and_the_key_does_not_leave() -> None:
    handle = Handle()
    key = TokenKey(handle, None, handle.key.public_key())
    signature = key.sign(b"leaf", ec.ECDSA(hashes.SHA256()))
    key.public_key().verify(signature, b"leaf", ec.ECDSA(hashes.SHA256()))
    with pytest.raises(InvalidSignature):
        key.public_key().verify(signature, b"leaves", ec.ECDSA(hashes.SHA256()))
    for out in (
        key.private_numbers,
        lambda: key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, None),
    ):
        with pytest.raises(TokenError, match="does not leave"):
            out()


@pytest.fixture
def uri(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    if MODULE is None or shutil.which("softhsm2-util") is None:
        pytest.skip("softhsm2 is not installed")
    if importlib.util.find_spec("pkcs11") is None:
        pytest.skip("python-pkcs11 is not installed")
    (tmp_path / "tokens").mkdir()
    (tmp_path / "softhsm2.conf").write_text(
        f"directories.tokendir = {tmp_path / 'tokens'}\nobjectstore.backend = file\n"
    )
    (tmp_path / "pin").write_text("47110815\n")
    monkeypatch.setenv("SOFTHSM2_CONF", str(tmp_path / "softhsm2.conf"))
    subprocess.run(
        ["softhsm2-util", "--init-token", "--free", "--label", "hushgate", "--pin", "47110815", "--so-pin", "0815"],
        check=True, capture_output=True,
    )  # fmt: skip
    code = (
        "import pkcs11\nfrom pkcs11.util.ec import encode_named_curve_parameters as curve\n"
        f"token = pkcs11.lib({str(MODULE)!r}).get_token(token_label='hushgate')\n"
        "with token.open(rw=True, user_pin='47110815') as session:\n"
        "    domain = session.create_domain_parameters(pkcs11.KeyType.EC,\n"
        "        {pkcs11.Attribute.EC_PARAMS: curve('secp256r1')}, local=True)\n"
        "    domain.generate_keypair(store=True, label='ca')\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
    return f"pkcs11:token=hushgate;object=ca?module-path={MODULE}&pin-source=file:{tmp_path / 'pin'}"


@pytest.mark.services
@pytest.mark.proxy
def test_a_token_signs_the_leaves_that_clients_meet(tmp_path: Path, uri: str) -> None:
    state = tmp_path / "state"
    made = subprocess.run(
        [sys.executable, "-P", "-m", "proxy.cli", "ca", "init", "--state", str(state), "--pkcs11", uri],
        capture_output=True, text=True, check=False, cwd=ROOT,
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    assert (state / "keys" / "ca.key").read_text() == f"{uri}\n"
    assert not any(b"PRIVATE KEY" in path.read_bytes() for path in (state / "ca").iterdir())
    with Upstream(tmp_path, [OPENAI]) as upstream, Proxy(state, upstream) as proxy:
        assert proxy.request(OPENAI, CHAT, chat("hello")).status == 200
        with proxy.connect(OPENAI) as sock:
            leaf = x509.load_der_x509_certificate(sock.getpeercert(binary_form=True) or b"")
    leaf.verify_directly_issued_by(x509.load_pem_x509_certificate((state / "ca" / "ca.pem").read_bytes()))
    assert "47110815" not in (tmp_path / "state.stderr").read_text()


@pytest.mark.services
def test_a_token_is_opened_again_while_it_is_open(tmp_path: Path, uri: str) -> None:
    first = open_authority(tmp_path / "state", token=uri)
    again = open_authority(tmp_path / "state")
    assert again.fingerprint == first.fingerprint
    assert again.key.sign(b"x", ec.ECDSA(hashes.SHA256()))  # type: ignore[call-arg, arg-type]

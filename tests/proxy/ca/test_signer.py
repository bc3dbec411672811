"""Leaves, as OpenSSL and Python's ssl see them."""

import datetime
import shutil
import ssl
import subprocess
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from proxy.ca.authority import Authority, create_authority, create_key, parse_authority
from proxy.ca.signer import FileSigner, SignError, self_signed

HOST = "api.ai.test"
DAY = datetime.timedelta(days=1)


class Clock:
    def __init__(self) -> None:
        self.now = datetime.datetime.now(datetime.UTC)

    def __call__(self) -> datetime.datetime:
        return self.now


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return create_authority(tmp_path / "ca.key", tmp_path / "ca.pem")


@pytest.fixture
def key(tmp_path: Path) -> ec.EllipticCurvePrivateKey:
    return create_key(tmp_path / "leaf.key")


def signer(authority: Authority, key: ec.EllipticCurvePrivateKey, **options: object) -> FileSigner:
    return FileSigner(authority, key, **options)  # type: ignore[arg-type]


def shake_hands(folder: Path, root: bytes, chain: bytes, name: str) -> None:
    """Let Python's ssl verify `chain` under `root` for `name`. Raises ssl.SSLError."""
    (folder / "chain.pem").write_bytes(chain)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(folder / "chain.pem", folder / "leaf.key")
    client = ssl.create_default_context(cadata=root.decode())
    client.verify_flags |= ssl.VERIFY_X509_STRICT
    up, down = ssl.MemoryBIO(), ssl.MemoryBIO()
    sides = [client.wrap_bio(down, up, server_hostname=name), server.wrap_bio(up, down, server_side=True)]
    while sides:
        for side in list(sides):
            try:
                side.do_handshake()
                sides.remove(side)
            except ssl.SSLWantReadError:
                pass


def openssl(folder: Path, root: bytes, chain: bytes, *arguments: str) -> str:
    if not shutil.which("openssl"):
        pytest.skip("openssl is not installed")
    (folder / "root.pem").write_bytes(root)
    (folder / "chain.pem").write_bytes(chain)
    command = ["openssl", "verify", "-x509_strict", "-purpose", "sslserver", "-CAfile", str(folder / "root.pem")]
    command += ["-untrusted", str(folder / "chain.pem"), *arguments, str(folder / "chain.pem")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


async def test_the_profile(authority: Authority, key: ec.EllipticCurvePrivateKey) -> None:
    leaf = await signer(authority, key).sign(HOST)
    certificate = x509.load_pem_x509_certificate(leaf.chain_pem)
    extensions = certificate.extensions
    names = extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    usage = extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    above = extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value
    below = authority.certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    assert list(names) == [x509.DNSName(HOST)]
    assert list(usage) == [ExtendedKeyUsageOID.SERVER_AUTH]
    assert above.key_identifier == below.digest
    assert extensions.get_extension_for_class(x509.BasicConstraints).value.ca is False
    assert certificate.public_key() == key.public_key()
    assert certificate.public_key() != authority.key.public_key()
    assert certificate.not_valid_after_utc - certificate.not_valid_before_utc <= 90 * DAY
    assert certificate.not_valid_after_utc == leaf.not_after
    assert 0 < certificate.serial_number < 1 << 159
    assert leaf.chain_pem.count(b"BEGIN") == 1
    certificate.verify_directly_issued_by(authority.certificate)


@pytest.mark.parametrize(
    "host", [HOST, "API.ai.test.", "a_b.ai.test", "127.0.0.1", "2001:db8::1", "x" * 60 + ".ai.test"]
)
async def test_python_and_openssl_accept_it(
    tmp_path: Path, authority: Authority, key: ec.EllipticCurvePrivateKey, host: str
) -> None:
    leaf = await signer(authority, key).sign(host)
    shake_hands(tmp_path, authority.certificate_pem, leaf.chain_pem, host.rstrip("."))
    check = "-verify_ip" if host[:1].isdigit() else "-verify_hostname"
    assert openssl(tmp_path, authority.certificate_pem, leaf.chain_pem, check, host.rstrip(".")).endswith(": OK\n")


async def test_it_is_good_for_no_other_name(
    tmp_path: Path, authority: Authority, key: ec.EllipticCurvePrivateKey
) -> None:
    leaf = await signer(authority, key).sign(HOST)
    with pytest.raises(ssl.SSLCertVerificationError, match="Hostname mismatch"):
        shake_hands(tmp_path, authority.certificate_pem, leaf.chain_pem, "www.ai.test")


async def test_names_outside_the_constraints_are_worthless(tmp_path: Path, key: ec.EllipticCurvePrivateKey) -> None:
    bound = create_authority(tmp_path / "bound.key", tmp_path / "bound.pem", domains=[".AI.test"])
    some = signer(bound, key)
    shake_hands(tmp_path, bound.certificate_pem, (await some.sign(HOST)).chain_pem, HOST)
    for host in ("api.bank.test", "127.0.0.1"):
        with pytest.raises(ssl.SSLCertVerificationError, match="subtree"):
            shake_hands(tmp_path, bound.certificate_pem, (await some.sign(host)).chain_pem, host)


async def test_an_intermediate_of_a_company(tmp_path: Path, key: ec.EllipticCurvePrivateKey) -> None:
    root_key, lower_key = rsa.generate_private_key(65537, 2048), ec.generate_private_key(ec.SECP384R1())
    now = datetime.datetime.now(datetime.UTC)

    def certify(name: str, public: object, issuer: str, length: int) -> x509.Certificate:
        def common(text: str) -> x509.Name:
            return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])

        usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
        above = x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key())
        return (
            x509.CertificateBuilder()
            .subject_name(common(name))
            .issuer_name(common(issuer))
            .public_key(public)  # type: ignore[arg-type]
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - DAY)
            .not_valid_after(now + 30 * DAY)
            .add_extension(x509.BasicConstraints(ca=True, path_length=length), critical=True)
            .add_extension(usage, critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)  # type: ignore[arg-type]
            .add_extension(above, critical=False)
            .sign(root_key, hashes.SHA256())
        )

    root = certify("Root", root_key.public_key(), "Root", 1)
    lower = certify("Proxy", lower_key.public_key(), "Root", 0)
    pem = serialization.Encoding.PEM
    secret = lower_key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    authority = parse_authority(secret, lower.public_bytes(pem) + root.public_bytes(pem))
    assert authority.certificate_pem == root.public_bytes(pem)
    leaf = await signer(authority, key).sign(HOST)
    assert leaf.chain_pem.count(b"BEGIN") == 2
    assert leaf.not_after <= authority.not_after
    shake_hands(tmp_path, authority.certificate_pem, leaf.chain_pem, HOST)
    assert openssl(tmp_path, authority.certificate_pem, leaf.chain_pem, "-verify_hostname", HOST).endswith(": OK\n")


async def test_one_leaf_serves_until_a_week_before_its_end(
    authority: Authority, key: ec.EllipticCurvePrivateKey
) -> None:
    clock = Clock()
    some = signer(authority, key, clock=clock)
    first = await some.sign(HOST)
    assert await some.sign(HOST.upper() + ".") is first
    clock.now = first.not_after - 8 * DAY
    assert await some.sign(HOST) is first
    clock.now = first.not_after - 6 * DAY
    second = await some.sign(HOST)
    assert second is not first
    assert second.not_after > first.not_after


async def test_a_leaf_is_renewed_when_the_clock_was_put_back_to_before_it_begins(
    authority: Authority, key: ec.EllipticCurvePrivateKey
) -> None:
    clock = Clock()
    clock.now += 100 * DAY
    leaves = signer(authority, key, clock=clock)
    first = await leaves.sign(HOST)
    clock.now -= DAY / 2
    assert await leaves.sign(HOST) is first
    clock.now -= 99 * DAY
    second = await leaves.sign(HOST)
    assert x509.load_pem_x509_certificate(second.chain_pem).not_valid_before_utc <= clock.now


async def test_leaves_end_with_their_authority(authority: Authority, key: ec.EllipticCurvePrivateKey) -> None:
    clock = Clock()
    some = signer(authority, key, clock=clock)
    clock.now = authority.not_after - 3 * DAY
    last = await some.sign(HOST)
    assert last.not_after == authority.not_after
    assert await some.sign(HOST) is last
    clock.now = authority.not_after
    with pytest.raises(SignError, match="expired") as caught:
        await some.sign(HOST)
    assert "ca rotate" in caught.value.hint


async def test_the_leaves_used_last_are_kept(authority: Authority, key: ec.EllipticCurvePrivateKey) -> None:
    some = signer(authority, key, capacity=2)
    one, two = await some.sign("one.test"), await some.sign("two.test")
    assert await some.sign("one.test") is one
    await some.sign("three.test")
    assert await some.sign("one.test") is one
    assert await some.sign("two.test") is not two


@pytest.mark.parametrize("host", ["", "*.ai.test", "a b", "é.test", "a..b", "x" * 64 + ".test"])
async def test_names_that_are_none(authority: Authority, key: ec.EllipticCurvePrivateKey, host: str) -> None:
    with pytest.raises(SignError, match="neither"):
        await signer(authority, key).sign(host)


async def test_a_signer_makes_its_own_key_where_none_is_given(tmp_path: Path, authority: Authority) -> None:
    some = FileSigner(authority)
    leaf = await some.sign(HOST)
    assert (await some.sign("other.test")).key_pem == leaf.key_pem
    assert "PRIVATE" not in repr(leaf)
    (tmp_path / "leaf.key").write_bytes(leaf.key_pem)
    shake_hands(tmp_path, authority.certificate_pem, leaf.chain_pem, HOST)


def test_a_local_service(tmp_path: Path) -> None:
    chain, key = self_signed(tmp_path, HOST)
    key.rename(tmp_path / "leaf.key")
    shake_hands(tmp_path, chain.read_bytes(), chain.read_bytes(), HOST)

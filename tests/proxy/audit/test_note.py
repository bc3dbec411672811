import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from proxy.audit.note import NoteError, Signer, Verifier, opened, read_verifier, sign

SIGNER = Signer("hushgate/test", Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
OTHER = Signer("hushgate/test", Ed25519PrivateKey.from_private_bytes(bytes(32)))


def test_what_is_signed_can_be_opened():
    note = sign("origin\n5\n", SIGNER)
    assert note.startswith("origin\n5\n\n\u2014 hushgate/test ")
    assert opened(note, SIGNER.verifier) == "origin\n5\n"


@pytest.mark.parametrize(
    "change",
    [
        lambda note: note.replace("5", "6"),
        lambda note: sign("origin\n5\n", OTHER),
        lambda note: note.replace("\u2014 hushgate/test", "\u2014 hushgate/other"),
        lambda note: note.replace("\n\n", "\n"),
        lambda note: note[:-9] + "AAAAAAA=\n",
        lambda note: "",
    ],
    ids=["text", "key", "name", "no gap", "signature", "nothing"],
)
def test_what_was_changed_cannot(change):
    with pytest.raises(NoteError):
        opened(change(sign("origin\n5\n", SIGNER)), SIGNER.verifier)


def test_other_signatures_may_stand_beside_ours():
    note = sign("origin\n5\n", SIGNER)
    witness = sign("origin\n5\n", Signer("witness", OTHER.key)).rpartition("\n\n")[2]
    assert opened(note + witness, SIGNER.verifier) == "origin\n5\n"
    assert opened(note + witness, Verifier("witness", OTHER.verifier.public)) == "origin\n5\n"


def test_a_verifier_key_is_written_and_read():
    text = str(SIGNER.verifier)
    assert read_verifier(text + "\n") == SIGNER.verifier
    for bad in ("", "a+b", text.replace("+", "-"), "x" + text, text[:-8]):
        with pytest.raises(NoteError):
            read_verifier(bad)


def test_the_example_of_the_specification():
    """c2sp.org/signed-note: the vkey of sum.golang.org, as published, has the id that belongs to it."""
    key = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"
    assert read_verifier(key).name == "sum.golang.org"


def test_a_text_ends_with_a_newline():
    with pytest.raises(NoteError, match="newline"):
        sign("a", SIGNER)

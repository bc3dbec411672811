"""Values come back in every service's answer, however the text and the bytes are cut."""

import gzip
import json
import zlib
from collections.abc import Iterable, Sequence

import brotli
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from proxy.placeholder import Issuer
from proxy.restore.coding import CodingError
from proxy.restore.messages import MessageRestorer
from proxy.restore.restorer import Restorer, Values
from tests.proxy.restore.forms import FORMS, Form
from tests.proxy.restore.wires import WIRES, Wire, sse

PEM = (
    "-----BEGIN "
    + "PRIVATE KEY-----\n"
    + "\n".join("Qk1" * 20 for _ in range(5))
    + "\n-----END "
    + "PRIVATE KEY-----\n"
)
VALUES = {
    "EMAIL_ADDRESS": "ann@example.com",
    "PERSON": 'Ann "the\\boss" O\'Neil',
    "SECRET_PRIVATE_KEY": PEM,
    "STREET_ADDRESS": "1 High St\r\n</script>\tLondon",
    "ORGANIZATION": "Müller & Söhne 😀🏳️‍🌈\u2028",
}
ISSUER = Issuer(b"key", "ann")
TOKENS = {entity: ISSUER.issue(entity, value) for entity, value in VALUES.items()}
STRANGER = Issuer(b"key", "bob").issue("PERSON", "Bob Jones")
BY_NAME = pytest.mark.parametrize("wire", WIRES, ids=lambda wire: wire.name)


def restorer(kind: str, coding: str = "") -> Restorer:
    return Restorer(Values(ISSUER.issued.get), kind, coding)


def restored(body: bytes, kind: str, cuts: Iterable[int] = (), coding: str = "") -> bytes:
    made, position, result = restorer(kind, coding), 0, b""
    for cut in [*sorted(cuts), len(body)]:
        result += made.feed(body[position:cut])
        position = cut
    return result + made.flush()


def pieces(text: str, size: int) -> list[str]:
    return [text[start : start + size] for start in range(0, len(text), size)]


def value_of(text: str) -> str:
    for entity, token in TOKENS.items():
        text = text.replace(token, VALUES[entity])
    return text


TEXT = (
    f"Dear {TOKENS['PERSON']}{TOKENS['EMAIL_ADDRESS']}, **{TOKENS['ORGANIZATION']}** [a link](x) é[😀 {STRANGER} "
    f"{TOKENS['SECRET_PRIVATE_KEY']} a[i] \\{TOKENS['STREET_ADDRESS']}"
).replace("\\[", " [")
INNER = {"deep": [TOKENS["PERSON"], {"key": TOKENS["SECRET_PRIVATE_KEY"]}]}
ARGUMENTS = {"to": TOKENS["PERSON"], TOKENS["EMAIL_ADDRESS"]: 1, "file": "# " + TOKENS["STREET_ADDRESS"], "n": [1, True],
             "body": json.dumps(INNER), "of": STRANGER + TOKENS["ORGANIZATION"]}  # fmt: skip


def insist(wire: Wire, body: bytes, cuts: Iterable[int] = ()) -> None:
    """Insist that a client gets the text and the arguments with the values in them."""
    text, called = wire.read(restored(body, wire.kind, cuts))
    assert text == value_of(TEXT)
    got = json.loads(called)
    assert got["to"] == VALUES["PERSON"]
    assert got[VALUES["EMAIL_ADDRESS"]] == 1
    assert got["file"] == "# " + VALUES["STREET_ADDRESS"]
    assert json.loads(got["body"]) == {"deep": [VALUES["PERSON"], {"key": PEM}]}
    assert got["of"] == STRANGER + VALUES["ORGANIZATION"]


@BY_NAME
@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_the_text_is_cut_in_pieces_of_every_size(wire: Wire, size: int) -> None:
    insist(wire, wire.write(pieces(TEXT, size), pieces(json.dumps(ARGUMENTS), size)))


@BY_NAME
def test_the_text_is_cut_in_two_at_every_place(wire: Wire) -> None:
    called = json.dumps(ARGUMENTS, ensure_ascii=False)
    for cut in range(0, max(len(TEXT), len(called)), 1 if wire.name == "openai-chat" else 5):
        insist(wire, wire.write([TEXT[:cut], TEXT[cut:]], [called[:cut], called[cut:]]))


@BY_NAME
@settings(max_examples=25, deadline=None)
@given(st.data())
def test_the_text_and_the_bytes_are_cut_anywhere(wire: Wire, data: st.DataObject) -> None:
    called = json.dumps(ARGUMENTS)

    def cut(text: str) -> Sequence[str]:
        places = sorted(data.draw(st.sets(st.integers(0, len(text)), max_size=8)))
        return [text[start:end] for start, end in zip([0, *places], [*places, len(text)], strict=True)]

    body = wire.write(cut(TEXT), cut(called))
    insist(wire, body, data.draw(st.sets(st.integers(0, len(body)), max_size=8)))


def through(form: Form, parts: Sequence[str]) -> str:
    """Return what a client reads of a text that came in `parts`."""
    if not form.socket:
        return form.read(restored(form.write(parts), form.kind))
    made = MessageRestorer(Values(ISSUER.issued.get))
    heard = [each for message in form.messages(parts) for each in made.feed(message, text=True)]
    return form.heard([content for content, _ in [*heard, *made.flush()]])


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
def test_values_come_back_wherever_a_service_puts_its_texts(form: Form) -> None:
    for size in (1, 3, 11, 1000):
        assert through(form, pieces(TEXT, size)) == value_of(TEXT)
    token = f"to **{TOKENS['PERSON']}**{TOKENS['ORGANIZATION']}"
    for cut in range(len(token)):
        assert through(form, [token[:cut], token[cut:]]) == value_of(token)


@BY_NAME
def test_the_bytes_come_one_by_one(wire: Wire) -> None:
    body = wire.write(pieces(TEXT, 9), [json.dumps(ARGUMENTS)])
    insist(wire, body, range(len(body)))


@BY_NAME
def test_what_holds_no_placeholder_stays_the_same_bytes(wire: Wire) -> None:
    body = wire.write(["Hello [", "EMAIL", "_ADDRESS] ", STRANGER, " [", "x"], ['{"a":', ' "[PERSON_', 'X"}'])
    for cuts in ((), range(0, len(body), 3)):
        assert restored(body, wire.kind, cuts) == body


@BY_NAME
def test_an_answer_that_breaks_off_is_passed_on_as_far_as_it_came(wire: Wire) -> None:
    body = wire.write(["Hello " + TOKENS["EMAIL_ADDRESS"][:9]], ['{"a": 1}'])
    for end in range(len(body)):
        assert restored(body[:end], wire.kind) == body[:end]


@pytest.mark.parametrize(
    "written",
    [
        TOKENS["EMAIL_ADDRESS"].lower(),
        TOKENS["EMAIL_ADDRESS"].title(),
        TOKENS["EMAIL_ADDRESS"].replace("_", "\\_").replace("[", "\\[").replace("]", "\\]"),
    ],
)
def test_models_change_the_case_and_escape_for_markdown(written: str) -> None:
    wire = WIRES[0]
    for size in range(1, len(written)):
        body = wire.write(pieces(f"**{written}**", size), ["{}"])
        assert wire.read(restored(body, wire.kind))[0] == "**ann@example.com**"


def test_one_that_the_end_cuts_off_stays_as_it_is() -> None:
    wire = WIRES[0]
    cut = TOKENS["EMAIL_ADDRESS"][:-1]
    assert wire.read(restored(wire.write(["to ", cut], ["{}"]), wire.kind))[0] == "to " + cut


def test_at_most_one_unfinished_placeholder_waits() -> None:
    made = restorer("text/event-stream")
    events = [{"choices": [{"index": 0, "delta": {"content": piece}}]} for piece in ("Hi [", "PERSON_", "x y", " z")]
    counts = []
    for event in events:
        counts.append(made.feed(sse([event])).count(b"data:"))
    assert counts == [0, 0, 3, 1]
    assert not made.holding


def test_signed_parts_are_left_alone() -> None:
    thinking = {
        "type": "content_block_delta",
        "index": 0,
        "delta": {"type": "thinking_delta", "thinking": TOKENS["PERSON"]},
    }
    text = {"type": "content_block_delta", "index": 1, "delta": {"type": "text_delta", "text": TOKENS["EMAIL_ADDRESS"]}}
    body = restored(sse([thinking, text]), "text/event-stream")
    assert body == sse([thinking]) + sse([text]).replace(TOKENS["EMAIL_ADDRESS"].encode(), b"ann@example.com")


def streamed(pack: object, data: bytes) -> bytes:
    """Return `data` as a server compresses a stream: flushed after each piece."""
    result = b""
    for start in range(0, len(data), 50):
        result += pack.compress(data[start : start + 50])  # type: ignore[attr-defined]
    return result + pack.flush()  # type: ignore[attr-defined]


CODED = {
    "gzip": gzip.compress,
    "x-gzip": lambda data: gzip.compress(data[:40]) + gzip.compress(data[40:]),
    "deflate": zlib.compress,
    "br": brotli.compress,
    "zstd": lambda data: zstandard.ZstdCompressor().compress(data[:40]) + streamed(zstandard.ZstdCompressor().compressobj(), data[40:]),
    "gzip, br": lambda data: brotli.compress(gzip.compress(data)),
    "identity": bytes,
}  # fmt: skip


@pytest.mark.parametrize("coding", CODED)
def test_codings_are_taken_off(coding: str) -> None:
    wire = WIRES[0]
    plain = wire.write(pieces(TEXT, 4), [json.dumps(ARGUMENTS)])
    body = CODED[coding](plain)
    for cuts in ((), range(0, len(body), 7)):
        assert restored(body, wire.kind, cuts, coding) == restored(plain, wire.kind)


def test_a_broken_coding_ends_the_answer() -> None:
    with pytest.raises(CodingError):
        restored(b"no gzip at all", "text/event-stream", (), "gzip")


@pytest.mark.parametrize(
    ("kind", "coding"), [("image/png", ""), ("", ""), ("text/html", ""), ("text/event-stream", "compress"),
                         ("application/octet-stream", ""), ("application/json", "gzip, br, zstd")]
)  # fmt: skip
def test_what_is_not_known_is_not_touched(kind: str, coding: str) -> None:
    made = restorer(kind, coding)
    assert not made.rewrites
    assert made.feed(TOKENS["EMAIL_ADDRESS"].encode()) == TOKENS["EMAIL_ADDRESS"].encode()
    assert made.flush() == b""


@pytest.mark.parametrize("text", ["to {}.", "{}", "[x] {}", "é {}" * 30])
def test_plain_text(text: str) -> None:
    body = text.format(*[TOKENS["PERSON"]] * 30).encode()
    for cuts in ((), range(len(body))):
        assert restored(body, "text/plain", cuts).decode() == value_of(body.decode())


def test_values_stay_out_of_repr() -> None:
    made = restorer("text/event-stream")
    made.feed(b'data: "' + TOKENS["PERSON"].encode() + b'"\n\n')
    assert "Ann" not in repr(made) + repr(made._weave) + repr(made._weave._texts)

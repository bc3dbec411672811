"""Every way of hiding a value: it is read, maps back to where it stands, and cannot be hidden again."""

import base64
import gzip
import quopri
import random
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detectors.base import File, Opened
from detectors.views.canonical import ARCHIVE, HIDDEN, LIMIT, PAYLOAD, Budget, Canonical
from detectors.views.triggers import Triggers

GATED = Canonical(Triggers())
UNGATED = Canonical(Triggers(gated=False))


def b64(text):
    return base64.b64encode(text.encode()).decode()


HIDDEN_WAYS = {
    "base64": b64,
    "base64 twice": lambda v: b64(b64(v)),
    "base64 three times": lambda v: b64(b64(b64(v))),
    "base32": lambda v: base64.b32encode(v.encode()).decode(),
    "base85": lambda v: base64.b85encode((v + " and more").encode()).decode(),
    "hex": lambda v: v.encode().hex(),
    "hex in base64": lambda v: b64(v.encode().hex()),
    "gzip": lambda v: base64.b64encode(gzip.compress(v.encode(), mtime=0)).decode(),
    "percent": lambda v: "".join(f"%{ord(c):02X}" for c in v),
    "percent twice": lambda v: quote("".join(f"%{ord(c):02X}" for c in v)),
    "entities": lambda v: "".join(f"&#{ord(c)};" for c in v),
    "unicode escapes": lambda v: "".join(f"\\u{ord(c):04x}" for c in v),
    "hex escapes": lambda v: "".join(f"\\x{ord(c):02x}" for c in v),
    "quoted-printable": lambda v: "".join(f"={ord(c):02X}" for c in v),
    "data url": lambda v: f"data:text/plain;base64,{b64(v)}",
    "zero width": "\u200b".join,
    "soft hyphens": "\xad".join,
    "spaced": lambda v: " ".join(v.replace(" ", "")),
    "rot13": lambda v: "rot13: " + v.translate(str.maketrans("ABCDEFGHIKSX", "NOPQRSTUVXFK")),
    "reversed": lambda v: "reversed: " + v[::-1],
    "percent in base64": lambda v: b64("".join(f"%{ord(c):02X}" for c in v)),
    "base64 spaced": lambda v: " ".join(b64(v)),
}
VALUE = "4111111111111111"


@pytest.mark.parametrize("way", sorted(HIDDEN_WAYS))
def test_it_is_read_and_maps_back(way):
    run = HIDDEN_WAYS[way](VALUE)
    text = f"Please charge it to {run} today."
    seen = [(view, view.text.find(VALUE)) for view in GATED.read(text).views]
    placed = [view.origin(at, at + len(VALUE)) for view, at in seen if at >= 0]
    assert placed, [view.text for view, _ in seen]
    for spans in placed:
        low, high = spans[0][0], spans[-1][1]
        assert low >= text.index(run)
        assert high <= text.index(run) + len(run)


@pytest.mark.parametrize("way", sorted(HIDDEN_WAYS))
def test_with_the_gate_and_without_it_the_readings_are_the_same(way):
    text = f"Please charge it to {HIDDEN_WAYS[way](VALUE)} today."
    assert {view.text for view in GATED.read(text).views} >= {
        view.text for view in UNGATED.read(text).views if VALUE in view.text
    }


def test_plain_text_has_no_other_reading():
    read = GATED.read("Please read this, and tell me what it says. It is about our plans for the spring.")
    assert read.views == read.opaque == ()


def entities(text, reader=GATED, **options):
    return [finding.entity for finding in reader.read(text, **options).opaque]


def test_deeper_than_the_budget_is_told():
    run = VALUE
    for _ in range(8):
        run = b64(run)
    assert entities(f"see {run}") == [LIMIT]


def test_more_readings_than_the_budget_are_told():
    text = "x%41y and A K I A 1 2 3 and more"
    assert entities(text, Canonical(Triggers(), Budget(views=1))) == [LIMIT]
    assert entities(text, Canonical(Triggers(), Budget(times=1, more=8))) == [LIMIT]
    assert entities(text) == []


def test_a_bomb_is_told():
    bomb = base64.b64encode(gzip.compress(b"\0" * 50_000_000, mtime=0)).decode()
    assert entities(f"open {bomb}") == [LIMIT]


def test_a_payload_that_is_no_text_is_told_and_covers_its_run():
    run = base64.b64encode(random.Random(3).randbytes(2000)).decode()
    text = f"run this: {run} now"
    (finding,) = GATED.read(text).opaque
    assert finding.entity == PAYLOAD
    assert text[finding.start : finding.end].rstrip("=") == run.rstrip("=")


def test_hidden_text_is_told_and_read():
    text = "Hello" + "".join(chr(0xE0000 + ord(c)) for c in "send 4111111111111111") + " there"
    assert entities(text) == [HIDDEN]
    assert any(VALUE in view.text for view in GATED.read(text).views)


def test_an_archive_is_told_or_opened():
    run = base64.b64encode(b"PK\x03\x04" + random.Random(3).randbytes(300)).decode()
    text = f"open {run} please"
    assert entities(text) == [ARCHIVE]

    def open_file(file: File) -> Opened:
        assert file.data.startswith(b"PK")
        return Opened(f"card {VALUE}")

    read = GATED.read(text, open_file)
    assert read.opaque == ()
    (view,) = [view for view in read.views if VALUE in view.text]
    at = view.text.index(VALUE)
    assert text[slice(*view.origin(at, at + 16)[0])].rstrip("=") == run.rstrip("=")
    assert view.names(at, at + 16) == ("base64:file",)


@pytest.mark.parametrize(
    "text",
    [
        "here is an icon data:image/png;base64," + base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(3000)).decode(),
        "sha256 dd0d7b43669659a1f9763645c66bb71c0bde72cdbfc4fb7dcba0ab5f3463063d",
        "# ====\n# title\n# ====\n\n" * 50,
        "naïve café — “quoted” text with soft\xadhyphen and emoji 👩\u200d💻 and RTL שלום",
    ],
    ids=["icon", "hash", "rulers", "scripts"],
)
def test_ordinary_text_is_not_opaque(text):
    assert entities(text) == []


HOSTILE = {
    "dots": "a." * 50_000,
    "dashes": "a-" * 50_000 + "@",
    "digits": "1" * 100_000,
    "spaced digits": "1 " * 50_000,
    "brackets": "[" * 50_000 + "]" * 50_000,
    "tags": "<b>" * 30_000,
    "stars": "a*" * 50_000,
    "percents": "%41" * 30_000,
    "entities": "&#65;" * 20_000,
    "wraps": "a1\n" * 30_000,
    "quotes": '"a"+' * 25_000,
    "zero width": "a\u200b" * 50_000,
    "words": "one " * 25_000,
    "base64": "QUFB" * 25_000,
    "slashes": "abcdefghijkl1/" * 7_000,
    "at": "a(at)" * 20_000,
    "variables": 'a="x";b="y";a+b ' * 6_000,
    "base85": "!#$%&" * 20_000,
    "uu": "begin 644 x\n" * 8_000,
}


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_hostile_text_is_read_within_the_budget(name):
    text = HOSTILE[name]
    read = GATED.read(text)
    assert sum(len(view.text) for view in read.views) <= 6 * len(text) + 256 * 1024
    assert len(read.views) <= 32


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet=st.characters(), max_size=300))
def test_no_text_breaks_it(text):
    for view in GATED.read(text).views:
        assert view.origin(0, len(view.text)) is not None


PIECES = st.sampled_from(
    ["%41", "&#65;", r"\u0041", "A K I A 1 2 3 ", "**a**b", "<b>x</b>y", "12\n34", '"a"+"b"', "one two three four ",
     "a [at] b.com", "\u200b", "５５", "=41=42=43", "MTIzNDU2Nzg5MDEyMzQ1Ng==", "rot13 ", "reversed ", "\ud800", " ", "x"]
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(st.lists(PIECES, max_size=40).map("".join), st.data())
def test_every_view_maps_there_and_back(text, data):
    for view in GATED.read(text).views:
        if not view.text:
            continue
        start = data.draw(st.integers(0, len(view.text) - 1))
        end = data.draw(st.integers(start + 1, len(view.text)))
        spans = view.origin(start, end)
        assert all(0 <= low < high <= len(text) for low, high in spans)
        if spans and not view.names(start, end):
            assert "".join(text[low:high] for low, high in spans) == view.text[start:end]


def test_quoted_printable_of_a_mail_is_read():
    body = quopri.encodestring(f"Zürich: the number of the card of the company is {VALUE}, thank you".encode()).decode()
    assert any(VALUE in view.text for view in GATED.read(body).views)


@pytest.mark.parametrize("canonical", [GATED, UNGATED])
def test_lateness_is_asked_about_within_every_reading(canonical):
    encoded = base64.b64encode(b"card 4111111111111111, or so they say").decode()
    text = f"{'plain words ' * 60}{encoded}{' more plain words' * 60}%41%42%43%44 {'and so on ' * 60}"
    asked = []
    canonical.read(text, late=lambda: bool(asked.append(1)))
    steps = len(asked)
    assert steps > 3 * len(canonical.read(text).views)
    for limit in range(steps):
        asked.clear()
        with pytest.raises(TimeoutError):
            canonical.read(text, late=lambda limit=limit: len(asked) >= limit or bool(asked.append(1)))
        assert len(asked) == limit

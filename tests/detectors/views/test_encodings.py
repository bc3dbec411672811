import base64
import binascii
import gzip
import random

import pytest

from detectors.views import encodings
from detectors.views.edit import merged
from detectors.views.payload import Nature
from detectors.views.view import View, edited

VALUE = "my card is 4111 1111 1111 1111"
RAW = VALUE.encode()


def read(text, edits):
    edits = merged(edits)
    return edited(View(text), edits).text if edits else text


def runs(text, limit=100_000):
    return read(text, encodings.runs(text, 0, len(text), limit).edits)


@pytest.mark.parametrize(
    ("name", "run"),
    [
        ("base64", base64.b64encode(RAW).decode()),
        ("base64url", base64.urlsafe_b64encode(RAW).decode().rstrip("=")),
        ("base32", base64.b32encode(RAW).decode()),
        ("hex", RAW.hex()),
        ("hex upper", "0x" + RAW.hex().upper()),
        ("gzip", base64.b64encode(gzip.compress(RAW, mtime=0)).decode()),
    ],
)
def test_a_run_is_read(name, run):
    assert runs(f"look: {run}, please") == f"look: {VALUE}, please"


def test_a_run_over_several_lines_is_one_run():
    long = VALUE * 6
    run = base64.encodebytes(long.encode()).decode()
    assert runs(f"see\n\n{run}\nThanks").startswith(f"see\n\n{long}")


@pytest.mark.parametrize(
    "text",
    [
        "commit 0f206a24ad784effa767afa8b0fc411f9739ab85",
        "internationalization of someVeryLongVariableName_with_parts and /usr/local/share/applications",
        "5584398459213410 and 4111111111111111",
        "AKIA" + "IOSFODNN7EXAMPLQ",
    ],
)
def test_what_only_looks_like_a_run_stays(text):
    assert runs(text) == text


def test_a_large_random_run_is_opaque_and_a_signature_is_not():
    octets = random.Random(1).randbytes(3000)
    text = "x " + base64.b64encode(octets).decode()
    found = encodings.runs(text, 0, len(text), 100_000)
    assert [run.nature for run in found.opaque] == [Nature.UNKNOWN]
    assert encodings.runs(base64.b64encode(octets[:512]).decode(), 0, 684, 100_000).opaque == []


@pytest.mark.parametrize(
    "text",
    [
        RAW.hex(" "),
        ", ".join(f"0x{octet:02x}" for octet in RAW),
        " ".join(str(octet) for octet in RAW),
        " ".join(f"{octet:08b}" for octet in RAW),
        " + ".join(f"chr({octet})" for octet in RAW),
    ],
)
def test_numbers_of_characters_are_read(text):
    assert read(text, encodings.numbers(text)) == VALUE


@pytest.mark.parametrize("call", ["String.fromCharCode({})", "bytes([{}]).decode()", "[char[]]({}) -join ''"])
def test_the_call_around_numbers_goes_with_them(call):
    text = f"password: {call.format(', '.join(map(str, RAW)))}."
    assert read(text, encodings.numbers(text)) == f"password: {VALUE}."


def test_digits_may_be_spelled_in_decimal_numbers():
    text = f"card {' '.join(map(str, b'4111-1111'))} and {b'4111-1111'.hex(' ')}"
    assert read(text, encodings.numbers(text)) == "card 4111-1111 and 4111-1111"


@pytest.mark.parametrize(
    "call", ['b64decode("{}")', "atob('{}')", "FROM_BASE64('{}')", '[Convert]::FromBase64String("{}")']
)
def test_the_call_that_decodes_a_run_goes_with_it(call):
    assert runs(f"password: {call.format(base64.b64encode(RAW).decode())}!") == f"password: {VALUE}!"


def test_numbers_that_are_no_text_stay():
    text = "Bingo numbers: 12 51 1 19 53 16 76 16 68 37 66 1 86 74 60 50 and 2019 2020 2021"
    assert read(text, encodings.numbers(text)) == text


@pytest.mark.parametrize(
    "run",
    [
        base64.b85encode(RAW).decode(),
        base64.a85encode(RAW).decode(),
        base64.a85encode(RAW, adobe=True).decode(),
    ],
    ids=["rfc1924", "ascii85", "adobe"],
)
def test_base_85_is_read(run):
    text = f"this: {run}"
    assert read(text, encodings.dense(text)) == f"this: {VALUE}"


def test_uuencoded_lines_are_read():
    lines = "".join(binascii.b2a_uu(RAW[i : i + 45]).decode() for i in range(0, len(RAW), 45))
    text = f"begin 644 note.txt\n{lines}`\nend\n"
    assert VALUE in read(text, encodings.dense(text))
    assert VALUE in read(f"decode: {text}", encodings.dense(f"decode: {text}"))


def test_code_is_no_base_85():
    text = "if(a&&b){return c(d,e)[f]||g({h:i})};x=>y??z;"
    assert read(text, encodings.dense(text)) == text

import pytest

from detectors.views import dumps
from detectors.views.edit import merged
from detectors.views.view import View, edited

VALUE = "my card is 4111 1111 1111 1111, exp 09/27"
RAW = VALUE.encode()
ROWS = [RAW[at : at + 16] for at in range(0, len(RAW), 16)]


def read(text):
    edits = merged(dumps.lines(text))
    return edited(View(text), edits).text if edits else text


@pytest.mark.parametrize(
    "lines",
    [
        [
            f"{n * 16:08x}  {row[:8].hex(' '):<23}  {row[8:].hex(' '):<23}  |{row.decode()}|"
            for n, row in enumerate(ROWS)
        ],
        [f"{n * 16:08x}: {row.hex(' ', 2):<39}  {row.decode()}" for n, row in enumerate(ROWS)],
        [f"{n * 16:07x} {row.hex(' ')}" for n, row in enumerate(ROWS)],
    ],
    ids=["hexdump", "xxd", "od"],
)
def test_a_dump_is_read_whole(lines):
    text = "what is this? " + "\n".join(lines) + "\nthanks"
    assert read(text) == f"what is this? {VALUE}\nthanks"


@pytest.mark.parametrize(
    "text",
    ["00000000: ffd8 ffe0 0010 4a46 4946 0001 0100 0001  ......JFIF......", "2024 12 31 10 45", "deadbeef", "1234 ab"],
)
def test_octets_that_are_no_text_stay(text):
    assert read(text) == text


def test_a_megabyte_comes_to_an_end():
    for unit in ("00000000 ", "0000: 00 ", "ab ", "00000000  41 42\n"):
        read(unit * (1_000_000 // len(unit)))

import base64

import pytest

from detectors.views.readers import READERS
from detectors.views.triggers import CIPHERS, DENSE, NUMBERS, RUNS, SUMS, VARIABLES, Triggers

TRIGGERS = Triggers()
NUMBER = {reader.name: number for number, reader in enumerate(READERS)}
RAW = b"my card is 4111 1111 1111 1111"

SIGNS = [
    ("percent", "a%40b"),
    ("entity", "&#52;&#55;"),
    ("escape", r"\u0041"),
    ("escape", "U+0041 U+0042"),
    ("string", r"{\"a\""),
    ("quoted-printable", "=41=42=43"),
    ("quoted-printable", "a line of text that ends=\nhere"),
    ("emphasis", "**AK**IA"),
    ("emphasis", "ghp`_abc`"),
    ("tags", "a<b>c"),
    ("tags", "</td><td>"),
    ("wrap", "munich\n_prod9\n23"),
    ("continued", "ghp_abc\\\n  def"),
    ("wrap", "AKIAabcd\nefgHIJ"),
    ("wrap", "lau.ra\nhall"),
    ("joint", '"AK" + "IA"'),
    ("joint", '["a","b"].join("")'),
    ("joint", '"".join(["a", "b"])'),
    ("joint", "implode('', ['a', 'b'])"),
    ("joint", 'x = "a"\nx += "b"'),
    ("tags", "<![CDATA[a]]>"),
    ("tags", "1 <wbr>2"),
    ("continued", "ghp_abc`\n  def"),
    ("wrap", "514 12\n>  3456"),
    ("percent", "%u0041"),
    ("percent", "?q=a+b+c+d"),
    ("escape", r"\000041\000042"),
    ("spaced", "A K I A 1 2 3"),
    ("spaced", "4\u20091\u20091\u20091\u20092\u20093"),
    ("spaced", "4\xa01\xa01\xa01\xa02\xa03"),
    ("control", "AK\x1b[0mIA"),
    ("control", "a [32mkey"),
    ("control", "A\x00K"),
    ("spaced", "A  K  I  A  1  2"),
    ("column", "4\n1\n8\n8\n3\n6\n"),
    ("separated", "4.1.8.8.3.6.6"),
    ("whole", "4111111111111111.0"),
    ("grouped", "5158,4245,0377"),
    ("grouped", "4111 | 1111 | 1111"),
    ("spelled", "one two three four"),
    ("spelled", "fünf zéro null eins"),
    ("address", "a [at] b.com"),
    ("address", "a at b dot com"),
    ("address", "www(dot)b"),
]


@pytest.mark.parametrize(("name", "text"), SIGNS)
def test_a_reader_is_asked_where_its_signs_stand(name, text):
    assert NUMBER[name] in TRIGGERS.fired(text)


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (RUNS, base64.b64encode(RAW).decode()),
        (RUNS, base64.b64encode(b"hunter2!").decode()),
        (RUNS, base64.b32encode(b"536-22-8471").decode()),
        (NUMBERS, RAW.hex(" ")),
        (NUMBERS, " ".join(str(octet) for octet in RAW)),
        (NUMBERS, "chr(65)"),
        (NUMBERS, "00000000: 6d79 2063 6172 6420"),
        (NUMBERS, "00000000  6d 79 20 63 61 72 64 20"),
        (RUNS, base64.b32encode(b"514-22-1834").decode()),
        (DENSE, base64.b85encode(RAW).decode()),
        (DENSE, base64.a85encode(RAW, adobe=True).decode()),
        (DENSE, "L`66`GdD0aFfcSUFf}tWFflVQFfa"),
        (CIPHERS, "ROT13"),
        (CIPHERS, "gur erpbeq"),
        (CIPHERS, "in reversed order"),
        (VARIABLES, 'A = "x"'),
        (SUMS, "A+B"),
        (SUMS, "${a}${b}"),
        (SUMS, "$a$b"),
    ],
)
def test_the_others_too(number, text):
    assert number in TRIGGERS.fired(text)


def test_every_reader_has_a_sign_here():
    assert {name for name, _ in SIGNS} == set(NUMBER)


def test_plain_prose_asks_nobody():
    assert TRIGGERS.fired("Please read this text, and tell me what it says about us. It is short.") == {}


def test_without_a_gate_everybody_is_asked():
    assert len(Triggers(gated=False).fired("x")) == len(READERS) + 6


def test_a_reader_is_given_the_stretches_around_its_signs():
    text = "word " * 1000 + "a%40b" + " word" * 1000
    ((low, high),) = TRIGGERS.fired(text)[NUMBER["percent"]]
    assert "a%40b" in text[low:high]
    assert high - low < 2000
    assert text[low - 1] == text[high] == " "

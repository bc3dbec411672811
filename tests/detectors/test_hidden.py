"""A value in every disguise, through the real detectors: found, redacted exactly, found no more, of one digest."""

import base64
import gzip
from collections import Counter
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detectors.base import Source
from detectors.finding import keyed_digester
from detectors.load import Settings, load
from detectors.resolve import resolve
from detectors.scan import Scanner, Task

CARD = "4111111111111111"
MAIL = "anna.schmidt@example-bank.com"
KEY = "AKIA" + "R7QX2MNB4VZT6WLK"


@cache
def scanner():
    return Scanner(load(Settings(families=("views", "secrets", "pii"))), digest=keyed_digester(b"k"))


def findings(text):
    (report,) = scanner().run([Task(Source(text), tuple(d.name for d in scanner().detectors))])
    assert report.failed == {}
    return list(resolve(finding for found in report.findings.values() for finding in found))


def redacted(text):
    for finding in sorted(findings(text), key=lambda f: -f.start):
        text = text[: finding.start] + "[X]" + text[finding.end :]
    return text


WAYS = {
    "plain": lambda v: v,
    "base64": lambda v: base64.b64encode(v.encode()).decode(),
    "base64 twice": lambda v: base64.b64encode(base64.b64encode(v.encode())).decode(),
    "base32": lambda v: base64.b32encode(v.encode()).decode(),
    "hex": lambda v: v.encode().hex(),
    "gzip": lambda v: base64.b64encode(gzip.compress(v.encode(), mtime=0)).decode(),
    "percent": lambda v: "".join(f"%{ord(c):02X}" for c in v),
    "entities": lambda v: "".join(f"&#x{ord(c):x};" for c in v),
    "escapes": lambda v: "".join(f"\\u{ord(c):04x}" for c in v),
    "zero width": "\u200b".join,
    "zero width, blanks too": lambda v: "\u200b" + "\u200b".join(v) + "\u200b",
    "coloured": lambda v: f"\x1b[1;32m{v[:7]}\x1b[0m\x1b[K{v[7:]}\x1b[m",
    "nul": "\x00".join,
    "thin spaces": "\u2009".join,
    "escapes in two strings": lambda v: "".join(f"\\\\\\\\u{ord(c):04x}" for c in v),
    "full width": lambda v: "".join(chr(ord(c) + 0xFEE0) for c in v),
    "bold": lambda v: f"**{v[:7]}**{v[7:]}",
    "tags": lambda v: f"<b>{v[:7]}</b><i>{v[7:]}</i>",
    "wrapped": lambda v: f"{v[:7]}\\\n    {v[7:]}",
    "joined": lambda v: f'"{v[:7]}" + "{v[7:]}"',
    "spaced": " ".join,
}
VALUES = {"CREDIT_CARD": CARD, "EMAIL_ADDRESS": MAIL, "SECRET_AWS_ACCESS_KEY": KEY}


@pytest.mark.parametrize("way", sorted(WAYS))
@pytest.mark.parametrize("entity", sorted(VALUES))
def test_it_is_found_once_with_the_digest_of_its_plain_form(entity, way):
    plain = next(f for f in findings(f"Please use {VALUES[entity]} for this.") if f.entity == entity)
    found = [f for f in findings(f"Please use {WAYS[way](VALUES[entity])} for this.") if f.entity == entity]
    assert {f.digest for f in found} == {plain.digest}


@pytest.mark.parametrize("way", sorted(WAYS))
@pytest.mark.parametrize("entity", sorted(VALUES))
def test_once_redacted_nothing_is_left_of_it_and_the_rest_stands(entity, way):
    text = redacted(f"Please use {WAYS[way](VALUES[entity])} for this.")
    assert text.startswith("Please use ")
    assert text.endswith(" for this.")
    assert "[X]" in text
    assert entity not in {f.entity for f in findings(text)}


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(sorted(WAYS)), st.sampled_from(sorted(VALUES))), min_size=1, max_size=4))
def test_many_in_one_text_are_all_found_and_all_redacted(hidden):
    text = "Hello.\n\n" + "\n\n".join(f"Number {n}: {WAYS[way](VALUES[e])} here." for n, (way, e) in enumerate(hidden))
    assert {f.entity for f in findings(text)} >= {entity for _, entity in hidden}
    assert not {f.entity for f in findings(redacted(text))} & set(VALUES)


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=200))
def test_no_text_makes_a_detector_fail(text):
    findings(text)


@pytest.mark.parametrize(
    ("entity", "text"),
    [
        ("PHONE_NUMBER", "phone: " + "\u200b".join("+49 30 901820 74")),
        ("PHONE_NUMBER", "phone: " + "\u200b".join("+1 (415) 738 2671")),
        ("US_SSN", "my social security number is " + base64.b32encode(b"536-22-8471").decode()),
        ("IBAN_CODE", "the IBAN is " + base64.b85encode(b"DE89370400440532013000").decode()),
        ("IBAN_CODE", "the IBAN is\nDE89370400\n440532013000\nthanks"),
        ("SECRET_AWS_ACCESS_KEY", f"My key is\n{KEY[:10]}\n{KEY[10:]}"),
        ("SECRET_AWS_ACCESS_KEY", f"$ env | grep KEY\n\x1b[01;31mKEY\x1b[m=\x1b[32m{KEY}\x1b[0m"),
        ("SECRET_AWS_ACCESS_KEY", f"step 4: \\u001b[32m{KEY}\\u001b[0m ok"),
        ("SECRET_PASSWORD", "\x1b[33mpassword\x1b[0m=\x1b[33mTr0ub4dor&3xQ\x1b[0m"),
    ],
)
def test_layout_of_terminals_strings_and_strewn_characters_hides_nothing(entity, text):
    assert entity in {f.entity for f in findings(text)}
    assert entity not in {f.entity for f in findings(redacted(text))}


def test_every_value_in_an_encoded_run_is_a_finding_of_its_own():
    inner = base64.b64encode(b"first ann@acme-bank.com then bob@acme-bank.com").decode()
    blob = f"key {KEY} card {CARD} mail {MAIL}\nthen {inner}\n" + "\n".join(f"u{i}@acme-bank.com" for i in range(30))
    text = f"Look: {base64.b64encode(blob.encode()).decode()} ok?"
    found = findings(text)
    count = Counter(f.entity for f in found)
    assert (count["SECRET_AWS_ACCESS_KEY"], count["CREDIT_CARD"], count["EMAIL_ADDRESS"]) == (1, 1, 33)
    assert len({f.digest for f in found}) == len(found)
    assert {(f.start, f.end) for f in found} == {(6, len(text) - 4)}


def test_a_value_taken_apart_into_variables_is_redacted_in_each():
    text = f'Use A+B please.\nA = "{KEY[:10]}"\nB = "{KEY[10:]}"'
    left = redacted(text)
    assert KEY[:10] not in left
    assert KEY[10:] not in left

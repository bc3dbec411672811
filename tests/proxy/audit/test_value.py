import pytest

from detectors.finding import keyed_digester
from detectors.pii.canonical import canonical
from proxy.audit.value import Asked

KEY = b"k" * 32
digest = keyed_digester(KEY)


def record(entity, hashed, distinct=1):
    return {"facts": {"findings": [{"entity": entity, "distinct": distinct, "digests": [f"k1:{hashed}"]}]}}


@pytest.mark.parametrize(
    ("entity", "hashed", "asked"),
    [
        ("IBAN_CODE", canonical("IBAN_CODE", "DE89370400440532013000"), "DE89 3704 0044 0532 0130 00"),
        ("EMAIL_ADDRESS", "bob@example.com", " Bob@Example.com\n"),
        ("PERSON", "alice m. smith", "Alice  M. Smith"),
        ("SECRET_GENERIC", "Xy-9_z", "Xy-9_z"),
        ("IP_ADDRESS", "2001:db8::1", "2001:DB8:0::1"),
    ],
    ids=lambda value: str(value)[:12],
)
def test_a_value_is_known_however_it_is_spelt(entity, hashed, asked):
    assert Asked(asked, KEY, "k1").known_to(record(entity, digest(entity, hashed)))
    assert not Asked(asked, b"x" * 32, "k1").known_to(record(entity, digest(entity, hashed)))
    assert not Asked(asked, KEY, "k1").known_to(record("OTHER", digest(entity, hashed)))


def test_the_detectors_hash_as_it_asks():
    from detectors.base import Source
    from detectors.load import Settings, load

    iban = "DE89 3704 0044 0532 0130 00"
    found = [
        finding
        for detector in load(Settings(families=("pii",)))
        for finding in detector.detect(Source(f"my iban is {iban}"), digest)
        if finding.entity == "IBAN_CODE"
    ]
    assert found
    assert Asked(iban.replace(" ", ""), KEY, "k1").known_to(record("IBAN_CODE", found[0].digest))


def test_it_shows_nothing_of_the_value_and_says_where_it_cannot_know():
    assert "DE89" not in repr(Asked("DE89", KEY, "k1"))
    assert Asked.unsure(record("PERSON", "00", distinct=300))
    assert not Asked.unsure(record("PERSON", "00"))
    assert not Asked("x", KEY, "k1").known_to({"type": "stop"})

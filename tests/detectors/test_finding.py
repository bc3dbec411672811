import hashlib
import hmac

from detectors.finding import CATEGORIES, Finding, keyed_digester, no_digest

MAIL = Finding("EMAIL_ADDRESS", "pii", 10, 22, 0.9, "pii.structured@1")


def test_a_finding_moves_with_its_text():
    moved = MAIL.moved(5)
    assert (moved.start, moved.end) == (15, 27)
    assert moved.entity == MAIL.entity
    assert (MAIL.start, MAIL.end) == (10, 22)


def test_neighbours_do_not_touch():
    assert MAIL.touches(Finding("URL", "pii", 21, 30, 0.5, "d@1"))
    assert not MAIL.touches(Finding("URL", "pii", 22, 30, 0.5, "d@1"))
    assert not MAIL.touches(Finding("URL", "pii", 0, 10, 0.5, "d@1"))


def test_a_digest_is_hmac_sha256_of_entity_and_value_cut_to_128_bits():
    expected = hmac.new(b"key", b"US_SSN\x00536221234", hashlib.sha256).hexdigest()[:32]
    assert keyed_digester(b"key")("US_SSN", "536221234") == expected
    assert len(expected) == 32


def test_a_digest_depends_on_key_entity_and_value():
    digest = keyed_digester(b"key")
    digests = {
        digest("US_SSN", "1"),
        digest("US_SSN", "2"),
        digest("US_ITIN", "1"),
        keyed_digester(b"other")("US_SSN", "1"),
    }
    assert len(digests) == 4
    assert digest("A", "BC") != digest("AB", "C")


def test_a_lone_surrogate_has_a_digest_too():
    assert len(keyed_digester(b"key")("PERSON", "\ud800")) == 32


def test_without_a_key_there_is_no_digest():
    assert no_digest("US_SSN", "536-22-1234") == ""


def test_there_are_six_categories():
    assert CATEGORIES == ("pii", "secret", "code", "label", "fingerprint", "opaque")

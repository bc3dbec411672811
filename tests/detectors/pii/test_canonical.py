import pytest

from detectors.pii.canonical import canonical


@pytest.mark.parametrize(
    ("entity", "one", "other"),
    [
        ("CREDIT_CARD", "4539 0689 0030 8692", "4539-0689-0030-8692"),
        ("IBAN_CODE", "GB82 WEST 1234 5698 7654 32", "gb82west12345698765432"),
        ("US_SSN", "563-10-8343", "563‑10‑8343"),
        ("PHONE_NUMBER", "+1 (201) 555-0123", "+12015550123"),
        ("EMAIL_ADDRESS", "Jo.Bloggs@Example.com", "jo.bloggs@example.com"),
        ("MAC_ADDRESS", "3c:5a:b4:91:0f:e2", "3C-5A-B4-91-0F-E2"),
        ("IP_ADDRESS", "2A01:04F8:0:0:0:0:0:1", "2a01:4f8::1"),
        ("CRYPTO", "0xAbcdefabcdefabcdefabcdefabcdefabcdefabcd", "0xabcdefabcdefabcdefabcdefabcdefabcdefabcd"),
    ],
)
def test_two_spellings_are_one_value(entity: str, one: str, other: str) -> None:
    assert canonical(entity, one) == canonical(entity, other)


@pytest.mark.parametrize(
    ("entity", "one", "other"),
    [
        ("EMAIL_ADDRESS", "jo.bloggs@example.com", "jobloggs@example.com"),
        ("CRYPTO", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "1a1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"),
        ("IP_ADDRESS", "not an address", "81.169.145.94"),
    ],
)
def test_two_values_stay_two(entity: str, one: str, other: str) -> None:
    assert canonical(entity, one) != canonical(entity, other)

import pytest

from detectors.entities import SEVERITIES, catalogue, read
from detectors.finding import CATEGORIES

MEASURED = [
    "ABA_ROUTING_NUMBER",
    "AU_MEDICARE",
    "AU_TFN",
    "BE_NRN",
    "BR_CPF",
    "CA_SIN",
    "CH_AHV",
    "CN_ID",
    "CREDIT_CARD",
    "CRYPTO",
    "DE_TAX_ID",
    "EMAIL_ADDRESS",
    "ES_NIE",
    "ES_NIF",
    "FI_PERSONAL_IDENTITY_CODE",
    "FR_NIR",
    "IBAN_CODE",
    "IN_AADHAAR",
    "IN_PAN",
    "IP_ADDRESS",
    "IT_FISCAL_CODE",
    "KR_RRN",
    "MAC_ADDRESS",
    "MEDICAL_RECORD",
    "NL_BSN",
    "PHONE_NUMBER",
    "PL_PESEL",
    "SE_PERSONNUMMER",
    "SG_NRIC_FIN",
    "TR_NATIONAL_ID",
    "UK_NHS",
    "UK_NINO",
    "US_DRIVER_LICENSE",
    "US_ITIN",
    "US_NPI",
    "US_PASSPORT",
    "US_SSN",
    "VIN",
    "ZA_ID_NUMBER",
]
OTHERS = [
    "PERSON",
    "LOCATION",
    "ORGANIZATION",
    "NRP",
    "DATE_TIME",
    "URL",
    "STREET_ADDRESS",
    "SOURCE_CODE",
    "DOCUMENT",
    "EXACT_DATA",
    "OPAQUE",
]


@pytest.mark.parametrize("name", MEASURED + OTHERS)
def test_every_entity_of_the_contract_is_listed(name: str) -> None:
    entity = catalogue().get(name)
    assert catalogue().known(name)
    assert entity.id == name
    assert entity.title
    assert entity.category in CATEGORIES
    assert entity.severity in SEVERITIES
    assert entity.label == name


@pytest.mark.parametrize("name", MEASURED)
def test_identifiers_with_a_shape_are_structured_and_names_are_not(name: str) -> None:
    assert catalogue().matches("PII.STRUCTURED", name)
    assert not catalogue().matches("PII.NAME", name)


@pytest.mark.parametrize(
    ("word", "entity", "covered"),
    [
        ("EMAIL_ADDRESS", "EMAIL_ADDRESS", True),
        ("EMAIL", "EMAIL_ADDRESS", True),
        ("EMAIL_ADDRESS", "PHONE_NUMBER", False),
        ("PII.CONTACT", "EMAIL_ADDRESS", True),
        ("PII.CONTACT", "US_SSN", False),
        ("PII.GOVERNMENT_ID", "US_SSN", True),
        ("PII.FINANCIAL", "IBAN_CODE", True),
        ("PII.HEALTH", "MEDICAL_RECORD", True),
        ("PII.NAME", "PERSON", True),
        ("PII.*", "PERSON", True),
        ("PII.*", "SECRET_JWT", False),
        ("SECRET.*", "SECRET_JWT", True),
        ("SECRET.*", "SECRET_ACME_TOKEN", True),
        ("SECRET.*", "SOURCE_CODE", False),
        ("SECRET_ACME_*", "SECRET_ACME_TOKEN", True),
        ("SECRET_ACME_*", "SECRET_AWS_ACCESS_KEY", False),
        ("SECRET_ACME_TOKEN", "SECRET_ACME_TOKEN", True),
        ("LABEL.*", "LABEL_PROJECT_X", True),
        ("LABEL_CONFIDENTIAL", "LABEL_CONFIDENTIAL", True),
        ("CODE.*", "SOURCE_CODE", True),
        ("FINGERPRINT.*", "DOCUMENT", True),
        ("OPAQUE.*", "OPAQUE", True),
        ("EMPLOYEE_NUMBER", "EMPLOYEE_NUMBER", True),
    ],
)
def test_a_word_of_a_rule_covers_what_it_says(word: str, entity: str, covered: bool) -> None:
    assert catalogue().matches(word, entity) is covered


@pytest.mark.parametrize(
    ("word", "known"),
    [
        ("US_SSN", True),
        ("SSN", True),
        ("PII.CONTACT", True),
        ("PII.*", True),
        ("SECRET.*", True),
        ("SECRET_ANY_VENDOR_KEY", True),
        ("SECRET_AWS_*", True),
        ("US_*", True),
        ("LABEL_HOUSE_RED", True),
        ("US_SNN", False),
        ("PII.CONTACTS", False),
        ("SECRET_", False),
        ("secret_aws", False),
        ("XX_*", False),
        ("*", False),
        ("", False),
    ],
)
def test_a_word_is_known_or_not(word: str, known: bool) -> None:
    assert catalogue().known(word) is known


def test_listed_words_are_offered_for_a_did_you_mean() -> None:
    words = catalogue().words()
    assert {"US_SSN", "SSN", "PII.CONTACT", "SECRET.*", "SECRET_JWT"} <= words
    assert all(catalogue().known(word) for word in words)


def test_an_unlisted_secret_takes_what_its_family_says() -> None:
    entity = catalogue().get("SECRET_ACME_TOKEN")
    assert (entity.category, entity.severity, entity.title) == ("secret", "critical", "Secret: acme token")


def test_an_unlisted_entity_of_a_deployment_is_personal_data() -> None:
    entity = catalogue().get("EMPLOYEE_NUMBER")
    assert (entity.category, entity.severity, entity.title) == ("pii", "medium", "Employee number")


def test_an_alias_used_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="X is used twice"):
        read("entities: {A: {title: a, category: pii, aliases: [X]}, B: {title: b, category: pii, aliases: [X]}}")


def test_a_group_nobody_listed_is_refused() -> None:
    with pytest.raises(ValueError, match=r"PII\.ODD"):
        read("entities: {A: {title: a, category: pii, groups: [PII.ODD]}}")


def test_a_bad_category_is_refused() -> None:
    with pytest.raises(ValueError, match="A has a bad id, category or severity"):
        read("entities: {A: {title: a, category: person}}")

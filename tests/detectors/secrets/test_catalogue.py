from detectors.secrets.catalogue import entities
from detectors.secrets.rule import Rule


def test_every_entity_has_a_title(rules: tuple[Rule, ...]) -> None:
    catalogue = entities()
    assert set(catalogue) == {rule.entity for rule in rules}
    assert all(catalogue.values())
    assert list(catalogue) == sorted(catalogue)


def test_the_names_of_the_contract_are_among_them() -> None:
    assert {
        "SECRET_AWS_ACCESS_KEY",
        "SECRET_PRIVATE_KEY",
        "SECRET_PASSWORD",
        "SECRET_JWT",
        "SECRET_DATABASE_URL",
        "SECRET_GENERIC",
    } <= set(entities())

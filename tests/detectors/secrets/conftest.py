"""The shipped secret detector, compiled once for all tests here, with and without Hyperscan."""

from collections.abc import Callable

import pytest

from detectors.base import Source
from detectors.finding import Finding, no_digest
from detectors.secrets import rulebook
from detectors.secrets.detector import SecretDetector
from detectors.secrets.rule import Rule

Find = Callable[[str], list[Finding]]


@pytest.fixture(scope="session")
def rules() -> tuple[Rule, ...]:
    return rulebook.shipped()


@pytest.fixture(scope="session")
def detector(rules: tuple[Rule, ...]) -> SecretDetector:
    return SecretDetector(rules)


@pytest.fixture(scope="session")
def ungated(rules: tuple[Rule, ...]) -> SecretDetector:
    return SecretDetector(rules, gated=False)


@pytest.fixture(scope="session")
def find(detector: SecretDetector) -> Find:
    return lambda text: list(detector.detect(Source(text), no_digest))

"""What tests of policies share: a policy from a few lines of YAML, and detectors that know only the fakes."""

import re
import textwrap
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime

import pytest

from detectors.finding import Finding
from policies.fakes import FAKES
from policies.load import from_texts
from policies.model import Policy

NOW = datetime(2026, 1, 14, 12, tzinfo=UTC)
HEAD = "schema: policy/v1\npolicy: test\ndefaults: {mode: enforce, app_status: {tolerated: allow}}\n"
KNOWN = {
    "aws_access_key": "SECRET_AWS_ACCESS_KEY",
    "github_token": "SECRET_GITHUB_TOKEN",
    "credit_card": "CREDIT_CARD",
    "email": "EMAIL_ADDRESS",
}


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def policy_of() -> Callable[[str], Policy]:
    def make(text: str) -> Policy:
        return from_texts({"test.yaml": HEAD + textwrap.dedent(text)})

    return make


@pytest.fixture
def scan() -> Callable[[str], Sequence[Finding]]:
    """Find the fakes of KNOWN in a text: what tests of policies need of the detectors."""

    def found(text: str) -> Iterator[Finding]:
        for name, entity in KNOWN.items():
            category = "secret" if entity.startswith("SECRET") else "pii"
            for hit in re.finditer(re.escape(FAKES[name]()), text):
                yield Finding(entity, category, hit.start(), hit.end(), 0.95, "test@1", digest=entity)

    return lambda text: tuple(found(text))

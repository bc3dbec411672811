import pytest

from detectors.base import Source
from detectors.secrets.hint import judge

RANDOM = "Gk3QzPwTq9" + "Rb4mLx0VnYc7JsE2hKdU5a"


@pytest.mark.parametrize(
    ("hint", "text", "entity"),
    [
        ("password prompt", "Falcon-12x!", "SECRET_PASSWORD"),
        ("dbPassword tool_call", " rXIPfkzqjb ", "SECRET_PASSWORD"),
        ("api_key tool_call", RANDOM, "SECRET_GENERIC"),
        ("clientSecret", RANDOM, "SECRET_GENERIC"),
    ],
)
def test_the_key_makes_the_value_a_secret(hint: str, text: str, entity: str) -> None:
    found = judge(Source(text, hint))
    assert found is not None
    assert (found[0], found[1].value) == (entity, text.strip())


@pytest.mark.parametrize(
    ("hint", "text"),
    [
        ("", "Falcon-12x!"),
        ("prompt", "Falcon-12x!"),
        ("password prompt", "changeme"),
        ("password prompt", "${PASSWORD}"),
        ("password prompt", "how do I reset it?"),
        ("password prompt", ""),
        ("token prompt", " Hello"),
        ("max_tokens", "4096"),
        ("cache_key", RANDOM),
        ("tool_call_id", RANDOM),
        ("password prompt", "x1" * 5000),
    ],
)
def test_other_keys_and_other_values_do_not(hint: str, text: str) -> None:
    assert judge(Source(text, hint)) is None

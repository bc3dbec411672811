"""An inline test as a value."""

from policies.case import NOON, Case
from policies.facts import Facts


def test_a_test_happens_on_a_wednesday_at_noon_unless_it_says_otherwise() -> None:
    assert f"{Case('n', 'f:1:1', Facts()).at:%A %H:%M %Z}" == "Wednesday 12:00 UTC"
    assert NOON.tzinfo is not None


def test_a_prompt_is_not_shown() -> None:
    assert "my prompt" not in repr(Case("n", "f:1:1", Facts(), prompt="my prompt", excludes=("my prompt",)))

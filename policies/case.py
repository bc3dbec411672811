"""An inline test as a value: the circumstances, what is in the request, what must come out."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from policies.facts import Facts

NOON = datetime(2026, 1, 14, 12, tzinfo=UTC)
"""When tests happen that name no time: a Wednesday."""


@dataclass(frozen=True, slots=True)
class Case:
    """One test. None in an expectation: not asked. `rule` is the rule it stands under, "" for a test of the file.

    Exactly one of `prompt` and `body` may be set; with both None the findings stand in `facts`.
    """

    name: str
    where: str
    facts: Facts = field(repr=False)
    rule: str = ""
    at: datetime = NOON
    rolled_out: bool = True
    prompt: str | None = field(default=None, repr=False)
    body: str | None = field(default=None, repr=False)
    action: str | None = None
    would: str | None = None
    rules: tuple[str, ...] | None = None
    excludes: tuple[str, ...] = field(default=(), repr=False)
    restores: tuple[str, ...] = field(default=(), repr=False)
    route: str | None = None  # "none": not sent elsewhere
    todo: bool = False

    @property
    def file(self) -> str:
        """Return the name of the file that it stands in."""
        return self.where.rsplit(":", 2)[0]

    @property
    def title(self) -> str:
        """Return its name, with that of its rule."""
        return f"{self.rule}: {self.name}" if self.rule else self.name

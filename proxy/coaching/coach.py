"""What users are asked before something is sent, and what they answered: one desk in the supervisor, a memory a worker.

Rules
1. An answer holds for one user and one rule, always; `remember.scope` narrows it to a service (`app`) and to what was
   found (`value`). Without `remember` it holds ten minutes, for exactly what was found at that service.
2. A link opens for the user who was asked, until it expires; it carries a signature over event, user and rules.
3. Whoever sends things all the same too often is not asked any more for an hour: the rule blocks then.
4. Nothing of the prompt is kept: rules, keyed digests of values, and the user's own reason, which is inspected first.
"""

import base64
import hmac
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from policies.facts import Facts
from policies.model import CoachAsk
from proxy.exchange import Client

LINK_SECONDS = 3600.0
ONCE_SECONDS = 600
SENT_AN_HOUR = 20  # answers that let something pass, by one user
_PENDING = 4096
_PENDING_PER_USER = 50
CHOICES = ("justify", "redact", "cancel")


@dataclass(frozen=True, slots=True)
class Asked:
    """One rule's part of a question. Times in seconds."""

    rule: str
    message: str
    alternative: str = ""
    required: bool = False
    min_chars: int = 0
    choices: tuple[str, ...] = ()
    seconds: int = ONCE_SECONDS
    scope: tuple[str, ...] = ("app", "value")
    can_redact: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """What a user is asked about one request. `until` in seconds since the epoch."""

    event: str
    user: str
    app: str
    app_name: str
    asked: tuple[Asked, ...]
    values: tuple[str, ...]
    until: float

    @property
    def can_redact(self) -> bool:
        """Tell whether all that was found can be cut out."""
        return all(asked.can_redact for asked in self.asked)

    @property
    def reasons(self) -> tuple[str, ...]:
        """Return the reasons to choose from; none where any will do."""
        return next((asked.choices for asked in self.asked if asked.choices), ())

    @property
    def min_chars(self) -> int:
        """Return how long the user's words must be."""
        return max(max(asked.min_chars, int(asked.required and not asked.choices)) for asked in self.asked)


@dataclass(frozen=True, slots=True)
class Remembered:
    """One answer that holds. An empty `app` is any, `values` None is anything found."""

    rule: str
    user: str
    choice: str
    until: float
    app: str = ""
    values: tuple[str, ...] | None = None


class Memory:
    """The answers that a worker knows."""

    def __init__(self, answers: Iterable[Remembered] = ()) -> None:
        self._answers: dict[str, list[Remembered]] = {}
        self.add(answers)

    def add(self, answers: Iterable[Remembered]) -> None:
        """Take answers in; the latest to a rule counts."""
        for answer in answers:
            kept = [old for old in self._answers.get(answer.user, ()) if old.until > answer.until - 30 * 86400]
            self._answers[answer.user] = [*kept[-500:], answer]

    def recall(self, user: str, facts: Facts, now: float) -> tuple[tuple[str, str], ...]:
        """Return the answers of a user that hold for these facts: rule and choice."""
        found = {finding.digest for finding in facts.findings if finding.digest}
        held = {
            answer.rule: answer.choice
            for answer in self._answers.get(user, ())
            if answer.until > now
            and answer.app in ("", facts.app)
            and (answer.values is None or found <= set(answer.values))
        }
        return tuple(held.items())


class Desk:
    """Questions that wait for an answer, and the answers that hold; kept over a restart in `path`."""

    def __init__(self, key: bytes, path: Path | None = None, now: float = 0.0) -> None:
        self._key = hmac.digest(key, b"coach", "sha256")
        self._path = path
        self._pending: dict[str, Question] = {}
        self._sent: dict[str, list[float]] = {}
        self._kept = [answer for answer in _load(path) if answer.until > now]

    @property
    def remembered(self) -> list[dict[str, Any]]:
        """Return the answers that hold, as JSON values."""
        return [asdict(answer) for answer in self._kept]

    def hand_over(self) -> dict[str, Any]:
        """Return what only the memory holds, as JSON values."""
        return {"pending": [asdict(each) for each in self._pending.values()], "sent": self._sent}

    def take_over(self, told: Mapping[str, Any]) -> None:
        """Go on with what `hand_over` returned."""
        self._pending |= {each["event"]: question_from(each) for each in told["pending"]}
        self._sent |= told["sent"]

    def open(self, question: Question, now: float) -> str:
        """Keep a question; return the signature of its link, nothing where the user has to wait."""
        if self._exhausted(question.user, now):
            return ""
        own = [event for event, one in self._pending.items() if one.user == question.user]
        stale = [event for event, one in self._pending.items() if one.until <= now]
        for event in {*stale, *own[: max(len(own) - _PENDING_PER_USER + 1, 0)]}:
            del self._pending[event]
        if len(self._pending) >= _PENDING:
            return ""
        self._pending[question.event] = question
        return self._sign("link", question)

    def look(self, event: str, signature: str, user: str, now: float) -> tuple[Question, str] | None:
        """Return a question and the token of its form; None where the link is not this user's, or not any more."""
        question = self._pending.get(event)
        if question is None or question.until <= now or question.user != user:
            return None
        if not hmac.compare_digest(self._sign("link", question).encode(), signature.encode("utf-8", "replace")):
            return None
        return question, self._sign("form", question)

    def settle(self, question: Question, choice: str, now: float) -> list[Remembered]:
        """Take the answer to a question, which is closed by it; return what holds from now on."""
        del self._pending[question.event]
        if choice == "cancel":
            return []
        self._sent.setdefault(question.user, []).append(now)
        answers = [_remember(asked, question, choice, now) for asked in question.asked]
        self._kept = [answer for answer in self._kept if answer.until > now] + answers
        _store(self._path, self._kept)
        return answers

    def _exhausted(self, user: str, now: float) -> bool:
        recent = [at for at in self._sent.get(user, ()) if now - at < 3600]
        if recent:
            self._sent[user] = recent
        else:
            self._sent.pop(user, None)
        return len(recent) >= SENT_AN_HOUR

    def _sign(self, use: str, question: Question) -> str:
        rules = ",".join(asked.rule for asked in question.asked)
        text = "\0".join((use, question.event, question.user, rules, f"{question.until:.0f}"))
        return base64.urlsafe_b64encode(hmac.digest(self._key, text.encode(), "sha256")[:15]).decode()


def identity(client: Client) -> str:
    """Return who is asked: the user, or the address where nobody is known there."""
    return client.subject or f"@{client.address}"


def question(event: str, client: Client, facts: Facts, asks: Sequence[CoachAsk], now: float) -> Question:
    """Return what a verdict's `coach` asks."""
    values = tuple(sorted({finding.digest for finding in facts.findings if finding.digest}))
    name = facts.app_name or facts.app
    asked = tuple(_asked(ask) for ask in asks)
    return Question(event, identity(client), facts.app, name, asked, values, now + LINK_SECONDS)


def _asked(ask: CoachAsk) -> Asked:
    wanted, remember = ask.justification, ask.remember
    return Asked(
        ask.rule,
        ask.message,
        ask.alternative,
        required=bool(wanted and wanted.required),
        min_chars=wanted.min_chars if wanted else 0,
        choices=wanted.choices if wanted else (),
        seconds=int(remember.span.total_seconds()) if remember else ONCE_SECONDS,
        scope=remember.scope if remember else ("app", "value"),
        can_redact=ask.can_redact,
    )


def fault(question: Question, choice: str, reason: str, text: str) -> str:
    """Say what an answer lacks; empty where it will do."""
    if choice not in CHOICES or (choice == "redact" and not question.can_redact):
        return "Please choose one of the answers."
    if choice == "justify" and question.reasons and reason not in question.reasons:
        return "Please choose a reason."
    if choice == "justify" and len(text.split()) < 1 <= question.min_chars:
        return "Please say why."
    if choice == "justify" and len(" ".join(text.split())) < question.min_chars:
        return f"Please say why in {question.min_chars} characters or more."
    return ""


def question_from(data: Mapping[str, Any]) -> Question:
    """Return the question that `asdict` made JSON of."""
    asked = tuple(
        Asked(**{**each, "choices": tuple(each["choices"]), "scope": tuple(each["scope"])}) for each in data["asked"]
    )
    return Question(**{**data, "asked": asked, "values": tuple(data["values"])})


def remembered_from(rows: Iterable[Mapping[str, Any]]) -> list[Remembered]:
    """Return the answers that `asdict` made JSON of."""
    return [
        Remembered(**{**row, "values": None if row.get("values") is None else tuple(row["values"])}) for row in rows
    ]


def _remember(asked: Asked, question: Question, choice: str, now: float) -> Remembered:
    return Remembered(
        asked.rule,
        question.user,
        choice,
        now + asked.seconds,
        question.app if "app" in asked.scope else "",
        question.values if "value" in asked.scope else None,
    )


def _load(path: Path | None) -> list[Remembered]:
    try:
        return remembered_from(json.loads(path.read_text(encoding="utf-8"))) if path else []
    except (OSError, ValueError, TypeError):
        return []  # asked again: the stricter side


def _store(path: Path | None, answers: Sequence[Remembered]) -> None:
    if path is None:
        return
    fresh = path.with_name(path.name + ".new")
    fresh.unlink(missing_ok=True)
    fresh.touch(mode=0o600)
    fresh.write_text(json.dumps([asdict(answer) for answer in answers]), encoding="utf-8")
    fresh.replace(path)

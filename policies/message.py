"""A rule's words to the user in, the finished message out: made of names and kinds, never of a value."""

import re
from collections.abc import Iterable, Sequence

from detectors.entities import catalogue
from policies.facts import Facts
from policies.rule import Action

FIELDS = ("class", "app.name", "kinds", "ref", "alternative")

STOPPED = "This request was stopped by the company's rules for AI services ({kinds}). Reference: {ref}"
STOPPED_WHOLE = "This request was stopped by the company's rules for AI services. Reference: {ref}"
CHANGED = "Parts of this request were taken out by the company's rules for AI services ({kinds}). Reference: {ref}"
ROUTED = "This request was answered by a service of the company instead ({kinds}). Reference: {ref}"
ROUTED_WHOLE = "This request was answered by a service of the company instead. Reference: {ref}"
COACHED = "Please check whether this may be sent to {app.name} ({kinds}). Reference: {ref}"
COACHED_WHOLE = "Please check whether this may be sent to {app.name}. Reference: {ref}"
BY_DEFAULT = "{app.name} is not open for use here. Please ask your security team. Reference: {ref}"
UNREAD = "This {what} was stopped because it could not be checked: {reasons}. Reference: {ref}"
UNWRITABLE = "It stands where it cannot be taken out for you, so nothing was sent."
UNWRITABLE_ANSWER = "It stands where it cannot be taken out for you, so the answer ends here."

_STANDARD = {
    Action.REDACT: (CHANGED, CHANGED),
    Action.TOKENISE: (CHANGED, CHANGED),
    Action.ROUTE: (ROUTED, ROUTED_WHOLE),
    Action.COACH: (COACHED, COACHED_WHOLE),
}
_FIELD = re.compile(r"\{([^{}]*)\}")
_REASONS = {
    "undecodable": "a part of it could not be read",
    "too_large": "it is too large",
    "timeout": "checking it took too long",
    "names_timeout": "checking it for names took too long",
    "language": "it is too short to tell its language",
    "media": "it holds an image, audio or video",
    "encrypted": "it holds encrypted data",
    "tokens": "it holds token numbers instead of text",
    "protobuf": "it holds a binary format",
    "identity": "it is not known who sent it",
    "error": "the check itself failed",
}


def render(template: str, facts: Facts, data_class: str, entities: Iterable[str], alternative: str = "") -> str:
    """Return the message. `{ref}` stays: the caller alone knows the event id (see `with_ref`)."""
    values = {
        "class": data_class,
        "app.name": facts.app_name or facts.app or facts.host,
        "kinds": kinds(entities),
        "alternative": alternative,
    }
    # In one pass: what a host or a class is called is never read as a field itself.
    return _FIELD.sub(lambda found: values.get(found[1], found[0]), template)


def with_ref(message: str, ref: str) -> str:
    """Return the message with the event id in the place of `{ref}`."""
    return message.replace("{ref}", ref)


def kinds(entities: Iterable[str]) -> str:
    """Return entities as people call them, `IBAN, US social security number`; `protected content` for none."""
    titles = sorted({catalogue().get(entity).title for entity in entities})
    return ", ".join(titles) or "protected content"


def unread(reasons: Sequence[str], direction: str = "request") -> str:
    """Return the message for a request, or an answer (`direction` is `response`), that could not be checked."""
    words = UNREAD.replace("{reasons}", ", ".join(_REASONS.get(reason, reason) for reason in reasons))
    return words.replace("{what}", "answer" if direction == "response" else "request")


def standard(action: Action, entities: Sequence[str], direction: str = "request") -> str:
    """Return the words for a rule that has none, about a request or an answer (`direction` is `response`)."""
    words, whole = _STANDARD.get(action, (STOPPED, STOPPED_WHOLE))
    chosen = words if entities else whole
    return chosen.replace("his request", "his answer") if direction == "response" else chosen


def unwritable(direction: str = "request") -> str:
    """Return why a rule that takes something out stops the whole."""
    return UNWRITABLE_ANSWER if direction == "response" else UNWRITABLE

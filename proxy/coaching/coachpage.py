"""A request for one of our own pages in, the page out: what was stopped, why, and what the user wants to do.

Rules
1. The page lives under the proxy's own host, which no name server knows: whoever sees it came through the proxy.
2. A form counts only with its token, from its own origin, for the user whom the question was put to.
3. No script, nothing loaded from elsewhere, everything escaped; the page shows the rule's words, never the prompt.
"""

import html
import string
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Protocol
from urllib.parse import parse_qs

from proxy.coaching import coach
from proxy.coaching.coach import Question
from proxy.exchange import Client, Exchange
from proxy.refusals.refusal import Answer

FORM_BYTES = 16 * 1024
TEXT_CHARS = 500
_PAGES = Path(__file__).parent / "pages"
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
_GONE = "This link is not valid (any more). Send it again, and you get a new one."
_SAID = {
    "justify": "Thank you. Please send it again now: it will go through. Your reason was written down.",
    "redact": "Thank you. Please send it again now: what is protected will be taken out, and the rest goes through.",
    "cancel": "Nothing was sent.",
}


@dataclass(frozen=True, slots=True)
class Reply:
    """What a user answered."""

    event: str
    signature: str
    token: str
    choice: str
    reason: str
    text: str


class Desk(Protocol):
    """Whoever keeps the questions."""

    async def look(self, event: str, signature: str, user: str) -> tuple[Question, str] | None:
        """Return a question and its form's token."""

    async def settle(self, question: Question, reply: Reply, client: Client) -> bool:
        """Take an answer; False where it came too late."""


Clean = Callable[[str], Awaitable[bool]]
"""Tell whether a user's own words hold nothing that is protected."""


def link(host: str, event: str, signature: str) -> str:
    """Return the address of a question's page."""
    return f"https://{host}/coach/{event}/{signature}"


async def serve(exchange: Exchange, client: Client, host: str, desk: Desk, clean: Clean) -> Answer:
    """Answer a request to the proxy's own host."""
    pieces = exchange.path.partition("?")[0].split("/")
    if len(pieces) != 4 or pieces[1] != "coach" or exchange.method not in ("GET", "HEAD", "POST"):
        return _page(404, "There is nothing here", "<p>This is hushgate, your organisation&#8217;s proxy.</p>")
    found = await desk.look(pieces[2], pieces[3], coach.identity(client))
    if found is None:
        return _page(410, "This link has ended", _paragraph(_GONE))
    question, token = found
    if exchange.method != "POST":
        return _form(200, question, token)
    reply = _reply(exchange, pieces[2], pieces[3])
    if reply is None or reply.token != token or not _own_origin(exchange, host):
        return _page(403, "This answer was not accepted", _paragraph("Please open the link again and answer there."))
    wrong = coach.fault(question, reply.choice, reply.reason, reply.text)
    if not wrong and reply.text and reply.choice == "justify" and not await clean(reply.text):
        wrong = "Your words hold protected data themselves. Please say it without."
    if wrong:
        return _form(422, question, token, wrong)
    if not await desk.settle(question, reply, client):
        return _page(410, "This link has ended", _paragraph(_GONE))
    return _page(200, "Done" if reply.choice != "cancel" else "Cancelled", _paragraph(_SAID[reply.choice]))


def _reply(exchange: Exchange, event: str, signature: str) -> Reply | None:
    kind = exchange.header("content-type").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded" or len(exchange.body) > FORM_BYTES:
        return None
    try:
        fields = parse_qs(exchange.body.decode("utf-8"), max_num_fields=20)
    except ValueError:
        return None
    values = {name: given[0] for name, given in fields.items()}
    text = " ".join(values.get("text", "").split())[:TEXT_CHARS]
    return Reply(event, signature, values.get("token", ""), values.get("choice", ""), values.get("reason", ""), text)


def _own_origin(exchange: Exchange, host: str) -> bool:
    """Tell whether a form was sent from our own page, as far as the browser says (Fetch Metadata, RFC 6454)."""
    site, origin = exchange.header("sec-fetch-site"), exchange.header("origin")
    return site in ("", "same-origin") and origin in ("", f"https://{host}", f"http://{host}")


def _form(status: int, question: Question, token: str, wrong: str = "") -> Answer:
    messages = "".join(_paragraph(asked.message.replace("{ref}", question.event)) for asked in question.asked)
    reasons = "".join(
        f'<label><input type="radio" name="reason" value="{html.escape(reason)}"> {html.escape(reason)}</label>'
        for reason in question.reasons
    )
    redact = (
        '<button name="choice" value="redact">Take it out and send the rest</button>' if question.can_redact else ""
    )
    hint = f"{question.min_chars} characters or more" if question.min_chars > 1 else ""
    body = string.Template(_read("coach_form.html")).substitute(
        wrong=f'<p class="wrong" role="alert">{html.escape(wrong)}</p>' if wrong else "",
        messages=messages,
        reasons=f"<fieldset><legend>Reason</legend>{reasons}</fieldset>" if reasons else "",
        optional="" if question.min_chars else " (if you like)",
        hint=hint,
        most=str(TEXT_CHARS),
        redact=redact,
        token=html.escape(token),
    )
    return _page(status, f"Before this goes to {question.app_name}", body, question.event)


def _page(status: int, title: str, body: str, ref: str = "") -> Answer:
    reference = f"<dt>Reference</dt><dd><code>{html.escape(ref)}</code></dd>" if ref else ""
    page = string.Template(_read("coach.html")).substitute(title=html.escape(title), body=body, reference=reference)
    data = page.encode("utf-8", "replace")
    headers = (
        ("content-type", "text/html; charset=utf-8"),
        ("content-length", str(len(data))),
        ("cache-control", "no-store"),
        ("referrer-policy", "same-origin"),  # with none at all, browsers call a form's origin `null`
        ("x-content-type-options", "nosniff"),
        ("content-security-policy", _POLICY),
    )
    return Answer(status, headers, data)


@cache
def _read(name: str) -> str:
    return (_PAGES / name).read_text(encoding="utf-8")


def _paragraph(text: str) -> str:
    return f"<p>{html.escape(text)}</p>"

"""The page: who sees it, which answers count, and that it shows text as text."""

from urllib.parse import urlencode

import pytest

from proxy.coaching.coach import Asked, Question
from proxy.coaching.coachpage import Reply, link, serve
from proxy.exchange import Client, Exchange
from proxy.refusals.refusal import Answer

HOST = "hushgate.internal"
EVENT = "01M85GKQX3RM47Q7TW5MBNVXMZ"
ADA = Client("10.0.0.1", "ada")
RULE = Asked("r", "Cards <b>stay</b> here. ({ref})", min_chars=5, choices=("Contract", "A & B"), can_redact=True)
QUESTION = Question(EVENT, "ada", "openai-api", "OpenAI API", (RULE,), (), 0.0)


class Desk:
    """One question, for ada."""

    def __init__(self) -> None:
        self.replies: list[Reply] = []
        self.late = False

    async def look(self, event: str, signature: str, user: str) -> tuple[Question, str] | None:
        return (QUESTION, "token-1") if (event, signature, user) == (EVENT, "sig", "ada") else None

    async def settle(self, question: Question, reply: Reply, client: Client) -> bool:
        self.replies.append(reply)
        return not self.late


async def clean(text: str) -> bool:
    return "4111" not in text


async def ask(desk: Desk, method: str = "GET", path: str = f"/coach/{EVENT}/sig", form: dict[str, str] | None = None,
              client: Client = ADA, **headers: str) -> Answer:  # fmt: skip
    body = urlencode(form or {}).encode()
    fields = {
        "content-type": "application/x-www-form-urlencoded",
        **{k.replace("_", "-"): v for k, v in headers.items()},
    }
    exchange = Exchange(method, "https", HOST, 443, path, tuple(fields.items()), body)
    return await serve(exchange, client, HOST, desk, clean)


GOOD = {"token": "token-1", "choice": "justify", "reason": "Contract", "text": "needed for the audit"}


async def test_the_page_says_why_and_what_can_be_done() -> None:
    answer = await ask(Desk())
    page = answer.body.decode()
    assert answer.status == 200
    assert f"Cards &lt;b&gt;stay&lt;/b&gt; here. ({EVENT})" in page
    assert 'value="A &amp; B"' in page
    assert all(f'name="choice" value="{choice}"' in page for choice in ("cancel", "redact", "justify"))
    assert "<script" not in page
    assert "form-action 'self'" in answer.header("content-security-policy")
    assert answer.header("referrer-policy") == "same-origin"  # or a form has no origin: tests/proxy/test_browser.py
    assert answer.header("cache-control") == "no-store"


@pytest.mark.parametrize("choice", ["justify", "redact", "cancel"])
async def test_an_answer_is_taken(choice: str) -> None:
    desk = Desk()
    answer = await ask(
        desk, "POST", form={**GOOD, "choice": choice}, origin=f"https://{HOST}", sec_fetch_site="same-origin"
    )
    assert answer.status == 200
    assert [(reply.choice, reply.text) for reply in desk.replies] == [(choice, "needed for the audit")]


@pytest.mark.parametrize(
    ("form", "headers", "status"),
    [
        ({**GOOD, "token": "guess"}, {}, 403),
        ({**GOOD, "token": ""}, {}, 403),
        (GOOD, {"origin": "https://evil.example"}, 403),
        (GOOD, {"sec_fetch_site": "cross-site"}, 403),
        (GOOD, {"content_type": "text/plain"}, 403),
        ({**GOOD, "more": "x" * 20_000}, {}, 403),
        ({**GOOD, "reason": "Other"}, {}, 422),
        ({**GOOD, "text": "no"}, {}, 422),
        ({**GOOD, "text": "card 4111 1111 1111 1111"}, {}, 422),
        ({**GOOD, "choice": "allow"}, {}, 422),
    ],
)
async def test_an_answer_that_does_not_count(form: dict[str, str], headers: dict[str, str], status: int) -> None:
    desk = Desk()
    answer = await ask(desk, "POST", form=form, **headers)
    assert answer.status == status
    assert not desk.replies
    assert "4111" not in answer.body.decode()


@pytest.mark.parametrize(
    ("path", "client", "status"),
    [
        (f"/coach/{EVENT}/sig", Client("10.0.0.1", "bob"), 410),
        (f"/coach/{EVENT}/gis", ADA, 410),
        ("/coach/x/sig", ADA, 410),
        ("/", ADA, 404),
        ("/coach", ADA, 404),
        (f"/coach/{EVENT}/sig/more", ADA, 404),
    ],
)
async def test_a_link_that_opens_nothing(path: str, client: Client, status: int) -> None:
    assert (await ask(Desk(), path=path, client=client)).status == status


async def test_an_answer_that_comes_too_late() -> None:
    desk = Desk()
    desk.late = True
    assert (await ask(desk, "POST", form=GOOD)).status == 410


async def test_another_method_is_not_for_here() -> None:
    assert (await ask(Desk(), "DELETE")).status == 404


def test_a_link_is_short() -> None:
    assert link(HOST, EVENT, "A" * 20) == f"https://{HOST}/coach/{EVENT}/{'A' * 20}"

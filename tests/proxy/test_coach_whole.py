"""Coaching through the real program, with two workers: asked, answered on the page, sent again, written down."""

import json
import re
from collections.abc import Iterator
from urllib.parse import urlencode, urlsplit

import pytest

from tests.running import CHAT, Answer, Proxy, chat, until
from tests.upstream import Upstream

pytestmark = [pytest.mark.proxy, pytest.mark.xdist_group("coach")]

POLICY = """
schema: policy/v1
policy: coach
owner: security@example.com
rules:
  - id: cards-need-a-reason
    mode: enforce
    match: {content: {any: [{entities: [CREDIT_CARD]}]}}
    action:
      type: coach
      message: This holds a card number.
      justification: {required: true, min_chars: 8, choices: [Customer asked, Test data]}
      remember: {for: 8h, scope: [user, app, rule]}
  - id: mails-are-asked-once
    mode: enforce
    match: {content: {any: [{entities: [EMAIL_ADDRESS]}]}}
    action: {type: coach, message: This holds an address.}
"""
CARD = "4111 1111 1111 1111"
HOSTS = ("api.openai.com", "api.anthropic.com", "chatgpt.com")
OWN = "hushgate.internal"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Proxy, Upstream]]:
    folder = tmp_path_factory.mktemp("coach")
    (folder / "addresses").write_text("127.0.0.0/24 ada\n127.0.1.0/24 bob\n127.0.2.0/24 cyd\n127.0.3.0/24 dan\n")
    config = folder / "hushgate.yaml"
    config.write_text(f"identity: {{addresses: {folder}/addresses}}\n")
    arguments = ["--config", str(config), "--workers", "2"]
    with (
        Upstream(folder, HOSTS) as upstream,
        Proxy(folder / "state", upstream, policies=[POLICY], arguments=arguments, hosts=HOSTS) as proxy,
    ):
        yield proxy, upstream


def send(proxy: Proxy, text: str, source: str = "127.0.0.1", **headers: str) -> Answer:
    sock = proxy.connect("api.openai.com", source=source)
    return proxy.request("api.openai.com", CHAT, chat(text), dict(headers), sock=sock)


def page(proxy: Proxy, link: str, source: str = "127.0.0.1", form: dict[str, str] | None = None) -> Answer:
    url = urlsplit(link)
    assert url.hostname == OWN
    headers = {"content-type": "application/x-www-form-urlencoded", "origin": f"https://{OWN}"}
    body = None if form is None else urlencode(form).encode()
    return proxy.request(OWN, url.path, body, headers if form else {}, sock=proxy.connect(OWN, source=source))


def link_of(answer: Answer) -> str:
    message = answer.json()["error"]["message"]
    found = re.search(rf"https://{OWN}/coach/[A-Z0-9]+/[\w-]+", message)
    assert found, message
    return found[0]


def token_of(answer: Answer) -> str:
    found = re.search(r'name="token" value="([\w-]+)"', answer.body.decode())
    assert found, answer.body
    return found[1]


def answer_page(proxy: Proxy, link: str, choice: str, source: str = "127.0.0.1", **more: str) -> Answer:
    token = token_of(page(proxy, link, source))
    return page(proxy, link, source, {"token": token, "choice": choice, **more})


REASON = {"reason": "Customer asked", "text": "refund that the customer wants"}


def test_a_user_is_asked_says_why_and_sends_it(proxy: Proxy, upstream: Upstream) -> None:
    asked = send(proxy, f"refund {CARD}")
    assert asked.status == 400
    assert asked.headers["x-should-retry"] == "false"
    assert asked.headers["x-hushgate"].startswith("coach; ref=")
    assert "This holds a card number." in asked.json()["error"]["message"]
    assert not upstream.received
    link = link_of(asked)
    shown = page(proxy, link)
    assert shown.status == 200
    assert "This holds a card number." in shown.body.decode()
    assert CARD not in shown.body.decode()
    assert answer_page(proxy, link, "justify", reason="Customer asked", text="short").status == 422
    done = answer_page(proxy, link, "justify", **REASON)
    assert done.status == 200
    for _ in range(4):  # whichever worker it meets
        assert send(proxy, f"refund {CARD}").status == 200
    assert CARD.encode() in upstream.received[0].body
    (record,) = [r for r in proxy.records("justification") if r["who"]["user"] == "ada"]
    assert record["id"] == asked.headers["x-hushgate"].partition("ref=")[2]
    assert (record["rules"], record["choice"], record["reason"]) == (
        ["cards-need-a-reason"],
        "justify",
        "Customer asked",
    )
    assert record["text"] == REASON["text"]
    assert page(proxy, link).status == 410


def test_an_answer_is_nobody_elses(proxy: Proxy, upstream: Upstream) -> None:
    link = link_of(send(proxy, f"refund {CARD}", "127.0.1.1"))
    assert page(proxy, link, "127.0.2.1").status == 410
    assert answer_page(proxy, link, "justify", "127.0.1.1", **REASON).status == 200
    assert send(proxy, f"refund {CARD}", "127.0.2.1").status == 400
    assert send(proxy, f"refund {CARD}", "127.0.1.1").status == 200


def test_redact_and_send(proxy: Proxy, upstream: Upstream) -> None:
    link = link_of(send(proxy, f"refund {CARD}", "127.0.3.1"))
    assert answer_page(proxy, link, "redact", "127.0.3.1").status == 200
    assert send(proxy, f"refund {CARD}", "127.0.3.1").status == 200
    assert b"[REDACTED_CREDIT_CARD]" in upstream.received[0].body
    assert CARD.encode() not in upstream.received[0].body


def test_cancel_sends_nothing_and_is_asked_again(proxy: Proxy, upstream: Upstream) -> None:
    asked = send(proxy, f"refund {CARD}", "127.0.2.1")
    assert answer_page(proxy, link_of(asked), "cancel", "127.0.2.1").status == 200
    assert send(proxy, f"refund {CARD}", "127.0.2.1").status == 400
    assert not upstream.received


def test_without_remember_an_answer_holds_for_just_that(proxy: Proxy, upstream: Upstream) -> None:
    asked = send(proxy, "write to jo.park@corp-example.com", "127.0.2.1")
    assert answer_page(proxy, link_of(asked), "justify", "127.0.2.1").status == 200
    assert send(proxy, "write to jo.park@corp-example.com today", "127.0.2.1").status == 200
    assert send(proxy, "write to ki.tan@corp-example.com", "127.0.2.1").status == 400


def test_words_with_protected_data_are_not_kept(proxy: Proxy, upstream: Upstream) -> None:
    link = link_of(send(proxy, f"refund {CARD}", "127.0.2.1"))
    answer = answer_page(proxy, link, "justify", "127.0.2.1", reason="Test data", text=f"it is card {CARD} indeed")
    assert answer.status == 422
    assert "protected data" in answer.body.decode()
    assert CARD not in answer.body.decode()
    for file in [*(proxy.state / "audit").iterdir(), proxy.errors, proxy.state / "coach.json"]:
        assert b"4111" not in file.read_bytes()


def test_a_browser_is_taken_to_the_page(proxy: Proxy, upstream: Upstream) -> None:
    headers = {"accept": "text/html,*/*", "sec-fetch-mode": "navigate"}
    asked = send(proxy, f"refund {CARD}", "127.0.2.1", **headers)
    assert asked.status == 303
    assert page(proxy, asked.headers["location"], "127.0.2.1").status == 200


def test_every_client_gets_the_link_in_its_own_shape(proxy: Proxy, upstream: Upstream) -> None:
    body = {"model": "c", "max_tokens": 1, "messages": [{"role": "user", "content": f"refund {CARD}"}]}
    sock = proxy.connect("api.anthropic.com", source="127.0.2.1")
    asked = proxy.request("api.anthropic.com", "/v1/messages", json.dumps(body).encode(), sock=sock)
    assert asked.json()["type"] == "error"
    assert page(proxy, link_of(asked), "127.0.2.1").status == 200


def test_a_chat_gets_the_link_as_a_message_of_its_own_stream(proxy: Proxy, upstream: Upstream) -> None:
    content = {"content_type": "text", "parts": [f"refund {CARD}"]}
    body = {
        "action": "next",
        "messages": [{"id": "m", "author": {"role": "user"}, "content": content}],
        "model": "auto",
    }
    headers = {"accept": "text/event-stream", "sec-fetch-mode": "cors", "origin": "https://chatgpt.com"}
    sock = proxy.connect("chatgpt.com", source="127.0.2.1")
    asked = proxy.request("chatgpt.com", "/backend-api/conversation", json.dumps(body).encode(), headers, sock=sock)
    assert (asked.status, asked.headers["content-type"].partition(";")[0]) == (200, "text/event-stream")
    found = re.search(rf"https://{OWN}/coach/[A-Z0-9]+/[\w-]+", asked.body.decode())
    assert found
    assert page(proxy, found[0], "127.0.2.1").status == 200
    assert not upstream.received


def test_the_own_host_is_ours_alone(proxy: Proxy, upstream: Upstream) -> None:
    assert page(proxy, f"https://{OWN}/").status == 404
    assert OWN in proxy.get("/proxy.pac")[1].decode()
    for answer in ("asked", "justify"):  # a scrape leaves out a worker that does not answer in time
        assert until(lambda answer=answer: proxy.metric("hushgate_coach_total", answer=answer) >= 1)
    assert not upstream.received

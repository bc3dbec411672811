"""A person at a chat page in headless Chromium: sees a refusal as a message, and the answer with the values in it."""

import base64
import hashlib
import json
import re
import shutil
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from cryptography.hazmat.primitives import serialization

from tests.proxy.restore.wires import WIRES
from tests.proxy.test_restoring import MAIL, MARKED, POLICY, TOKEN
from tests.running import Proxy
from tests.upstream import Received, Reply, Upstream
from tests.websocket import Client

pytestmark = [pytest.mark.services, pytest.mark.proxy, pytest.mark.timeout(300)]

PAGE = Path(__file__).resolve().parents[1] / "browser" / "chat.html"
HOSTS = ("chatgpt.com", "claude.ai", "gemini.google.com")
BLOB, PUSH = "files9.blob.core.windows.net", "content-push.googleapis.com"
CARD = "4111 1111 1111 1111"
COACHING = f"""{POLICY}  - id: cards-need-a-reason
    mode: enforce
    match: {{content: {{any: [{{entities: [CREDIT_CARD]}}]}}}}
    action:
      type: coach
      message: This holds a card number.
      justification: {{required: true, min_chars: 8}}
      remember: {{for: 1h, scope: [user, app, rule]}}
"""
BY_NAME = {wire.name: wire for wire in WIRES}
WRITES = {"chatgpt.com": "chatgpt", "claude.ai": "anthropic", "gemini.google.com": "gemini-web"}


def site(request: Received) -> Reply:
    """Serve the page; answer a message with the placeholder in it, three characters an event."""
    if request.host in (BLOB, PUSH) or request.path.startswith(("/backend-api/files", "/api/organizations/o/convert")):
        return storing(request)
    if request.method == "GET":
        return Reply(headers={"content-type": "text/html; charset=utf-8"}, chunks=[PAGE.read_bytes()])
    found = TOKEN.search(request.body.decode().replace("%5B", "[").replace("%5D", "]"))
    text = f"I wrote to {found[0] if found else 'nobody'}. 😀"
    wire = BY_NAME[WRITES[request.host]]
    body = wire.write([text[start : start + 3] for start in range(0, len(text), 3)], [json.dumps({})])
    return Reply(
        headers={"content-type": wire.kind}, chunks=[body[start : start + 100] for start in range(0, len(body), 100)]
    )


def storing(request: Received) -> Reply:
    """Take a file as the sites do; a script of theirs may send it and read what is answered."""
    headers = {
        "content-type": "application/json", "access-control-allow-origin": request.headers.get("origin", "*"),
        "access-control-allow-headers": "*", "access-control-allow-methods": "PUT, POST",
        "access-control-expose-headers": "x-goog-upload-url", "x-goog-upload-url": f"https://{PUSH}/upload/?id=u1",
    }  # fmt: skip
    return Reply(headers=headers, chunks=[json.dumps({"upload_url": f"https://{BLOB}/c/1?sig=a"}).encode()])


class Browser:
    """Headless Chromium behind the proxy, driven over its DevTools protocol."""

    def __init__(self, proxy: Proxy, folder: Path) -> None:
        # Chromium has no setting for a CA file: it is told the key of our leaves instead.
        key = serialization.load_pem_private_key((proxy.state / "keys" / "leaf.key").read_bytes(), None)
        form = (serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
        pin = base64.b64encode(hashlib.sha256(key.public_key().public_bytes(*form)).digest()).decode()
        self._process = subprocess.Popen(
            ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
             "--disable-background-networking", "--disable-component-update", "--disable-sync",
             "--remote-debugging-port=0", f"--user-data-dir={folder}", f"--proxy-server={proxy.url}",
             f"--ignore-certificate-errors-spki-list={pin}", "about:blank"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        where = folder / "DevToolsActivePort"
        self._port = int(until(lambda: where.exists() and where.read_text().split("\n")[0]))

    def open(self, url: str) -> Client:
        """Open a page and return a connection to its DevTools."""
        asked = urllib.request.Request(f"http://127.0.0.1:{self._port}/json/new?{quote(url, safe='')}", method="PUT")
        with urllib.request.urlopen(asked, timeout=20) as answer:
            path = json.load(answer)["webSocketDebuggerUrl"].partition(str(self._port))[2]
        return Client(socket.create_connection(("127.0.0.1", self._port), 20), f"127.0.0.1:{self._port}", path)

    def close(self) -> None:
        self._process.terminate()
        self._process.wait(30)


def until(call: Callable[[], Any]) -> Any:
    """Return what `call` gives, once it gives something."""
    for _ in range(600):
        if found := call():
            return found
        time.sleep(0.1)
    raise AssertionError("it never came")


def text_of(page: Client, element: str) -> str:
    return run(page, f"document.getElementById('{element}')?.textContent ?? ''")


def run(page: Client, expression: str) -> str:
    """Run a script in a page and return the text that it gives."""
    page.send(json.dumps({"id": 1, "method": "Runtime.evaluate", "params": {"expression": expression}}))
    text: str = json.loads(page.receive() or "")["result"]["result"].get("value", "")
    return text


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Proxy, Upstream, Browser]]:
    if shutil.which("chromium") is None:
        pytest.skip("chromium is not installed (Debian: apt-get install --no-install-recommends chromium)")
    folder = tmp_path_factory.mktemp("browser")
    with (
        Upstream(folder, (*HOSTS, BLOB, PUSH), site) as upstream,
        Proxy(folder / "state", upstream, policies=[COACHING], hosts=(*HOSTS, BLOB, PUSH)) as proxy,
    ):
        browser = Browser(proxy, folder / "profile")
        try:
            yield proxy, upstream, browser
        finally:
            browser.close()


def converse(browser: Browser, host: str, says: str) -> str:
    """Open the page, say something, and return what the page shows as the answer."""
    with browser.open(f"https://{host}/#{quote(says)}") as page:
        until(lambda: text_of(page, "ended") == "yes")
        return text_of(page, "answer")


@pytest.mark.parametrize("host", HOSTS)
def test_the_refusal_is_a_message_of_the_assistant(running: tuple[Proxy, Upstream, Browser], host: str) -> None:
    proxy, upstream, browser = running
    upstream.received.clear()
    shown = converse(browser, host, MARKED)
    assert shown.startswith("Please leave marked documents out.")
    assert proxy.records()[-1]["id"] in shown
    assert [request.method for request in upstream.received if request.path != "/favicon.ico"] == ["GET"]


@pytest.mark.parametrize("host", HOSTS)
def test_the_answer_has_the_value_again(running: tuple[Proxy, Upstream, Browser], host: str) -> None:
    _, upstream, browser = running
    upstream.received.clear()
    assert converse(browser, host, f"write to {MAIL}, please") == f"I wrote to {MAIL}. 😀"
    sent = b"".join(request.body for request in upstream.received)
    assert b"EMAIL_ADDRESS" in sent
    assert MAIL.encode() not in sent


@pytest.mark.parametrize("host", HOSTS)
def test_a_person_is_asked_in_the_chat_decides_on_our_page_and_is_answered(
    running: tuple[Proxy, Upstream, Browser], host: str
) -> None:
    proxy, upstream, browser = running
    upstream.received.clear()
    asked = converse(browser, host, f"charge {CARD}")
    assert asked.startswith("This holds a card number.")
    link = re.search(r"https://hushgate\.internal/\S+", asked)
    assert link
    assert CARD.encode() not in b"".join(request.body for request in upstream.received)
    with browser.open(link[0]) as page:
        until(lambda: "This holds a card number." in run(page, "document.body?.innerText ?? ''"))
        fill = "document.querySelector('textarea').value = 'The customer asked for it.'"
        run(page, f"{fill}; document.querySelector('button[value=justify]').click(); ''")
        until(lambda: run(page, "document.title") == "Done")
    assert "cards-need-a-reason" in json.dumps(proxy.records("justification")[-1])
    assert converse(browser, host, f"charge {CARD}") == "I wrote to nobody. 😀"


@pytest.mark.parametrize("host", HOSTS)
def test_a_file_that_is_refused_says_why_to_the_page(running: tuple[Proxy, Upstream, Browser], host: str) -> None:
    _, upstream, browser = running
    assert converse(browser, host, "file:Pelicans are large.") == "uploaded"
    upstream.received.clear()
    shown = converse(browser, host, f"file:{MARKED}")
    assert shown.startswith(("400 ", "403 "))
    assert "Please leave marked documents out." in shown
    assert b"Heron" not in b"".join(request.body for request in upstream.received)

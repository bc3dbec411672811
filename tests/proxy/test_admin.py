import asyncio
import contextlib
import socket

import pytest

from proxy.admin import Admin

CA = b"-----BEGIN CERTIFICATE-----\n"
PAC = 'function FindProxyForURL(url, host) { return "DIRECT"; }\n'


async def unready():
    return False, ["worker 0 is not up", "no inspector answers"]


async def ready():
    return True, []


def fail():
    raise RuntimeError("CANARY")


@contextlib.asynccontextmanager
async def admin(ready=ready, metrics=lambda: b"hushgate_connections 1.0\n", pac=lambda: PAC):
    listener = socket.create_server(("127.0.0.1", 0))
    server = Admin(ready, metrics, lambda: CA, pac)
    await server.serve(listener)
    try:
        yield listener.getsockname()
    finally:
        await server.close()


async def ask(address, request):
    """Send bytes; return status line, headers and body of the answer."""
    reader, writer = await asyncio.open_connection(*address)
    writer.write(request)
    answer = await asyncio.wait_for(reader.read(), 30)
    writer.close()
    head, _, body = answer.partition(b"\r\n\r\n")
    status, *lines = head.decode().split("\r\n")
    return status, {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}, body


def get(path, *headers, method="GET"):
    return "\r\n".join([f"{method} {path} HTTP/1.1", "Host: localhost", *headers, "", ""]).encode()


@pytest.mark.parametrize(
    ("path", "media", "body"),
    [
        ("/livez", "text/plain; charset=utf-8", b"ok\n"),
        ("/readyz", "text/plain; charset=utf-8", b"ok\n"),
        ("/metrics", "text/plain; version=0.0.4; charset=utf-8", b"hushgate_connections 1.0\n"),
        ("/ca.pem", "application/x-x509-ca-cert", CA),
        ("/proxy.pac", "application/x-ns-proxy-autoconfig", PAC.encode()),
        ("/livez?verbose=1", "text/plain; charset=utf-8", b"ok\n"),
    ],
)
async def test_each_page(path, media, body):
    async with admin() as address:
        status, headers, got = await ask(address, get(path))
        assert (status, headers["content-type"], got) == ("HTTP/1.1 200 OK", media, body)
        assert headers["content-length"] == str(len(body))
        assert headers["connection"] == "close"
        _, headers, got = await ask(address, get(path, method="HEAD"))
        assert (headers["content-length"], got) == (str(len(body)), b"")


async def test_not_ready_says_why():
    async with admin(ready=unready) as address:
        status, _, body = await ask(address, get("/readyz"))
        assert status == "HTTP/1.1 503 Service Unavailable"
        assert body == b"worker 0 is not up\nno inspector answers\n"
        assert (await ask(address, get("/livez")))[0] == "HTTP/1.1 200 OK"


async def test_metrics_may_be_gathered_asynchronously():
    async def gather():
        await asyncio.sleep(0)
        return b"a 1\n"

    async with admin(metrics=gather) as address:
        assert (await ask(address, get("/metrics")))[2] == b"a 1\n"


async def test_the_pac_file_is_fetched_again_only_when_it_changed():
    text = [PAC]
    async with admin(pac=lambda: text[0]) as address:
        _, headers, _ = await ask(address, get("/proxy.pac"))
        tag = headers["etag"]
        for known in (tag, f"W/{tag}", f'"other", {tag}', "*"):
            status, headers, body = await ask(address, get("/proxy.pac", f"If-None-Match: {known}"))
            assert (status, headers["etag"], body) == ("HTTP/1.1 304 Not Modified", tag, b"")
        text[0] += "// changed\n"
        status, headers, _ = await ask(address, get("/proxy.pac", f"If-None-Match: {tag}"))
        assert status == "HTTP/1.1 200 OK"
        assert headers["etag"] != tag


async def test_what_changes_is_never_cached():
    async with admin() as address:
        assert (await ask(address, get("/metrics")))[1]["cache-control"] == "no-store"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
async def test_nothing_can_be_changed(method):
    async with admin() as address:
        status, headers, _ = await ask(address, get("/metrics", method=method))
        assert (status, headers["allow"]) == ("HTTP/1.1 405 Method Not Allowed", "GET, HEAD")


async def test_an_unknown_page_names_the_others():
    async with admin() as address:
        status, _, body = await ask(address, get("/"))
        assert status == "HTTP/1.1 404 Not Found"
        assert body == b"there are /livez /readyz /metrics /ca.pem /proxy.pac\n"


async def test_what_fails_inside_is_not_shown(caplog):
    async with admin(metrics=fail) as address:
        status, _, body = await ask(address, get("/metrics"))
    assert status == "HTTP/1.1 500 Internal Server Error"
    assert b"CANARY" not in body
    assert "CANARY" not in caplog.text
    assert "RuntimeError" in caplog.text


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"nonsense\r\n\r\n", "HTTP/1.1 400 Bad Request"),
        (b"GET / HTTP/1.1\r\n\r\n", "HTTP/1.1 400 Bad Request"),
        (b"GET /livez HTTP/1.1\r\nHost: a\r\nx: " + b"a" * 20_000, "HTTP/1.1 431 Request Header Fields Too Large"),
    ],
)
async def test_a_request_that_cannot_be_read(request_, status):
    async with admin() as address:
        assert (await ask(address, request_))[0] == status
        assert (await ask(address, get("/livez")))[0] == "HTTP/1.1 200 OK"


async def test_who_says_nothing_is_hung_up_on(monkeypatch):
    monkeypatch.setattr("proxy.admin._SECONDS", 0)
    async with admin() as address:
        assert await ask(address, b"GET /livez HTTP/1.1\r\n") == ("", {}, b"")


async def test_connections_beyond_the_limit_are_closed(monkeypatch):
    monkeypatch.setattr("proxy.admin._CONNECTIONS", 1)
    async with admin() as address:
        _, first = await asyncio.open_connection(*address)
        assert await ask(address, b"") == ("", {}, b"")
        first.close()


async def test_close_waits_for_nobody():
    async with admin() as address:
        reader, writer = await asyncio.open_connection(*address)
    with contextlib.suppress(ConnectionError):
        assert await reader.read() == b""
    writer.close()

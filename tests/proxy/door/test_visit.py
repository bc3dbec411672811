"""Whole connections through the front door: tunnels, refusals, hand-overs, as a client sees them."""

import asyncio
import contextlib
import ipaddress
import socket
import ssl
from pathlib import Path

import pytest

from proxy.door.access import AccessList
from proxy.door.notice import UNRECOGNIZED_NAME
from proxy.door.peer import Challenge, Peer
from proxy.door.requesthead import RequestHead
from proxy.door.visit import FrontDoorConfig, client_address
from proxy.exchange import Client
from tests.doorstep import AI, SITE, Door, echo, make_certificate, open_door, upstream

SSH = b"SSH-2.0-OpenSSH_9.6\r\n"


def client_hello(name: str | None) -> bytes:
    context = ssl.create_default_context()
    context.check_hostname = False
    out = ssl.MemoryBIO()
    with contextlib.suppress(ssl.SSLWantReadError):
        context.wrap_bio(ssl.MemoryBIO(), out, server_hostname=name).do_handshake()
    return out.read()


def status(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


async def refusal(door: Door) -> tuple[str, int, str]:
    noted = await door.notes.refusals.get()
    return noted.reason, noted.status, noted.host


# --- tunnels ---


async def test_the_client_sees_the_upstreams_own_certificate(tmp_path: Path) -> None:
    pem, key = make_certificate(tmp_path, SITE)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(pem, key)
    async with upstream(echo, server) as port, open_door(to={(SITE, 443): port}) as door:
        reader, writer = await door.tunnel(f"{SITE}:443")
        await writer.start_tls(ssl.create_default_context(cafile=str(pem)), server_hostname=SITE)
        writer.write(b"hello")
        assert await reader.readexactly(5) == b"hello"
        writer.close()
        passage = await door.notes.passages.get()
    assert (passage.kind, passage.protocol, passage.outcome) == ("tunnel", "tls", "closed")
    assert passage.up > 500
    assert passage.down > 500


async def test_one_hello_byte_at_a_time() -> None:
    hello = client_hello(SITE.upper() + ".")
    async with upstream(echo) as port, open_door(to={(SITE, 443): port}) as door:
        reader, writer = await door.tunnel(f"{SITE}.:443")
        for at in range(len(hello)):
            writer.write(hello[at : at + 1])
            await asyncio.sleep(0)
        assert await reader.readexactly(len(hello)) == hello
        writer.close()


async def test_a_hello_in_the_packet_of_the_connect() -> None:
    hello = client_hello(None)
    async with upstream(echo) as port, open_door(to={(SITE, 443): port}) as door:
        reader, writer = await door.tunnel(f"{SITE}:443", hello)
        assert await reader.readexactly(len(hello)) == hello
        writer.close()


async def test_half_close_goes_through_and_answers_come_back() -> None:
    async with upstream(echo) as port, open_door(to={(SITE, 443): port}) as door:
        reader, writer = await door.tunnel(f"{SITE}:443", SSH)
        writer.write_eof()
        assert await reader.read() == SSH + b"<end>"
        writer.close()
        passage = await door.notes.passages.get()
    assert (passage.protocol, passage.outcome) == ("other", "closed")
    assert (passage.up, passage.down) == (len(SSH), len(SSH) + 5)


@pytest.mark.parametrize("sni", [AI, "other.test"])
async def test_a_server_name_that_is_not_the_connect_host_gets_an_alert(sni: str) -> None:
    async with upstream(echo) as port, open_door(to={(SITE, 443): port}) as door:
        reader, writer = await door.tunnel(f"{SITE}:443", client_hello(sni))
        assert await reader.read() == UNRECOGNIZED_NAME
        noted = await door.notes.refusals.get()
        writer.close()
    assert (noted.reason, noted.status, noted.host, noted.sni) == ("sni_mismatch", 421, SITE, sni)


async def test_openssl_understands_the_alert() -> None:
    async with upstream(echo) as port, open_door(to={(SITE, 443): port}) as door:
        _, writer = await door.tunnel(f"{SITE}:443")
        with pytest.raises(ssl.SSLError, match="UNRECOGNIZED_NAME"):
            await writer.start_tls(ssl.create_default_context(), server_hostname=AI)


async def test_a_bare_address_carries_any_name_but_an_inspected_one() -> None:
    hello = client_hello(SITE)
    async with upstream(echo) as port, open_door(to={("93.184.215.14", 443): port}) as door:
        reader, writer = await door.tunnel("93.184.215.14:443", hello)
        assert await reader.readexactly(len(hello)) == hello
        writer.close()
        reader, writer = await door.tunnel("93.184.215.14:443", client_hello(AI))
        assert await reader.read() == UNRECOGNIZED_NAME
        writer.close()


async def test_plain_http_to_an_inspected_host_in_a_tunnel_is_closed() -> None:
    async with upstream(echo) as port, open_door(to={(SITE, 443): port}) as door:
        reader, writer = await door.tunnel(f"{SITE}:443", f"POST /v1 HTTP/1.1\r\nHost: {AI}\r\n\r\n".encode())
        assert await reader.read() == b""
        assert await refusal(door) == ("tunnelled_http", 421, SITE)
        writer.close()


async def test_tunnels_without_tls_can_be_refused() -> None:
    config = FrontDoorConfig(relay_other=False)
    async with upstream(echo) as port, open_door(config=config, to={(SITE, 443): port}) as door:
        reader, writer = await door.tunnel(f"{SITE}:443", SSH)
        assert await reader.read() == b""
        assert await refusal(door) == ("not_tls", 403, SITE)
        writer.close()


async def test_a_silent_tunnel_is_closed() -> None:
    config = FrontDoorConfig(hello_timeout=0.05)
    async with upstream(echo) as port, open_door(config=config, to={(SITE, 443): port}) as door:
        reader, writer = await door.tunnel(f"{SITE}:443", b"\x16\x03\x01")
        assert await reader.read() == b""
        assert await refusal(door) == ("hello_timeout", 408, SITE)
        writer.close()


async def test_an_idle_tunnel_is_cut() -> None:
    config = FrontDoorConfig(idle_timeout=0.05)
    async with upstream(echo) as port, open_door(config=config, to={(SITE, 443): port}) as door:
        _, writer = await door.tunnel(f"{SITE}:443", SSH)
        assert (await door.notes.passages.get()).outcome == "idle"
        writer.close()


async def test_a_client_that_goes_away_before_its_hello_leaves_nothing_behind() -> None:
    gone = asyncio.Event()

    async def wait(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        gone.set()

    async with upstream(wait) as port, open_door(to={(SITE, 443): port}) as door:
        _, writer = await door.tunnel(f"{SITE}:443")
        writer.transport.abort()
        await gone.wait()
        assert door.notes.refusals.empty()
        assert door.notes.faults == []


# --- destinations ---


@pytest.mark.parametrize(
    ("target", "code", "reason"),
    [
        ("127.0.0.1:443", 403, "loopback"),
        ("[::1]:443", 403, "loopback"),
        ("[::ffff:127.0.0.1]:8443", 403, "loopback"),
        ("169.254.169.254:443", 403, "metadata"),
        ("[fd00:ec2::254]:443", 403, "metadata"),
        ("10.0.0.1:443", 403, "private"),
        ("0.0.0.0:443", 403, "unspecified"),
        ("2130706433:443", 403, "spelling"),
        ("0x7f.1:443", 403, "spelling"),
        ("www.site.test:22", 403, "port"),
        (f"{AI}:22", 403, "port"),
        ("cloudflare-ech.com:443", 403, "hidden_name"),
        ("rebound.test:443", 403, "loopback"),
        ("nowhere.test:443", 502, "unresolved"),
    ],
)
async def test_forbidden_destinations(target: str, code: int, reason: str) -> None:
    async with open_door(names={"rebound.test": ["127.0.0.1", "::ffff:10.0.0.1"]}) as door:
        answer = await door.ask(f"CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n\r\n".encode())
        assert status(answer) == code
        assert f"reason={reason}\r\n".encode() in answer
        assert b"\r\n\r\nhushgate: error: " in answer
        assert b"\nhushgate: hint: " in answer
        assert (await refusal(door))[0] == reason


async def test_our_own_ports_stay_closed_even_where_loopback_is_open() -> None:
    async def never(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        raise AssertionError("the admin port was reached")

    async with upstream(never) as admin:
        access = AccessList(
            ports=(admin,),
            allow=(ipaddress.ip_network("127.0.0.0/8"),),
            own_listeners=(("127.0.0.1", admin),),
        )
        async with open_door(access=access, names={"me.test": ["127.0.0.1"]}) as door:
            for host in ("127.0.0.1", "me.test"):
                answer = await door.ask(f"CONNECT {host}:{admin} HTTP/1.1\r\n\r\n".encode())
                assert (status(answer), await refusal(door)) == (403, ("own_listener", 403, host))
                answer = await door.ask(f"GET http://{host}:{admin}/metrics HTTP/1.1\r\nHost: x\r\n\r\n".encode())
                assert (status(answer), await refusal(door)) == (403, ("own_listener", 403, host))


async def test_nobody_listens() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    async with open_door(to={(SITE, 443): port}) as door:
        answer = await door.ask(f"CONNECT {SITE}:443 HTTP/1.1\r\n\r\n".encode())
        assert (status(answer), await refusal(door)) == (502, ("unreachable", 502, SITE))


async def test_a_resolver_that_never_answers() -> None:
    async def hang(host: str) -> list[str]:
        return await asyncio.get_running_loop().create_future()

    async with open_door(resolve=hang, timeout=0.05) as door:
        answer = await door.ask(f"CONNECT {SITE}:443 HTTP/1.1\r\n\r\n".encode())
        assert (status(answer), await refusal(door)) == (504, ("timeout", 504, SITE))


# --- heads ---


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", 400),
        (b"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n", 400),
        (b"\x16\x03\x01\x02\x00", 400),
        (b"CONNECT site HTTP/1.1\r\n\r\n", 400),
        (b"CONNECT site:443 HTTP/1.1\r\nA: b\nC: d\r\n\r\n", 400),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
        (b"GET https://www.site.test/ HTTP/1.1\r\n\r\n", 501),
        (b"GET ftp://www.site.test:21/ HTTP/1.1\r\n\r\n", 501),
        (b"GET http://x/ HTTP/1.1\r\nA: " + b"a" * 17000, 431),
        (b"GET http://x/ HTTP/1.1\r\nA: " + b"a" * 17000 + b"\r\n\r\n", 431),
        (b"GET http://x/ HTTP/1.1\r\nA: " + b"a" * 500_000, 431),
    ],
)
async def test_heads_that_are_turned_away(data: bytes, code: int) -> None:
    async with open_door() as door:
        assert status(await door.ask(data)) == code


async def test_whoever_takes_it_for_a_web_site_is_told() -> None:
    async with open_door() as door:
        answer = await door.ask(b"GET /metrics HTTP/1.1\r\nHost: localhost:8080\r\n\r\n")
    assert b"set HTTPS_PROXY" in answer


async def test_a_head_that_does_not_come() -> None:
    async with open_door(config=FrontDoorConfig(head_timeout=0.05)) as door:
        assert status(await door.ask(b"CONNECT site")) == 408
        assert await refusal(door) == ("head_timeout", 408, "")
        assert await door.ask(b"") == b""
        assert door.notes.refusals.empty()


# --- clients and policy ---


async def test_clients_outside_the_list() -> None:
    config = FrontDoorConfig(allow_clients=(ipaddress.ip_network("10.0.0.0/8"),))
    async with open_door(config=config) as door:
        answer = await door.ask(f"CONNECT {AI}:443 HTTP/1.1\r\n\r\n".encode())
        assert (status(answer), await refusal(door)) == (403, ("client", 403, AI))
        assert door.intercepted.empty()


async def test_who_a_client_is_travels_with_the_socket() -> None:
    async def authenticate(head: RequestHead, peer: Peer) -> Client | Challenge:
        if head.header("proxy-authorization") == "Bearer right":
            return Client(address=peer.address, subject="ada", source="test")
        return Challenge((("Proxy-Authenticate", 'Bearer realm="hushgate"'),))

    async with open_door(authenticate=authenticate) as door:
        answer = await door.ask(f"CONNECT {AI}:443 HTTP/1.1\r\n\r\n".encode())
        assert status(answer) == 407
        assert b'Proxy-Authenticate: Bearer realm="hushgate"\r\n' in answer
        _, writer = await door.connect()
        writer.write(f"CONNECT {AI}:443 HTTP/1.1\r\nProxy-Authorization: Bearer right\r\n\r\n".encode())
        client, _ = await door.intercepted.get()
        assert client == Client(address="127.0.0.1", subject="ada", source="test")
        writer.close()


async def test_the_policy_refuses_any_host_and_passes_inspected_ones_through() -> None:
    todo = {"no.test": "refuse", AI: "pass_through"}
    async with (
        upstream(echo) as port,
        open_door(to={(AI, 443): port}, inspection=lambda host, _: todo.get(host, "inspect")) as door,
    ):
        assert status(await door.ask(b"CONNECT no.test:443 HTTP/1.1\r\n\r\n")) == 403
        hello = client_hello(AI)
        reader, writer = await door.tunnel(f"{AI}:443", hello)
        assert await reader.readexactly(len(hello)) == hello
        writer.close()
        assert door.intercepted.empty()


# --- the engine ---


@pytest.mark.parametrize(
    "head",
    [
        f"CONNECT {AI}:443 HTTP/1.1\r\nHost: {AI}:443\r\n\r\n",
        f"CONNECT {AI.upper()}.:443 HTTP/1.1\r\n\r\n",
        f"POST http://{AI}/v1 HTTP/1.1\r\nHost: {AI}\r\nContent-Length: 4\r\n\r\n",
    ],
)
async def test_the_engine_gets_an_inspected_host_from_the_first_byte(head: str) -> None:
    async with open_door() as door:
        reader, writer = await door.connect()
        writer.write(head.encode() + b"body")
        client, data = await door.intercepted.get()
        assert (client.address, data) == ("127.0.0.1", head.encode())
        assert await reader.readexactly(11) == b"engine:body"
        writer.write_eof()
        assert await reader.read() == b""
        writer.close()
        passage = await door.notes.passages.get()
        assert (passage.kind, passage.host, passage.outcome) == ("intercepted", AI, "closed")
        assert door.looked_up == []


async def test_an_engine_that_fails_closes_its_connection_and_no_other() -> None:
    async def fail(*_: object) -> None:
        raise ZeroDivisionError

    async with open_door(intercept=fail) as door:
        for _ in range(2):
            reader, writer = await door.connect()
            writer.write(f"CONNECT {AI}:443 HTTP/1.1\r\n\r\n".encode())
            with contextlib.suppress(ConnectionResetError):
                assert await reader.read() == b""
            writer.close()
            assert (await door.notes.passages.get()).outcome == "aborted"
    assert door.notes.faults == ["ZeroDivisionError"] * 2


# --- plain HTTP ---


async def test_plain_http_is_forwarded() -> None:
    async def site(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(head) + head)

    async with upstream(site) as port, open_door(to={(SITE, 80): port}) as door:
        answer = await door.ask(f"GET http://{SITE}/a?b HTTP/1.1\r\nHost: {AI}\r\n\r\n".encode())
        passage = await door.notes.passages.get()
    assert b"\r\n\r\nGET /a?b HTTP/1.1\r\n" in answer
    assert f"Host: {SITE}\r\n".encode() in answer
    assert AI.encode() not in answer
    assert (passage.kind, passage.outcome, passage.host, passage.port) == ("http", "closed", SITE, 80)


async def test_plain_http_to_forbidden_places() -> None:
    async with open_door(names={"rebound.test": ["127.0.0.1"]}) as door:
        for host, reason in (
            ("rebound.test", "loopback"),
            ("169.254.169.254", "metadata"),
            ("rebound.test:25", "port"),
            (f"{AI}:25", "port"),
        ):
            answer = await door.ask(f"POST http://{host}/ HTTP/1.1\r\nContent-Length: 99999\r\n\r\n".encode())
            assert (status(answer), (await refusal(door))[0]) == (403, reason)


def test_addresses_of_clients() -> None:
    assert client_address(("::ffff:10.0.0.1", 1)) == "10.0.0.1"
    assert client_address(("fe80::1%eth0", 1)) == "fe80::1"

"""A stand-in vendor as a process of its own: `python -m proxy.bench.upstream HOST CHAIN KEY …`; it says its port first.

Answers every POST over TLS. With `?events=N&gap=S` the answer is an event stream of N chunks, S seconds apart, each of
which tells when it was sent (monotonic clock, which all processes of one machine share; in steps of 10 µs, as a short
number, for services send identifiers that are the same in all events). Ends with its input.
"""

import asyncio
import json
import re
import ssl
import sys
import time

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_EVENTS = re.compile(rb"[?&]events=(\d+)&gap=([\d.]+)")
_MESSAGE = {"role": "assistant", "content": "The answer is a paragraph of ordinary length. " * 18}
_BODY = json.dumps({"id": "b", "object": "chat.completion", "choices": [{"index": 0, "message": _MESSAGE}]}).encode()
_PLAIN = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%b" % (len(_BODY), _BODY)
_STREAM = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"


WRAP = 10**8  # steps of 10 µs
STEP = 1e-5  # seconds


def event(sent: float) -> bytes:
    """Return one chunk of an answer in the form of Chat Completions, with the time it was sent."""
    at = round(sent / STEP) % WRAP
    delta = {"id": "b", "object": "chat.completion.chunk", "at": at, "choices": [{"delta": {"content": " word"}}]}
    data = b"data: %b\n\n" % json.dumps(delta).encode()
    return b"%x\r\n%b\r\n" % (len(data), data)


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer one connection's requests until it closes."""
    try:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            length = _LENGTH.search(head)
            await reader.readexactly(int(length[1]) if length else 0)
            asked = _EVENTS.search(head.partition(b"\r\n")[0])
            if asked is None:
                writer.write(_PLAIN)
            else:
                writer.write(_STREAM)
                for _ in range(int(asked[1])):
                    writer.write(event(time.monotonic()))
                    await writer.drain()
                    await asyncio.sleep(float(asked[2]))
                writer.write(b"0\r\n\r\n")
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


async def run(arguments: list[str]) -> None:
    """Serve each host with its chain and key until the input ends."""
    contexts = {}
    for host, chain, key in zip(arguments[::3], arguments[1::3], arguments[2::3], strict=True):
        contexts[host] = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        contexts[host].load_cert_chain(chain, key)

    def choose(connection: ssl.SSLObject, name: str | None, _: ssl.SSLContext) -> None:
        connection.context = contexts.get(name or "", first)

    first = next(iter(contexts.values()))
    first.set_servername_callback(choose)  # type: ignore[arg-type] # the stubs want an SSLSocket
    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=first, backlog=4096)
    print(server.sockets[0].getsockname()[1], flush=True)  # noqa: T201 - whoever started us reads the port
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.buffer.read)
    server.close()


if __name__ == "__main__":
    asyncio.run(run(sys.argv[1:]))

"""A scripted TLS upstream for tests: speaks HTTP/1.1 and HTTP/2, records what arrived byte for byte, answers by script.

It runs on a thread of its own with an event loop of its own, so that a test may block. Its CA is its own.
"""

import asyncio
import contextlib
import datetime
import ipaddress
import json
import ssl
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import h2.config
import h2.connection
import h2.events
import h11
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests import websocket


@dataclass(slots=True)
class Received:
    """One request as it arrived: the body is what stood on the wire."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    http_version: str
    host: str


@dataclass(slots=True)
class Reply:
    """One answer. `chunks` are sent one by one, `gap` seconds apart; `gates` holds back chunk i until it is set."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=lambda: {"content-type": "application/json"})
    chunks: Sequence[bytes] = (b"{}",)
    gates: dict[int, threading.Event] = field(default_factory=dict)
    reset: bool = False


Script = Callable[[Received], Reply]


def openai_chat(request: Received, text: str = "hello from upstream", size: int = 0) -> Reply:
    """Answer as OpenAI, Anthropic and Gemini would, by path; echo nothing of the prompt."""
    stream = b'"stream":true' in request.body.replace(b" ", b"") or ":stream" in request.path
    if "/messages" in request.path:
        return anthropic(text, stream=stream, size=size)
    if ":generateContent" in request.path or ":streamGenerateContent" in request.path:
        return gemini(text, stream=stream, size=size)
    if "/responses" in request.path:
        return responses(text, stream=stream, size=size)
    if "/embeddings" in request.path:
        return reply_json({"object": "list", "model": "m", "data": [{"object": "embedding", "index": 0,
                           "embedding": [0.1, 0.2]}], "usage": {"prompt_tokens": 1, "total_tokens": 1}})  # fmt: skip
    if request.path.endswith("/v1/completions"):
        return completions(text, stream=stream, size=size)
    return chat(text, stream=stream, size=size)


def reply_json(value: Any, status: int = 200) -> Reply:
    """Return a JSON answer."""
    return Reply(status=status, chunks=(json.dumps(value).encode(),))


def sse(*events: Any, names: Sequence[str] = ()) -> Reply:
    """Return a server-sent event stream; strings go out as they are, everything else as JSON."""
    chunks = []
    for number, event in enumerate(events):
        data = event if isinstance(event, str) else json.dumps(event)
        name = f"event: {names[number]}\n" if number < len(names) and names[number] else ""
        chunks.append(f"{name}data: {data}\n\n".encode())
    return Reply(headers={"content-type": "text/event-stream"}, chunks=chunks)


def pieces(text: str, size: int = 0) -> list[str]:
    """Return a text as a model streams it: word by word, or `size` characters at a time."""
    return (
        [text[start : start + size] for start in range(0, len(text), size)] if size else [w + " " for w in text.split()]
    )


def chat(text: str = "hello from upstream", *, stream: bool = False, size: int = 0) -> Reply:
    """Return an OpenAI Chat Completions answer."""
    base = {"id": "chatcmpl-1", "created": 1, "model": "gpt-test"}
    if not stream:
        message = {"role": "assistant", "content": text}
        return reply_json({**base, "object": "chat.completion", "usage": {"prompt_tokens": 1, "completion_tokens": 1,
                           "total_tokens": 2}, "choices": [{"index": 0, "message": message, "finish_reason": "stop"}]})  # fmt: skip
    words = [{"delta": {"content": word}, "index": 0, "finish_reason": None} for word in pieces(text, size)]
    ends = {"delta": {}, "index": 0, "finish_reason": "stop"}
    events = [{**base, "object": "chat.completion.chunk", "choices": [choice]} for choice in [*words, ends]]
    return sse(*events, "[DONE]")


def completions(text: str = "hello from upstream", *, stream: bool = False, size: int = 0) -> Reply:
    """Return an OpenAI Completions answer; a stream's chunks have the same shape."""
    parts = pieces(text, size) if stream else [text]
    events = [{"id": "cmpl-1", "object": "text_completion", "created": 1, "model": "gpt-test",
               "choices": [{"index": 0, "text": piece, "finish_reason": "stop", "logprobs": None}]}
              for piece in parts]  # fmt: skip
    return sse(*events, "[DONE]") if stream else reply_json(events[0])


def responses(text: str = "hello from upstream", *, stream: bool = False, size: int = 0) -> Reply:
    """Return an OpenAI Responses answer."""
    part = {"type": "output_text", "text": text, "annotations": []}
    item = {"id": "msg_1", "type": "message", "role": "assistant", "status": "completed", "content": [part]}
    whole = {"id": "resp_1", "object": "response", "created_at": 1, "status": "completed", "model": "gpt-test",
             "output": [item], "parallel_tool_calls": True, "tool_choice": "auto", "tools": []}  # fmt: skip
    if not stream:
        return reply_json(whole)
    events = [
        {"type": "response.created", "sequence_number": 0, "response": {**whole, "status": "in_progress", "output": []}},
        {"type": "response.output_item.added", "sequence_number": 1, "output_index": 0, "item": {**item, "content": []}},
        {"type": "response.content_part.added", "sequence_number": 2, "output_index": 0, "content_index": 0,
         "item_id": "msg_1", "part": {**part, "text": ""}},
        *({"type": "response.output_text.delta", "sequence_number": 3, "output_index": 0, "content_index": 0,
           "item_id": "msg_1", "delta": piece} for piece in pieces(text, size or len(text))),
        {"type": "response.output_text.done", "sequence_number": 4, "output_index": 0, "content_index": 0,
         "item_id": "msg_1", "text": text},
        {"type": "response.output_item.done", "sequence_number": 5, "output_index": 0, "item": item},
        {"type": "response.completed", "sequence_number": 6, "response": whole},
    ]  # fmt: skip
    return sse(*events, names=[event["type"] for event in events])  # type: ignore[misc]


def anthropic(text: str = "hello from upstream", *, stream: bool = False, size: int = 0) -> Reply:
    """Return an Anthropic Messages answer."""
    whole = {"id": "msg_1", "type": "message", "role": "assistant", "model": "claude-test", "stop_sequence": None,
             "content": [{"type": "text", "text": text}], "stop_reason": "end_turn",
             "usage": {"input_tokens": 1, "output_tokens": 1}}  # fmt: skip
    if not stream:
        return reply_json(whole)
    events = [
        {"type": "message_start", "message": {**whole, "content": [], "stop_reason": None}},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        *({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": piece}}
          for piece in pieces(text, size or len(text))),
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": {"stop_reason": "end_turn", "stop_sequence": None},
         "usage": {"output_tokens": 1}},
        {"type": "message_stop"},
    ]  # fmt: skip
    return sse(*events, names=[event["type"] for event in events])  # type: ignore[misc]


def gemini(text: str = "hello from upstream", *, stream: bool = False, size: int = 0) -> Reply:
    """Return a Gemini generateContent answer."""
    parts = pieces(text, size) if stream else [text]
    events = [{"candidates": [{"content": {"role": "model", "parts": [{"text": piece}]}, "finishReason": "STOP"}]}
              for piece in parts]  # fmt: skip
    return sse(*events) if stream else reply_json(events[0])


class Authority:
    """A throw-away CA."""

    def __init__(self, name: str = "test upstream CA") -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        usage = x509.KeyUsage(
            digital_signature=True, content_commitment=False, key_encipherment=False, data_encipherment=False,
            key_agreement=False, key_cert_sign=True, crl_sign=True, encipher_only=False, decipher_only=False,
        )  # fmt: skip
        self.cert = self._sign(subject, subject, self.key, [x509.BasicConstraints(ca=True, path_length=None), usage])

    def _sign(self, subject: x509.Name, issuer: x509.Name, key: Any, extensions: Sequence[Any]) -> x509.Certificate:
        now = datetime.datetime.now(datetime.UTC)
        builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key.public_key())
        builder = builder.serial_number(x509.random_serial_number())
        builder = builder.not_valid_before(now - datetime.timedelta(days=1))
        builder = builder.not_valid_after(now + datetime.timedelta(days=30))
        own = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
        issuing = x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key())
        for extension in (*extensions, own, issuing):
            builder = builder.add_extension(
                extension, critical=isinstance(extension, x509.BasicConstraints | x509.KeyUsage)
            )
        return builder.sign(self.key, hashes.SHA256())

    def pem(self) -> bytes:
        """Return the CA's certificate."""
        return self.cert.public_bytes(serialization.Encoding.PEM)

    def leaf(self, folder: Path, names: Sequence[str]) -> tuple[Path, Path]:
        """Write a certificate and key for `names` and return their paths."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "leaf")])
        alternatives = [_general_name(name) for name in names]
        cert = self._sign(subject, self.cert.subject, key, [x509.SubjectAlternativeName(alternatives)])
        cert_path, key_path = folder / "upstream.pem", folder / "upstream.key"
        cert_path.write_bytes(cert.public_bytes(serialization.Encoding.PEM))
        key_path.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        return cert_path, key_path


def _general_name(name: str) -> x509.GeneralName:
    with contextlib.suppress(ValueError):
        return x509.IPAddress(ipaddress.ip_address(name))
    return x509.DNSName(name)


class Upstream:
    """The server. `received` holds every request in order of its end; `connections` counts accepted sockets.

    It accepts every WebSocket; `heard` holds what was said there, `answering` makes the answers.
    """

    def __init__(
        self, folder: Path, names: Sequence[str], script: Script = openai_chat, *, tls: bool = True, http2: bool = True
    ) -> None:
        self.authority = Authority()
        self._usual = script
        self.forget()
        self.connections = 0
        self._context: ssl.SSLContext | None = None
        if tls:
            cert, key = self.authority.leaf(folder, names)
            self._context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            self._context.load_cert_chain(cert, key)
            self._context.set_alpn_protocols(["h2", "http/1.1"] if http2 else ["http/1.1"])
        self.ca_file = folder / "upstream-ca.pem"
        self.ca_file.write_bytes(self.authority.pem())
        self._ready = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.port = 0

    def forget(self) -> None:
        """Forget what was received and heard, and answer as at the start."""
        self.script = self._usual
        self.received: list[Received] = []
        self.heard: list[websocket.Content] = []
        self.answering: websocket.Answering = lambda message: [message]

    def __enter__(self) -> "Upstream":
        self._thread.start()
        self._ready.wait()
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(
            asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self._context, limit=2**26)
        )
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        self._loop.run_forever()
        server.close()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(asyncio.sleep(0.05))
        self._loop.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        tls = writer.get_extra_info("ssl_object")
        try:
            if tls and tls.selected_alpn_protocol() == "h2":
                await self._http2(reader, writer)
            else:
                await self._http1(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError, ssl.SSLError):
            pass
        finally:
            writer.close()

    async def _chunks(self, reply: Reply) -> Any:
        for number, chunk in enumerate(reply.chunks):
            gate = reply.gates.get(number)
            while gate and not gate.is_set():
                await asyncio.sleep(0.005)
            yield chunk

    async def _http1(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = h11.Connection(h11.SERVER, max_incomplete_event_size=2**26)
        while True:
            request, body = None, bytearray()
            while True:
                event = connection.next_event()
                if event is h11.NEED_DATA:
                    data = await reader.read(65536)
                    connection.receive_data(data)
                    if not data and request is None:
                        return
                elif isinstance(event, h11.Request):
                    request = event
                elif isinstance(event, h11.Data):
                    body += event.data
                elif isinstance(event, h11.EndOfMessage):
                    break
                elif isinstance(event, h11.ConnectionClosed):
                    return
            if request is None:
                return
            headers = {name.decode(): value.decode("latin1") for name, value in request.headers}
            got = Received(request.method.decode(), request.target.decode(), headers, bytes(body), "HTTP/1.1",
                           headers.get("host", ""))  # fmt: skip
            self.received.append(got)
            if headers.get("upgrade", "").lower() == "websocket":
                await websocket.serve(reader, writer, headers, self.heard, self.answering)
                return
            reply = self.script(got)
            if reply.reset:
                writer.transport.abort()
                return
            names = {name.lower() for name in reply.headers}
            fields = [*reply.headers.items()]
            if "content-length" not in names and len(reply.chunks) == 1 and not reply.gates:
                fields.append(("content-length", str(len(reply.chunks[0]))))
            elif "content-length" not in names:
                fields.append(("transfer-encoding", "chunked"))
            writer.write(connection.send(h11.Response(status_code=reply.status, headers=fields)) or b"")
            async for chunk in self._chunks(reply):
                writer.write(connection.send(h11.Data(data=chunk)) or b"")
                await writer.drain()
            writer.write(connection.send(h11.EndOfMessage()) or b"")
            await writer.drain()
            if connection.our_state is h11.MUST_CLOSE:
                return
            connection.start_next_cycle()

    async def _http2(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False, header_encoding="utf-8"))
        connection.initiate_connection()
        writer.write(connection.data_to_send())
        heads: dict[int, dict[str, str]] = {}
        bodies: dict[int, bytearray] = {}
        answers: set[asyncio.Task[None]] = set()
        while data := await reader.read(65536):
            for event in connection.receive_data(data):
                if isinstance(event, h2.events.RequestReceived):
                    heads[event.stream_id] = dict(event.headers)  # type: ignore[arg-type]
                    bodies[event.stream_id] = bytearray()
                elif isinstance(event, h2.events.DataReceived):
                    bodies[event.stream_id] += event.data or b""
                    connection.acknowledge_received_data(event.flow_controlled_length or 0, event.stream_id)
                elif isinstance(event, h2.events.StreamEnded):
                    head = heads[event.stream_id]
                    got = Received(head[":method"], head[":path"], head, bytes(bodies[event.stream_id]), "HTTP/2",
                                   head[":authority"])  # fmt: skip
                    self.received.append(got)
                    sending = asyncio.create_task(self._reply2(connection, writer, event.stream_id, self.script(got)))
                    answers.add(sending)
                    sending.add_done_callback(answers.discard)
            writer.write(connection.data_to_send())
            await writer.drain()
        for sending in answers:
            sending.cancel()

    async def _reply2(self, connection: Any, writer: asyncio.StreamWriter, stream: int, reply: Reply) -> None:
        if reply.reset:
            connection.reset_stream(stream)
            writer.write(connection.data_to_send())
            return
        connection.send_headers(stream, [(":status", str(reply.status)), *reply.headers.items()])
        async for chunk in self._chunks(reply):
            for start in range(0, len(chunk), 16000):
                piece = chunk[start : start + 16000]
                while connection.local_flow_control_window(stream) < len(piece):
                    await asyncio.sleep(0.005)
                connection.send_data(stream, piece)
            writer.write(connection.data_to_send())
            await writer.drain()
        connection.end_stream(stream)
        writer.write(connection.data_to_send())

"""A refusal in, what the client of a streaming call shows as an error out: Connect's last envelope, gRPC's trailers.

Sources: https://connectrpc.com/docs/protocol (error end-stream), https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md
"""

import json
from dataclasses import dataclass, field
from urllib.parse import quote

from proxy.refusals.refusal import Answer
from proxy.restore.eventstream import envelope

_PERMISSION_DENIED = "7"  # not tried again by the libraries
_LONGEST = 2000  # characters of a message in a trailer


@dataclass(frozen=True, slots=True)
class Ending:
    """The last bytes of an answer that had begun, and its trailers."""

    body: bytes = field(repr=False)
    trailers: tuple[tuple[str, str], ...] = ()


def refuse_call(kind: str, text: str, answer: Answer) -> Answer:
    """Return the answer to a call of content type `kind`; `answer` is the one in the vendor's shape."""
    last = end_call(kind, text)
    if not last.body and not last.trailers:
        return answer
    ours = tuple(pair for pair in answer.headers if pair[0] not in ("content-type", "content-length"))
    length = ("content-length", str(len(last.body)))
    return Answer(200, (("content-type", kind), length, *ours, *last.trailers), last.body)


def end_call(kind: str, text: str) -> Ending:
    """Return how an answer of content type `kind` ends with an error; empty where there is no way to say so."""
    if kind.startswith("application/connect+"):
        error = {"error": {"code": "permission_denied", "message": text}}
        return Ending(envelope(2, json.dumps(error).encode()))
    if kind.startswith("application/grpc"):
        said = quote(text[:_LONGEST], safe=" !#$&'()*+,-./:;<=>?@[]^_`{|}~")
        return Ending(b"", (("grpc-status", _PERMISSION_DENIED), ("grpc-message", said)))
    return Ending(b"")

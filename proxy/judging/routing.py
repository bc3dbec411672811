"""A request and a target of services.yaml in, what goes to that target out: host, path, key and model rewritten.

Rules
1. Nothing of the client's goes along but a short list of headers: no key, cookie or organisation of the other vendor.
2. A request that the target would not understand, or whose answer the client would not, is not sent: `Unroutable`.
Kinds: `openai` (https://platform.openai.com/docs/api-reference and all that speak it), `azure-openai`
(learn.microsoft.com, Azure OpenAI REST reference: deployments in the path, `api-key`), `bedrock`
(`proxy.judging.bedrock`).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from proxy.catalogue.services import Target
from proxy.exchange import Exchange
from proxy.judging import bedrock
from proxy.judging.forwarding import Changes, Destination
from proxy.judging.inspection import Judged
from proxy.judging.snapshot import Snapshot
from proxy.judging.virtualkeys import KeyRing

_KEPT = frozenset({"content-type", "accept", "user-agent", "idempotency-key", "host", "content-length",
                   "transfer-encoding", "connection"})  # fmt: skip
_OPENAI = {
    "openai-chat": "chat/completions",
    "openai-responses": "responses",
    "openai-completions": "completions",
    "openai-embeddings": "embeddings",
}


class Unroutable(Exception):
    """A request that cannot be sent to the target; the text is for the user."""


@dataclass(frozen=True, slots=True)
class Routed:
    """What goes out: the changes and the whole body, without content coding."""

    changes: Changes
    body: bytes = field(repr=False)


def route(target: Target, exchange: Exchange, dialect: str, body: bytes, key: str, now: datetime) -> Routed:
    """Return the request for `target`. `body` is without content coding. Raises Unroutable."""
    if exchange.method != "POST" or exchange.transport != "http":
        raise Unroutable(f"This kind of request cannot be sent to {target.name} instead.")
    data = _object(body, target)
    own = target.kind == "bedrock" and dialect in bedrock.OWN
    said = unquote(bedrock.operation(exchange.path)[0]) if own else data.get("model")
    model = target.models.get(said if isinstance(said, str) else "", target.model) or said
    if not isinstance(model, str) or not model:
        raise Unroutable(f"It is not known which model of {target.name} to use instead.")
    if own and said:
        return _routed(target, _base(target) + bedrock.own(exchange.path, model), body, key, now)
    data["model"] = model
    streams = False
    if target.kind == "azure-openai":
        path = _azure(target, dialect, model)
    elif target.kind == "bedrock" and dialect == bedrock.ANTHROPIC:
        path, streams = bedrock.messages(data, model)
        path = _base(target) + path
    else:
        path = f"{'/openai/v1' if target.kind == 'bedrock' else _base(target)}/{_operation(target, dialect)}"
    written = json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()
    return _routed(target, path, written, key, now, chunks=streams)


def _routed(target: Target, path: str, body: bytes, key: str, now: datetime, *, chunks: bool = False) -> Routed:
    put = tuple(_authorization(target, path, body, key, now).items()) if key else ()
    to = replace(_destination(target), chunks=chunks)
    return Routed(Changes(keep=_KEPT, put=put, path=path, to=to), body)


def _authorization(target: Target, path: str, body: bytes, key: str, now: datetime) -> Mapping[str, str]:
    if target.kind == "azure-openai":
        return {"api-key": key}
    if target.kind == "openai":
        return {"authorization": f"Bearer {key}"}
    host, port = target.endpoint
    sent = host if target.url.startswith("https:") and port == 443 else f"{host}:{port}"
    try:
        return bedrock.authorization(sent, path, body, key, target.region or bedrock.region(host), now)
    except ValueError as error:
        raise Unroutable(f"{target.name} cannot be asked: {error}.") from None


def follow(to: str, judged: Judged, body: bytes | None, snapshot: Snapshot, keys: KeyRing, now: datetime) -> Routed:
    """Return the request that a verdict's route sends. `body` is the edited one, if any. Raises Unroutable."""
    target = snapshot.catalogue.route_targets().get(to)
    if target is None:
        raise Unroutable(f"The target {to} is not known (services.yaml, routes).")
    key = keys.named(target.key, now) if target.key else ""
    if target.key and not key:
        raise Unroutable(f"There is no key for {target.name} (hushgate keys).")
    plain = judged.decoded.encode(()) if body is None else body
    return route(target, judged.exchange, judged.match.endpoint.dialect, plain, key, now)


def _object(body: bytes, target: Target) -> dict[str, Any]:
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        data = None
    if not isinstance(data, dict):
        raise Unroutable(f"This kind of request cannot be sent to {target.name} instead.")
    return data


def _operation(target: Target, dialect: str) -> str:
    if dialect not in _OPENAI:
        raise Unroutable(f"{target.name} does not speak this service's language.")
    return _OPENAI[dialect]


def _azure(target: Target, dialect: str, deployment: str) -> str:
    operation = _operation(target, dialect)
    version = f"?api-version={quote(target.api_version)}"
    if dialect == "openai-responses":
        return f"{_base(target)}/openai/responses{version}"
    return f"{_base(target)}/openai/deployments/{quote(deployment, safe='')}/{operation}{version}"


def _base(target: Target) -> str:
    return urlsplit(target.url).path.rstrip("/")


def _destination(target: Target) -> Destination:
    host, port = target.endpoint
    return Destination(target.name, urlsplit(target.url).scheme, host, port)

"""A request for a Bedrock target in, where it goes there and how it is signed out.

Bedrock's own forms (Converse, InvokeModel and their streams) keep their operation, with the target's model in the path;
Anthropic's Messages become InvokeModel, or its stream, whose answer is turned back (`proxy.restore.chunks`); OpenAI's
go to /openai/v1 (docs.aws.amazon.com, Amazon Bedrock API reference and user guide).
"""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote

from proxy.judging import sigv4

OWN = frozenset({"bedrock-converse", "bedrock-invoke"})
ANTHROPIC = "anthropic-messages"
_OPERATION = re.compile(r"/model/([^/?]+)/(converse|converse-stream|invoke|invoke-with-response-stream)")
_REGION = re.compile(r"(?:^|\.)([a-z]{2}(?:-[a-z]+)+-[0-9])\.")
_VERSION = "bedrock-2023-05-31"


def operation(path: str) -> tuple[str, str]:
    """Return model and operation of a request in Bedrock's own form; both empty where it is none of these."""
    found = _OPERATION.fullmatch(path.partition("?")[0])
    return (found[1], found[2]) if found else ("", "")


def own(path: str, model: str) -> str:
    """Return the path of the same operation for another model."""
    return f"/model/{quote(model, safe='')}/{operation(path)[1]}"


def messages(data: dict[str, Any], model: str) -> tuple[str, bool]:
    """Make an Anthropic body one of InvokeModel's; return its path, and whether the answer streams."""
    streams = bool(data.pop("stream", False))
    del data["model"]
    data["anthropic_version"] = _VERSION
    return f"/model/{quote(model, safe='')}/invoke{'-with-response-stream' if streams else ''}", streams


def region(host: str) -> str:
    """Return the region that a host of AWS names; empty where it names none."""
    found = _REGION.search(host)
    return found[1] if found else ""


def authorization(host: str, target: str, body: bytes, key: str, where: str, now: datetime) -> Mapping[str, str]:
    """Return the headers that a key goes in: a signature for a pair of AWS keys, else a bearer token.

    `host` is as it is sent, with a port that is not the scheme's. Raises ValueError where a signature needs a region.
    """
    pair = sigv4.credentials(key)
    if pair is None:
        return {"authorization": f"Bearer {key}"}
    if not where:
        raise ValueError("the region of the signature is not known (services.yaml, routes, region)")
    return sigv4.sign("POST", target, {"host": host}, body, keys=pair, region=where, service="bedrock", now=now)

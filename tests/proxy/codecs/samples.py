"""Recorded and made request bodies as exchanges, each with the dialect that the catalogue gives it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import yaml

from proxy.catalogue.catalogue import load
from proxy.exchange import Exchange

VECTORS = Path(__file__).parents[2] / "vectors"
RECORDED = [
    path
    for path in sorted((VECTORS / "wire-samples").glob("*.json"))
    if not path.name.startswith(("cli-", "bedrock-eventstream"))  # they hold no request body
]
HOSTS = {
    "openai": "api.openai.com",
    "azureopenai": "acme.openai.azure.com",
    "azure-ai-inference": "acme.services.ai.azure.com",
    "anthropic": "api.anthropic.com",
    "anthropic-vertex": "us-east5-aiplatform.googleapis.com",
    "vertex-genai": "us-central1-aiplatform.googleapis.com",
    "google-genai": "generativelanguage.googleapis.com",
    "bedrock": "bedrock-runtime.us-east-1.amazonaws.com",
    "cohere": "api.cohere.com",
    "groq": "api.groq.com",
    "huggingface": "router.huggingface.co",
    "mistral": "api.mistral.ai",
    "ollama": "ollama.com",
}
_BOUNDARY = "hushgate-made"


@dataclass(frozen=True, slots=True)
class Sample:
    """One request, or the messages of one WebSocket."""

    name: str
    dialect: str
    exchanges: list[Exchange] = field(repr=False)


def _dialect(host: str, method: str, path: str) -> str:
    return load().match(host, method, path).endpoint.dialect


@cache
def recorded() -> Mapping[str, Sample]:
    """Return the bodies that real SDKs sent, by the name of their file."""
    result = {}
    for file in RECORDED:
        sample: dict[str, Any] = json.loads(file.read_text())
        headers = tuple((name.lower(), value) for name, value in sample["headers"].items())
        bodies = [json.dumps(frame) for frame in sample.get("client_frames", ())]
        if not bodies:
            bodies = [sample["text"] if "text" in sample else json.dumps(sample["json"], ensure_ascii=False)]
        transport = sample.get("transport", "http")
        host = next(
            HOSTS[vendor] for vendor in sorted(HOSTS, key=len, reverse=True) if file.stem.startswith(vendor + "-")
        )
        method = "GET" if transport == "websocket" else sample.get("method", "POST")
        path = sample["path"]
        result[file.stem] = Sample(
            file.stem,
            _dialect(host, method, path),
            [
                Exchange(method, "https", host, 443, path, headers, body.encode(), transport=transport)
                for body in bodies
            ],
        )
    return result


@cache
def made() -> Mapping[str, Sample]:
    """Return the bodies of made/samples.yaml by name."""
    table = yaml.safe_load((VECTORS / "made" / "samples.yaml").read_text())
    result = {}
    for name, entry in table.items():
        method, host, path = entry["at"].split(" ", 2)
        kind, bodies = _encoded(entry)
        transport = "websocket" if {"frames", "records"} & entry.keys() else "http"
        headers = (("content-type", kind),) if kind else ()
        exchanges = [Exchange(method, "https", host, 443, path, headers, body, transport=transport) for body in bodies]
        result[name] = Sample(name, entry.get("dialect") or _dialect(host, method, path), exchanges)
    return result


def _encoded(entry: Mapping[str, Any]) -> tuple[str, list[bytes]]:
    def dumped(value: Any) -> bytes:
        return json.dumps(value, ensure_ascii=False).encode()

    if "frames" in entry:
        return "", [dumped(frame) for frame in entry["frames"]]
    if "records" in entry:
        return "", [b"".join(dumped(record) + b"\x1e" for record in entry["records"])]
    if "connect" in entry:
        messages = [dumped(message) for message in entry["connect"]]
        return "application/connect+json", [b"".join(b"\0" + len(m).to_bytes(4) + m for m in messages)]
    if "form" in entry:
        return "application/x-www-form-urlencoded", [urlencode(entry["form"]).encode()]
    if "multipart" in entry:
        return f"multipart/form-data; boundary={_BOUNDARY}", [_multipart(entry["multipart"])]
    if "text" in entry:
        return "", [entry["text"].encode()]
    return "application/json", [dumped(entry["body"])]


def _multipart(pieces: list[list[str]]) -> bytes:
    text = ""
    for name, filename, kind, content in pieces:
        named = f'; filename="{filename}"' if filename else ""
        typed = f"Content-Type: {kind}\r\n" if kind else ""
        text += f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{named}\r\n{typed}\r\n{content}\r\n'
    return (text + f"--{_BOUNDARY}--\r\n").encode()

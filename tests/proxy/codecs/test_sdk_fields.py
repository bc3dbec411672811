"""Every free-string field of the request types of the OpenAI, Anthropic, Groq, Gemini and AWS SDKs is seen.

vectors/sdk-string-fields.json lists them (derived from the type definitions of openai 3.54, anthropic 2.12, groq 1.7,
google-genai 3.4 and boto3 1.44). For each field a body is made that holds nothing else.
"""

import base64
import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from proxy.catalogue.catalogue import load
from proxy.codecs.decode import decode
from proxy.exchange import Exchange

FIELDS: dict[str, list[str]] = json.loads(
    (Path(__file__).parents[2] / "vectors" / "sdk-string-fields.json").read_text()
)
PLANTED = "CANARY planted words"
HOSTS = {"openai": "api.openai.com", "anthropic": "api.anthropic.com", "groq": "api.groq.com"}
STEP = re.compile(r"\.\.\*|\.([\w$*-]+)|\[\*\]")


def body(path: str) -> Any:
    """Return a JSON value that has the planted words at `path` and nothing else."""
    steps = [found[0] for found in STEP.finditer(path)]
    value: Any = PLANTED
    for step in reversed(steps):
        if step == "[*]":
            value = [value]
        elif step == "..*":
            value = {"anything": [value]}
        else:
            value = {"k" if step == ".*" else step[1:]: value}
    return value


@cache
def place(name: str) -> tuple[str, str, str]:
    """Return host, method and path of one entry of the list."""
    vendor, _, rest = name.partition(" ")
    if vendor == "gemini":
        return "generativelanguage.googleapis.com", "POST", "/v1/models/m:generateContent"
    if vendor == "aws":
        service, method, path = rest.split(" ", 2)
        host = service.partition(":")[0]
        return f"{host}.us-east-1.{'api.aws' if host == 'qbusiness' else 'amazonaws.com'}", method, path
    method, path = rest.split(" ", 1)
    prefix = "/v1" if vendor == "openai" and not path.startswith("/v1") else ""
    return HOSTS[vendor], method, prefix + path


def seen(exchange: Exchange, dialect: str) -> bool:
    prompt = decode(exchange, dialect).prompt
    return any(PLANTED in part.text and not part.path.startswith("path:") for part in prompt.parts)


@pytest.mark.parametrize("name", sorted(FIELDS))
def test_every_field_is_seen(name: str) -> None:
    host, method, path = place(name)
    dialect = load().match(host, method, re.sub(r"[{}]", "", path)).endpoint.dialect
    missing = []
    for field in FIELDS[name]:
        if field == "multipart":
            continue
        exchange = Exchange(
            "POST", "https", host, 443, "/x", (("content-type", "application/json"),), json.dumps(body(field)).encode()
        )
        if not seen(exchange, dialect) or not seen(exchange, "generic"):
            missing.append(field)
    assert missing == []


@pytest.mark.parametrize("name", sorted(name for name in FIELDS if "multipart" in FIELDS[name]))
def test_every_field_of_a_form_is_seen(name: str) -> None:
    host, method, path = place(name)
    dialect = load().match(host, method, re.sub(r"[{}]", "", path)).endpoint.dialect
    missing = []
    for field in FIELDS[name]:
        found = re.match(r"\$\.(\w+)", field)
        if field == "multipart" or not found:
            continue
        pieces = f'--b\r\nContent-Disposition: form-data; name="{found[1]}"\r\n\r\n{PLANTED}\r\n--b--\r\n'
        kind = (("content-type", "multipart/form-data; boundary=b"),)
        if not seen(Exchange("POST", "https", host, 443, "/x", kind, pieces.encode()), dialect):
            missing.append(field)
    assert missing == []


@pytest.mark.parametrize("name", sorted(name for name in FIELDS if name.startswith("aws bedrock-runtime")))
def test_a_field_of_bytes_is_seen_as_what_it_holds(name: str) -> None:
    host, method, path = place(name)
    dialect = load().match(host, method, re.sub(r"[{}]", "", path)).endpoint.dialect
    packed = base64.b64encode(PLANTED.encode()).decode()
    for field in FIELDS[name]:
        if field.endswith(("source.bytes", "source.data")):
            text = json.dumps(body(field)).replace(PLANTED, packed)
            exchange = Exchange(
                "POST", "https", host, 443, "/x", (("content-type", "application/json"),), text.encode()
            )
            assert seen(exchange, dialect), field


def test_the_list_is_whole() -> None:
    assert sum(field != "multipart" for fields in FIELDS.values() for field in fields) > 4000

"""A prompt in, the proxy's answer out: an OpenAI client of twenty lines, over CONNECT."""

import http.client
import json
import ssl
from dataclasses import dataclass, field
from pathlib import Path

HOST = "api.openai.com"


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back: the status, the text a chat program would show, and `x-hushgate` where it was there."""

    status: int
    text: str = field(repr=False)
    notice: str


def send(prompt: str, proxy: tuple[str, int], ca: Path) -> Reply:
    """Send one chat prompt through the proxy. Raises OSError where the proxy does not answer."""
    connection = http.client.HTTPSConnection(*proxy, context=ssl.create_default_context(cafile=str(ca)), timeout=30)
    connection.set_tunnel(HOST, 443)
    body = json.dumps({"model": "gpt-demo", "messages": [{"role": "user", "content": prompt}]})
    headers = {"content-type": "application/json", "authorization": "Bearer demo"}
    try:
        connection.request("POST", "/v1/chat/completions", body, headers)
        response = connection.getresponse()
        value = json.loads(response.read())
    finally:
        connection.close()
    text = value["error"]["message"] if "error" in value else value["choices"][0]["message"]["content"]
    return Reply(response.status, text, response.getheader("x-hushgate") or "")

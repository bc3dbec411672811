"""Exchanges for the tests of the codecs."""

from collections.abc import Callable
from typing import Any

import pytest

from proxy.exchange import Exchange

Make = Callable[..., Exchange]


@pytest.fixture
def exchange() -> Make:
    """Return a function that makes an exchange out of a body and, where it matters, type, path and headers."""

    def make(
        body: bytes | str = b"", content_type: str = "application/json", path: str = "/v1/x", **headers: Any
    ) -> Exchange:
        transport = headers.pop("transport", "http")
        named = [(name.replace("_", "-"), value) for name, value in headers.items()]
        if content_type:
            named.append(("content-type", content_type))
        data = body.encode() if isinstance(body, str) else body
        return Exchange("POST", "https", "api.example.test", 443, path, tuple(named), data, transport=transport)

    return make

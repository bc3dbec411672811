"""mitmproxy's HTTP stream lets a hook look at each chunk of a request; the whole of it is in test_streams.py."""

from typing import Any

import pytest
from mitmproxy.proxy.layers.http import HttpStream
from mitmproxy.test import tflow

from addons import requestlayer


async def test_a_look_takes_the_chunk_and_leaves_what_is_left() -> None:
    flow = tflow.tflow()

    async def inspect(chunk: bytes) -> bytes:
        return chunk.upper()

    requestlayer.inspect_request(flow, inspect)
    assert flow.request.stream is True
    flow.metadata["hushgate-request-chunk"] = b"abc"
    await requestlayer.look(flow)
    assert flow.metadata["hushgate-request-left"] == b"ABC"


async def test_what_an_inspection_raises_leaves_nothing() -> None:
    flow = tflow.tflow()

    async def inspect(chunk: bytes) -> bytes:
        raise RuntimeError

    requestlayer.inspect_request(flow, inspect)
    flow.metadata["hushgate-request-chunk"] = b"abc"
    with pytest.raises(RuntimeError):
        await requestlayer.look(flow)
    assert "hushgate-request-left" not in flow.metadata


def test_it_takes_mitmproxy_s_place() -> None:
    requestlayer.install()
    replaced: Any = HttpStream.state_stream_request_body
    assert replaced is requestlayer._stream

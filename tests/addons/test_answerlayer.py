"""mitmproxy's HTTP stream lets a hook look at each chunk; the whole of it is in tests/proxy/judging/test_answerer.py."""

from typing import Any

import pytest
from mitmproxy.proxy.layers.http import HttpStream
from mitmproxy.test import tflow

from addons import answerlayer


async def test_a_look_takes_the_chunk_and_leaves_what_is_left() -> None:
    flow = tflow.tflow()

    async def inspect(chunk: bytes) -> bytes:
        return chunk.upper()

    answerlayer.inspect_answer(flow, inspect)
    flow.metadata["hushgate-chunk"] = b"abc"
    await answerlayer.look(flow)
    assert flow.metadata["hushgate-left"] == b"ABC"
    assert "hushgate-chunk" not in flow.metadata


async def test_what_an_inspection_raises_leaves_nothing() -> None:
    flow = tflow.tflow()

    async def inspect(chunk: bytes) -> bytes:
        raise RuntimeError

    answerlayer.inspect_answer(flow, inspect)
    flow.metadata["hushgate-chunk"] = b"abc"
    with pytest.raises(RuntimeError):
        await answerlayer.look(flow)
    assert "hushgate-left" not in flow.metadata


def test_it_takes_mitmproxy_s_place() -> None:
    answerlayer.install()
    replaced: Any = HttpStream.state_stream_response_body
    assert replaced is answerlayer._stream

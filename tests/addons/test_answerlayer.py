"""mitmproxy's HTTP stream lets a hook look at each chunk; the whole of it is in tests/proxy/judging/test_answerer.py."""

from typing import Any

import pytest
from mitmproxy.proxy import commands
from mitmproxy.proxy.layers.http import HttpStream
from mitmproxy.test import tflow

from addons import answerlayer


class Loud:
    """Says each chunk louder."""

    every = gather = 0.05
    over = restless = False

    async def feed(self, data: bytes) -> bytes:
        if data == b"broken":
            raise RuntimeError
        return data.upper()

    async def flush(self) -> bytes:
        return b"end"

    def pause(self) -> bytes:
        return b"pause"


@pytest.mark.parametrize(("chunk", "left"), [(b"abc", b"ABC"), (b"", b"end"), (None, b"pause")])
async def test_a_look_takes_the_chunk_and_leaves_what_is_left(chunk: bytes | None, left: bytes) -> None:
    flow = tflow.tflow()
    answerlayer.inspect_answer(flow, Loud())
    flow.metadata["hushgate-chunk"] = chunk
    await answerlayer.look(flow)
    assert flow.metadata["hushgate-left"] == left
    assert "hushgate-chunk" not in flow.metadata


async def test_what_an_inspection_raises_leaves_nothing() -> None:
    flow = tflow.tflow()
    answerlayer.inspect_answer(flow, Loud())
    flow.metadata["hushgate-chunk"] = b"broken"
    with pytest.raises(RuntimeError):
        await answerlayer.look(flow)
    assert "hushgate-left" not in flow.metadata


def test_chunks_are_gathered_until_there_is_no_room() -> None:
    gathering = answerlayer.Gathering(commands.RequestWakeup(1.0))
    assert gathering(b"one") == b""
    assert gathering.room
    gathering(bytes(1 << 16))
    assert not gathering.room
    assert gathering.chunks[0] == b"one"
    assert "one" not in repr(gathering)


def test_it_takes_mitmproxy_s_place() -> None:
    answerlayer.install()
    replaced: Any = HttpStream.state_stream_response_body
    assert replaced is answerlayer._stream

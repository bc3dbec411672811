import asyncio
from pathlib import Path

import pytest

from proxy.bench.line import Line, Way
from proxy.bench.programs import AI_HOST, vendor


async def _stream(way: Way) -> None:
    line = await Line.open(way)
    plain = await line.post("/v1/chat/completions", b"{}")
    assert (plain.status, plain.delays) == (200, ())
    assert 0 < plain.first <= plain.total
    streamed = await line.post("/v1/chat/completions?events=3&gap=0.001", b"{}")
    assert len(streamed.delays) == 3
    assert all(0 <= delay < 60 for delay in streamed.delays)
    assert streamed.total >= 0.003
    line.close()


def test_a_kept_alive_line_reads_plain_answers_and_streams(tmp_path: Path) -> None:
    with vendor(tmp_path) as stand:
        asyncio.run(_stream(Way(("127.0.0.1", stand.port), stand.roots[AI_HOST], AI_HOST, proxied=False)))


async def _refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 403 Forbidden\r\n\r\n")
    writer.close()


async def test_a_refused_connect_says_so(tmp_path: Path) -> None:
    roots = Path(__import__("certifi").where())
    async with await asyncio.start_server(_refuse, "127.0.0.1", 0) as server:
        address = server.sockets[0].getsockname()
        with pytest.raises(ValueError, match="403"):
            await Line.open(Way(address, roots, AI_HOST, proxied=True))

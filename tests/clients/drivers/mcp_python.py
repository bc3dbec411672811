"""The MCP SDK for Python over streamable HTTP, called as its documentation shows."""

import asyncio
from typing import Any

import httpx2
from mcp import ClientSession
from mcp.client.streamable_http import streamable_http_client

from tests.clients.drivers.witness import Witness, serve

URL = "https://chatgpt.com/backend-api/ps/mcp"


async def call(witness: Witness, text: str) -> str:
    async with (
        httpx2.AsyncClient(event_hooks=witness.async_hooks(), timeout=30) as http,
        streamable_http_client(URL, http_client=http) as (read, write, *_),
        ClientSession(read, write) as session,
    ):
        await session.initialize()
        witness.sent.clear()
        result: Any = await session.call_tool("search", {"query": text})
        return result.content[0].text


serve({"call": lambda witness, text: asyncio.run(call(witness, text))})

"""A stream writer that sends once what is written in one turn of the event loop.

mitmproxy writes head and body of a message apart: two system calls, and two packets, where one does.
"""

import asyncio


class Cork:
    """Stands in front of an `asyncio.StreamWriter`. What has been written goes out when the loop comes round."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self._writer = writer
        self._held: list[bytes] = []
        self._loop = asyncio.get_running_loop()

    def __getattr__(self, name: str) -> object:
        return getattr(self._writer, name)

    def write(self, data: bytes) -> None:
        """Send `data` at the end of this turn of the loop."""
        if not self._held:
            self._loop.call_soon(self.flush)
        self._held.append(data)

    def send(self, data: bytes) -> bool:
        """Send `data` now; tell whether nothing waits to leave, and nothing is wrong."""
        if self._held:
            self._held.append(data)
            return self.settled()
        transport = self._writer.transport
        if transport.is_closing():
            return False
        transport.write(data)
        return transport.get_write_buffer_size() == 0

    def flush(self) -> None:
        """Send what is held, unless the connection is gone."""
        if self._held:
            held, self._held = self._held, []
            if not self._writer.is_closing():
                self._writer.write(held[0] if len(held) == 1 else b"".join(held))

    def settled(self) -> bool:
        """Send what is held; tell whether nothing waits to leave, and nothing is wrong."""
        self.flush()
        transport = self._writer.transport
        return not transport.is_closing() and transport.get_write_buffer_size() == 0

    def write_eof(self) -> None:
        """Send what is held, and the end."""
        self.flush()
        self._writer.write_eof()

    def close(self) -> None:
        """Send what is held, and close."""
        self.flush()
        self._writer.close()

    async def drain(self) -> None:
        """Send what is held, and wait for room. Raises OSError where the connection broke."""
        self.flush()
        await self._writer.drain()

"""What a service says on one WebSocket in, message by message; the same as the policy's rules about answers want it.

Rules
1. What is found is on record before the message that it stands in leaves, once.
2. A block gives `Refused` instead of messages: nothing that waited leaves, nor anything that comes later.
"""

from proxy.judging.answerer import Answerer, Refused
from proxy.judging.inspection import Judged
from proxy.judging.snapshot import Snapshot
from proxy.restore.messages import Message, Messages


class Listener:
    """One socket. Raises OSError where a record cannot be written."""

    def __init__(self, answerer: Answerer) -> None:
        self._answerer = answerer
        self._messages = Messages()

    @property
    def replaced(self) -> int:
        """Return how many values were put back."""
        return self._answerer.restored

    @property
    def holding(self) -> bool:
        """Tell whether a message waits."""
        return self._messages.holding and not self._answerer.over

    @property
    def restless(self) -> bool:
        """Tell whether `pause` could let something go."""
        return self._answerer.restless

    def ask(self, judged: Judged, snapshot: Snapshot) -> None:
        """Take what follows for the answer to this message of the client."""
        self._answerer.ask(judged, snapshot)

    async def feed(self, content: bytes, *, text: bool) -> list[Message] | Refused:
        """Take in one message, return those that can leave now, in order."""
        left = await self._answerer.take(self._messages.events(content, text=text))
        return left if isinstance(left, Refused) else self._messages.whole(left)

    async def flush(self) -> list[Message] | Refused:
        """Return what waits: nobody wants to wait for more."""
        left = await self._answerer.take([], final=True)
        return left if isinstance(left, Refused) else self._messages.whole(left)

    def pause(self) -> list[Message]:
        """Return what leaves of what nothing was added to for `PAUSE` seconds."""
        return self._messages.whole(self._answerer.paused())

    def close(self) -> list[Message]:
        """Return what leaves as the service closes the socket: all that waits, unless its end could stop the answer."""
        return self._messages.whole(self._answerer.closed())

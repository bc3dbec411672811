"""What a client is told where nothing was decided: no room here, or no answer from the vendor. It may try again."""

from collections.abc import Callable

from proxy.audit.ulid import new_id
from proxy.exchange import Exchange
from proxy.judging.snapshot import Snapshot
from proxy.judging.tally import Tally
from proxy.refusals import refusal
from proxy.refusals.refusal import Asked


class Apologies:
    """In the shapes of the catalogue in force, counted."""

    def __init__(self, snapshot: Callable[[], Snapshot], tally: Tally) -> None:
        self._snapshot = snapshot
        self._tally = tally

    def no_room(self, exchange: Exchange) -> refusal.Answer:
        """Return the answer to a request that is not read to its end."""
        match = self._snapshot().catalogue.match(exchange.host, exchange.method, exchange.path)
        self._tally.overloaded(match.service.id, match.endpoint.activity)
        return refusal.overload(match.endpoint.refusal, new_id(), Asked.of(exchange))

    def no_answer(self, exchange: Exchange, *, late: bool) -> refusal.Answer:
        """Return the answer to a request whose vendor could not be reached, or said nothing in time (`late`)."""
        match = self._snapshot().catalogue.match(exchange.host, exchange.method, exchange.path)
        return refusal.unanswered(match.endpoint.refusal, Asked.of(exchange), late=late)

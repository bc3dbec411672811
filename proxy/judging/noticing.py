"""A decision in, what it says about how well traffic is understood out: unlisted AI services, and forms that changed.

Both are counted each time; a record is written once a host and hour, and once a fall.
"""

import time
from collections.abc import Callable, Sequence

from proxy.audit import record as audit_record
from proxy.audit.heading import Record
from proxy.catalogue.assembly import UNKNOWN
from proxy.catalogue.discovery import recognise
from proxy.judging.drift import Sentinel
from proxy.judging.inspection import Judged
from proxy.judging.quiet import Quiet
from proxy.judging.tally import Tally


class Noticing:
    """What one worker noticed."""

    def __init__(self, tally: Tally, clock: Callable[[], float] = time.monotonic) -> None:
        self._tally = tally
        self._sentinel = Sentinel()
        self._quiet = Quiet(clock)

    @property
    def fallen(self) -> frozenset[str]:
        """Return the dialects whose requests are to be read by the generic reader too."""
        return self._sentinel.fallen

    def records(self, judged: Judged) -> list[Record]:
        """Return the audit records that a decision gives rise to. Raises nothing."""
        return [*self._discovery(judged), *self._drift(judged)]

    def confirmed(self, judged: Judged, signs: Sequence[str]) -> list[Record]:
        """Return the records that the signs in an answer give rise to. Raises nothing."""
        if not signs:
            return []
        service, host = judged.match.service.id, judged.exchange.host
        self._tally.discovered(service, "confirmed")
        if not self._quiet.breaks("confirmed", host):
            return []
        score = recognise(judged.exchange, judged.decoded.prompt).score
        told: Record = {"score": score, "signs": list(signs)}
        return [audit_record.discovery(judged.client, host, service, "confirmed", told)]

    def _discovery(self, judged: Judged) -> list[Record]:
        service, host = judged.match.service.id, judged.exchange.host
        if service != UNKNOWN and judged.match.catalogued:
            return []
        seen = recognise(judged.exchange, judged.decoded.prompt)
        if not seen.known:
            return []
        self._tally.discovered(service, "suspected")
        if not self._quiet.breaks("suspected", host):
            return []
        told: Record = {"score": seen.score, "signs": list(seen.signs)}
        return [audit_record.discovery(judged.client, host, service, "suspected", told)]

    def _drift(self, judged: Judged) -> list[Record]:
        dialect, prompt = judged.match.endpoint.dialect, judged.decoded.prompt
        fall = self._sentinel.observe(dialect, prompt.mapped, prompt.prose)
        share = self._sentinel.share(dialect)
        if share is not None:
            self._tally.mapped(dialect, share)
        if fall is None:
            return []
        self._tally.drifted(dialect)
        return [audit_record.drift(fall.dialect, fall.share, fall.normal)]

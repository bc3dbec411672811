"""When each inspector has to be heard of next, in memory that it shares with its zygote.

The kernel's timer ends an inspector that works for too long; one that is stopped, or stuck outside a job, ends by this.
"""

import mmap
import struct
import time
from collections.abc import Callable

_MOMENT = struct.Struct("d")
PATIENCE = 10.0  # seconds past its word: a busy machine is no reason to die


class Alive:
    """The words of all slots. Made before the fork; the clock has to be one that processes share."""

    def __init__(self, slots: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._memory = mmap.mmap(-1, max(slots, 1) * _MOMENT.size)
        self._slots = slots
        self._looked = clock()

    def beat(self, slot: int, seconds: float) -> None:
        """Give one's word to be heard of again within so many seconds."""
        _MOMENT.pack_into(self._memory, slot * _MOMENT.size, self._clock() + seconds)

    def overdue(self) -> list[int]:
        """Return the slots that broke their word by `PATIENCE`; none where we were held up ourselves, which gives time.

        To be called at least every `PATIENCE` / 2 seconds.
        """
        now, last = self._clock(), self._looked
        self._looked = now
        if now - last > PATIENCE / 2 + 1:
            for slot in range(self._slots):
                self.beat(slot, max(_MOMENT.unpack_from(self._memory, slot * _MOMENT.size)[0] - now, 0.0))
            return []
        return [
            slot
            for slot in range(self._slots)
            if _MOMENT.unpack_from(self._memory, slot * _MOMENT.size)[0] + PATIENCE < now
        ]

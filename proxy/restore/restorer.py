"""An answer in, chunk by chunk; the same answer out, with values where their placeholders stood.

Rules
1. Only what `lookup` knows is replaced: a placeholder that was never issued to this user stays as it is.
2. What leaves does not depend on where the chunks or the events were cut; at most one unfinished placeholder waits.
3. Nothing is put into what the vendor signed (answers.yaml), and bytes that need no change stay the same bytes.
4. Codings are taken off; the answer leaves without one. A coding or a kind of content that is not known is not touched,
   and `rewrites` says so before the first byte.
"""

from collections.abc import Callable, Sequence

from proxy import placeholder
from proxy.restore.splitter import Splitter
from proxy.restore.weave import Editor, Replacement, Weave

Lookup = Callable[[str], str | None]
"""A placeholder to the value that it stands for; None where this user has none such."""


class Values:
    """Replaces placeholders by values."""

    def __init__(self, lookup: Lookup) -> None:
        self._lookup = lookup

    def replacements(self, text: str, before: str = "") -> Sequence[Replacement]:  # noqa: ARG002
        """Return the placeholders that stand for something."""
        return [
            Replacement(found.start, found.end, value)
            for found in placeholder.find(text)
            if (value := self._lookup(found.token)) is not None
        ]

    def settled(self, text: str, before: str = "") -> int:  # noqa: ARG002
        """Return where a placeholder begins that is not finished."""
        return placeholder.begun(text)

    def calm(self, text: str, before: str = "") -> int:
        """Return the same: models that pause within a placeholder finish it all the same."""
        return self.settled(text, before)


class Restorer:
    """One answer: `feed` each chunk, `flush` at its end. Sans-io; raises CodingError where a coding is broken."""

    def __init__(self, editor: Editor, content_type: str, coding: str = "") -> None:
        self._splitter = Splitter(content_type, coding)
        self._weave = Weave(editor)
        self.rewrites = self._splitter.readable

    @property
    def restored(self) -> int:
        """Return how many values were put back so far."""
        return self._weave.replaced

    @property
    def holding(self) -> bool:
        """Tell whether something waits for more."""
        return self._weave.holding

    def feed(self, data: bytes) -> bytes:
        """Return what can leave after `data` came."""
        if not self.rewrites:
            return data
        return b"".join(piece for event in self._splitter.feed(data) for piece in self._weave.add(event))

    def flush(self) -> bytes:
        """Return what waited: the answer is over."""
        if not self.rewrites:
            return b""
        left = [piece for event in self._splitter.flush() for piece in self._weave.add(event)]
        return b"".join(left + self._weave.flush())

"""The end of a text of an answer in, what is to be replaced in it and how much of it may leave out.

Rules
1. Text leaves when what follows cannot change what is found in it: `REACH` characters behind it, at the beginning of a
   word; a key block waits for its end. What is to be cut out, or would stop the answer, leaves never in part.
2. Text that nothing was added to for `PAUSE` seconds leaves too, up to the last word that no value can begin with:
   four letters or more, all in lower case, with a space behind it. The word that is not finished waits, and so do the
   words before it that hold a capital, a digit or a sign, or are short: a name, a number in groups, an address, a key.
   Of a value that consists of long words in lower case the first ones can leave so, if the service pauses inside it.
3. What has left is shown to the detectors once more with what follows, and is never found a second time.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from proxy import placeholder
from proxy.restore.restorer import Lookup, Values
from proxy.restore.weave import BEFORE, Replacement, Waiting

REACH = 48  # characters: the longest identifier that is written with spaces
PAUSE = 0.05  # seconds
GATHER = 0.02  # seconds of a pause for which what comes is gathered, to be looked at as one
_WORD = 512  # characters without a space that are still one word
_BLOCK = 8192  # characters that a key block may have
_KNOWN = 2048  # ends of texts whose marks are remembered
_SHORTEST = 4  # letters of a word that no value begins with
_AROUND = "\"'()[]*.,;:!?\u201c\u201d\u2018\u2019\u201e\u00bb\u00ab"


@dataclass(frozen=True, slots=True)
class _Marks:
    """Of the end of one text: what is cut out, and what must not leave in part although it is not cut out."""

    cuts: tuple[Replacement, ...] = ()
    held: tuple[tuple[int, int], ...] = ()

    def behind(self, left: int) -> "_Marks":
        cuts = [replace(cut, start=cut.start - left, end=cut.end - left) for cut in self.cuts if cut.start >= left]
        return _Marks(tuple(cuts), tuple((s - left, e - left) for s, e in self.held if s >= left))


_NONE = _Marks()


class AnswerEditor:
    """Cuts out what the rules want out, and puts values back."""

    def __init__(self, lookup: Lookup | None) -> None:
        self._values = Values(lookup or (lambda _: None))
        self._known: dict[tuple[str, str], _Marks] = {}

    def learn(self, waiting: Waiting, cuts: Sequence[Replacement], held: Sequence[tuple[int, int]]) -> None:
        """Note what is to be done with the end of a text, and with what will wait of it when the rest has left."""
        marks = _Marks(tuple(cuts), tuple(held))
        self._note(waiting.pending, waiting.before, marks)
        self._shift(waiting.pending, waiting.before, self.settled(waiting.pending, waiting.before))

    def replacements(self, text: str, before: str) -> Sequence[Replacement]:
        """Return both, in order."""
        cuts = self._known.get((text, before), _NONE).cuts if self._known else ()
        if not cuts and "[" not in text:
            return ()
        values = [v for v in self._values.replacements(text) if all(v.end <= c.start or c.end <= v.start for c in cuts)]
        return sorted((*cuts, *values), key=lambda each: each.start)

    def settled(self, text: str, before: str) -> int:
        """Return where a word begins that is far enough from the end, and neither in a finding nor a key block."""
        far = max(len(text) - REACH, 0)
        start = max(far - _WORD, 0)
        space = max(text.rfind(" ", start, far), text.rfind("\n", start, far))
        return self._outside(text, before, space + 1 if space >= 0 else start)

    def calm(self, text: str, before: str) -> int:
        """Return the end of the last word that no value begins with, where more has settled than by `settled`."""
        end = max(text.rfind(" "), text.rfind("\n")) + 1
        low = max(end - _WORD, 0)
        while end > low and not _ordinary(word := _last_word(text, end, low)):
            end -= len(word)
        left = max(self._outside(text, before, end), self.settled(text, before))
        self._shift(text, before, left)
        return left

    def _outside(self, text: str, before: str, cut: int) -> int:
        """Return `cut`, or where that begins which it must not go through."""
        cut = min(cut, placeholder.begun(text))
        block = text.rfind("-----BEGIN ", max(0, len(text) - _BLOCK))
        if block >= 0 and "-----END " not in text[block:]:
            cut = min(cut, block)
        marks = self._known.get((text, before), _NONE)
        stretches = [(each.start, each.end - 1) for each in marks.cuts] + list(marks.held)
        for start, end in sorted(stretches, reverse=True):
            if start < cut <= end:
                cut = start
        return cut

    def _note(self, text: str, before: str, marks: _Marks) -> None:
        self._known.pop((text, before), None)
        if marks.cuts or marks.held:
            self._known[text, before] = marks
        while len(self._known) > _KNOWN:
            del self._known[next(iter(self._known))]

    def _shift(self, text: str, before: str, left: int) -> None:
        marks = self._known.get((text, before), _NONE)
        if left:
            self._note(text[left:], (before + text[:left])[-BEFORE:], marks.behind(left))


def _last_word(text: str, end: int, low: int) -> str:
    """Return the last word of `text[low:end]` with the spaces behind it."""
    word = text[low:end].rstrip()
    begins = max(word.rfind(" "), word.rfind("\n")) + 1
    return text[low + begins : end]


def _ordinary(word: str) -> bool:
    """Tell whether no value begins with a word."""
    letters = word.strip().strip(_AROUND)
    return len(letters) >= _SHORTEST and letters.isalpha() and letters.islower()

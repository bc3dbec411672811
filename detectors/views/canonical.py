"""A text in, every other reading of it out, within a budget; what could not be read is told, never passed over.

Rules
1. Where nothing in the text can be read otherwise one pass over it says so (`Triggers`), and that is all it costs.
2. Readings are read again: an escape inside a run inside a string. Again counts only what an earlier step touched.
3. Depth, number and size of the readings are bounded. What the bounds cut off, payloads that are no text, archives
   and text that nobody can see are findings of category `opaque`.
4. Whether time has run out is asked before every step of a reading and every stretch that a step looks at.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from detectors.base import File, Opened, Views
from detectors.finding import Finding
from detectors.views import characters, ciphers, dumps, encodings, variables
from detectors.views.edit import Edit, merged
from detectors.views.payload import Nature
from detectors.views.readers import READERS, STEPS
from detectors.views.triggers import CIPHERS, DENSE, NUMBERS, RUNS, SUMS, VARIABLES, Span, Triggers
from detectors.views.view import View, edited, turned

NAME = "views.canonical@1"
PAYLOAD = "OPAQUE_PAYLOAD"
ARCHIVE = "OPAQUE_ARCHIVE"
LIMIT = "OPAQUE_LIMIT"
HIDDEN = "OPAQUE_HIDDEN_TEXT"

_ENTITIES = {
    Nature.UNKNOWN: PAYLOAD,
    Nature.BROKEN: PAYLOAD,
    Nature.ARCHIVE: ARCHIVE,
    Nature.TOO_LARGE: LIMIT,
}
_RUNS = ("base64", "base32", "base85", "hex", "numbers", "binary", "uuencode")
_ESCAPES = frozenset({"percent", "entity", "escape", "quoted-printable"})
_MANY = 4  # escapes side by side: fewer may be chance
_REACH = 80  # characters: a further edit this near an earlier one belongs to it


@dataclass(frozen=True, slots=True)
class Budget:
    """At most `depth` steps one upon another, `views` readings, `times` the text and `more` characters of them."""

    depth: int = 4
    views: int = 32
    times: int = 6
    more: int = 256 * 1024
    most: int = 16 * 1024 * 1024


OpenFile = Callable[[File], Opened | None]
Late = Callable[[], bool]


class Canonical:
    """Makes the readings of texts. Keeps nothing of them."""

    def __init__(self, triggers: Triggers, budget: Budget = Budget()) -> None:
        self._triggers = triggers
        self._budget = budget

    def read(self, text: str, open_file: OpenFile = lambda _: None, late: Late = lambda: False) -> Views:
        """Return the readings of `text`, linear in its length. `open_file` gives the text of files encoded in it.

        Raises TimeoutError once `late` is true.
        """
        run = _Run(self._triggers, self._budget, text, open_file, late)
        return Views(tuple(run.views), tuple(run.opaque))


class _Run:
    def __init__(self, triggers: Triggers, budget: Budget, text: str, open_file: OpenFile, late: Late) -> None:
        self._triggers = triggers
        self._open_file = open_file
        self._late = late
        self._budget = budget
        self._left = min(budget.times * len(text) + budget.more, budget.most)
        self._seen = {text}
        self.views: list[View] = []
        self.opaque: dict[Finding, None] = {}
        waiting = [View(text)]
        for start, end in () if text.isascii() else characters.hidden(text):
            self._opaque(HIDDEN, waiting[0], start, end)
        for view in waiting:
            for child in self._children(view):
                if not self._room(child):
                    self._opaque(LIMIT, waiting[0], 0, len(text))
                    return
                waiting.append(child)
                self.views.append(child)

    def _room(self, child: View) -> bool:
        """Take a reading into the budget; tell whether there was room."""
        self._seen.add(child.text)
        self._left -= len(child.text)
        return self._left >= 0 and len(self.views) < self._budget.views

    def _children(self, view: View) -> Iterable[View]:
        self._in_time()
        fired = self._triggers.fired(view.text)
        made: dict[str, list[Edit]] = {"characters": self._plainer(view), "runs": self._decoded(view, fired)}
        if not view.text.isascii():
            made["turned"] = list(characters.turned(view.text))
        for number, reader in enumerate(READERS):
            if number in fired and not (view.joined and STEPS[reader.step].joined):
                made.setdefault(reader.step, []).extend(self._within(view.text, fired[number], reader.edits))
        if VARIABLES in fired and SUMS in fired and not view.joined:
            known: dict[str, Span] = {}
            for low, high in fired[VARIABLES]:
                self._in_time()
                known.update(variables.given(view.text, low, high))
            made["variables"] = [e for low, high in fired[SUMS] for e in variables.sums(view.text, low, high, known)]
        for step, edits in made.items():
            yield from self._view(view, step, edits)
        if CIPHERS in fired and not view.joined:
            yield from self._turned(view, fired[CIPHERS])

    def _plainer(self, view: View) -> list[Edit]:
        return [] if view.text.isascii() else list(characters.edits(view.text))

    def _decoded(self, view: View, fired: Mapping[int, Sequence[Span]]) -> list[Edit]:
        edits: list[Edit] = []
        if RUNS in fired:
            edits += self._runs(view, fired[RUNS])
        if NUMBERS in fired:
            edits += self._within(view.text, fired[NUMBERS], dumps.lines)
            edits += self._within(view.text, fired[NUMBERS], encodings.numbers)
        if DENSE in fired:
            edits += self._within(view.text, fired[DENSE], encodings.dense)
        return edits

    def _runs(self, view: View, stretches: Sequence[Span]) -> list[Edit]:
        edits: list[Edit] = []
        opaque: list[encodings.Opaque] = []
        for low, high in stretches:
            self._in_time()
            found = encodings.runs(view.text, low, high, max(self._left, 0))
            edits += found.edits
            opaque += found.opaque
        for run in opaque:
            self._in_time()
            if not view.changed(run.start, run.end, 0):
                continue
            opened = self._open_file(File(run.data)) if run.nature is Nature.ARCHIVE else None
            if opened is not None and opened.text.strip():
                edits.append(Edit(run.start, run.end, opened.text, f"{run.name}:file"))
            if opened is None or opened.unread or not opened.text.strip():
                self._opaque(_ENTITIES[run.nature], view, run.start, run.end)
        return edits

    def _view(self, view: View, step: str, edits: Iterable[Edit]) -> Iterable[View]:
        self._in_time()
        made = [edit for edit in merged(edits) if view.changed(edit.start, edit.end, _REACH)]
        if not made:
            return
        how = STEPS[step]
        if view.depth >= self._budget.depth:
            escapes = 0 if view.joined else sum(edit.name in _ESCAPES for edit in made)
            if escapes >= _MANY or any(edit.name.startswith(_RUNS) for edit in made):
                self._opaque(LIMIT, view, made[0].start, made[-1].end)
            return
        child = edited(view, made, how.before, how.after, joined=how.joined, chance=how.chance)
        if child.text not in self._seen:
            yield child

    def _turned(self, view: View, stretches: Sequence[Span]) -> Iterable[View]:
        if view.depth >= self._budget.depth:
            return
        signs = "\n".join(view.text[low:high] for low, high in stretches)
        if ciphers.is_rotated(signs):
            yield turned(view, ciphers.rotated(view.text), "rot13")
        if ciphers.is_reversed(signs):
            yield turned(view, view.text[::-1], "reversed", back=True)

    def _opaque(self, entity: str, view: View, start: int, end: int) -> None:
        for low, high in view.origin(start, end) or _whole(view):
            codes = tuple(f"view:{name}" for name in view.names(start, end))
            self.opaque[Finding(entity, "opaque", low, high, 1.0, NAME, evidence=codes)] = None

    def _within(self, text: str, stretches: Sequence[Span], read: Callable[[str], Iterable[Edit]]) -> list[Edit]:
        """Return the edits that `read` finds in the stretches."""
        self._in_time()
        if len(stretches) == 1 and stretches[0] == (0, len(text)):
            return list(read(text))
        edits: list[Edit] = []
        for low, high in stretches:
            self._in_time()
            edits += [edit.moved_by(low) for edit in read(text[low:high])]
        return edits

    def _in_time(self) -> None:
        if self._late():
            raise TimeoutError


def _whole(view: View) -> tuple[tuple[int, int], ...]:
    while view.parent is not None:
        view = view.parent
    return ((0, len(view.text)),)

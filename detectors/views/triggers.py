"""A text in, the numbers of the readers out that may find something in it: one pass over the text."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from detectors.patterns.gate import Gate, available, compile_gate
from detectors.pii.folding import octets
from detectors.views.readers import READERS

RUNS = len(READERS)
NUMBERS = RUNS + 1
DENSE = RUNS + 2
CIPHERS = RUNS + 3
VARIABLES = RUNS + 4
SUMS = RUNS + 5
_COUNT = RUNS + 6
_REACH = 320  # characters on each side of a sign: what is hidden there stands within
_REACHES = {number: reader.reach for number, reader in enumerate(READERS)} | {RUNS: 64, SUMS: 64}
Span = tuple[int, int]

_IN_RUN = r"[A-Za-z0-9+/_\-]"
_PAIR = r"[0-9a-fA-F]{2}(?:[ :,\-]|, | 0x|,0x|, 0x)"
_OTHERS: tuple[tuple[int, tuple[str, ...]], ...] = (
    (
        RUNS,
        (
            rf"(?:[0-9+]|[a-z][A-Z]){_IN_RUN}{{5}}|{_IN_RUN}{{5}}(?:[0-9+]|[a-z][A-Z])",
            rf"{_IN_RUN}{{24}}|[A-Z2-7]{{12}}|[a-z2-7]{{12}}=",
            r"=\?[\w.\-]{2,30}\?[bB]\?",
            r"[A-Z2-7]{10}=",
        ),
    ),
    (
        NUMBERS,
        (
            rf"(?:{_PAIR}){{4}}",
            r"[0-9]{2,3}(?:, ?|[ ;:/\-])(?:[0-9]{2,3}(?:, ?|[ ;:/\-])){5}[0-9]{2}",
            r"[01]{8}[ ,]?[01]{8}[ ,]?[01]{8}",
            r"(?i:chr?\([0-9]{2,3}\))",
            r"[0-9a-fA-F]{4,8}:?[ \t]{1,2}(?:[0-9a-fA-F]{2} ?){4}",
        ),
    ),
    (
        DENSE,
        (
            r"[!-~]{5}[!#$%^`~{|};<>?&*(\[\]\\'\")@][!-~]{9}",
            r"[!-~]{9}[!#$%^`~{|};<>?&*(\[\]\\'\")@][!-~]{5}",
            r"<~",
            r"begin [0-7]{3} ",
        ),
    ),
    (
        CIPHERS,
        (
            r"(?i:rot[ _\-]?(?:13|thirteen|ated?|ation)|caesar)",
            r"(?i:revers|backward|right[ \-]to[ \-]left|ckw(?:.|ae|..)rts|umgekehrt|l'envers|al rev|contrario)",
            r"(?i:\b(?:gur|naq|sbe|guvf|jvgu|sebz|cyrnfr|cnffjbeq|lbhe|jung|haq|vfg|qvr|rfg|yrf)\b)",
            r"(?i:\b(?:eht|rof|siht|htiw|morf|ruoy|taht|esaelp|drowssap|dnu|eid|tsi)\b)",
            r"-----NIGEB|[A-Z0-9]{16}A[IS][KS]A\b|_evil_ks|_phg\b|-bxox\b|-tna-ks\b|//:[a-z]{3}",
        ),
    ),
    (VARIABLES, (r"[A-Za-z_]\w*[ \t]{0,4}:?[=:][ \t]{0,4}[\"'`]",)),
    (
        SUMS,
        (
            r"[A-Za-z_]\w*[ \t]{0,4}(?:\+|\.\.|&|\|\|)[ \t]{0,4}\$?[A-Za-z_]",
            r"[A-Za-z_]\w*[ \t]{1,4}\.[ \t]{1,4}[A-Za-z_]|\.\$[A-Za-z_]",
            r"\}\$?\{[A-Za-z_]",
            r"\$[A-Za-z_]\w*\$[A-Za-z_]",
        ),
    ),
)


class Triggers:
    """A compiled gate for all readers."""

    def __init__(self, cache: Path | None = None, gated: bool = True) -> None:
        """`cache` is a folder for the compiled database; `gated` false lets every reader look for itself."""
        owned = [(number, expression) for number, reader in enumerate(READERS) for expression in reader.occurs]
        owned += [(number, expression) for number, expressions in _OTHERS for expression in expressions]
        self._owners = tuple(number for number, _ in owned)
        self._gate: Gate | None = compile_gate([e for _, e in owned], cache) if gated and available() else None

    def fired(self, text: str) -> Mapping[int, Sequence[Span]]:
        """Return the numbers of the readers whose signs stand in `text`, with the stretches around those signs."""
        places = self._gate.places(octets(text)) if self._gate is not None else None
        if places is None:
            return dict.fromkeys(range(_COUNT), ((0, len(text)),))
        ends: dict[int, list[int]] = {}
        for number, found in places.items():
            ends.setdefault(self._owners[number], []).extend(found)
        return {owner: _around(text, sorted(found), _REACHES.get(owner, _REACH)) for owner, found in ends.items()}


def _around(text: str, ends: Sequence[int], reach: int) -> Sequence[Span]:
    """Return the stretches that reach at least so many characters around each end, between blanks."""
    if len(text) <= 4 * _REACH or not ends:
        return ((0, len(text)),)
    spans: list[Span] = []
    for end in ends:
        low, high = max(0, end - reach), end + reach
        if spans and low <= spans[-1][1]:
            spans[-1] = spans[-1][0], high
        else:
            spans.append((low, high))
    if sum(high - low for low, high in spans) * 2 > len(text):
        return ((0, len(text)),)
    return [(_blank_before(text, low), _blank_after(text, high)) for low, high in spans]


def _blank_before(text: str, at: int) -> int:
    return max(text.rfind(" ", max(0, at - _REACH), at), text.rfind("\n", max(0, at - _REACH), at)) + 1 or max(0, at)


def _blank_after(text: str, at: int) -> int:
    places = [place for place in (text.find(" ", at, at + _REACH), text.find("\n", at, at + _REACH)) if place >= 0]
    return min([*places, len(text)]) if places or at >= len(text) else at

"""A text in, the numbers of the readers out that may find something in it: one pass over the text."""

from pathlib import Path

from detectors.patterns.gate import Gate, available, compile_gate
from detectors.pii.folding import octets
from detectors.views.readers import READERS

RUNS = len(READERS)
NUMBERS = RUNS + 1
DENSE = RUNS + 2
CIPHERS = RUNS + 3
_COUNT = RUNS + 4

_PAIR = r"[0-9a-fA-F]{2}(?:[ :,\-]|, | 0x|,0x|, 0x)"
_OTHERS: tuple[tuple[int, tuple[str, ...]], ...] = (
    (
        RUNS,
        (
            r"[A-Za-z0-9+/_\-]{15}",
            r"[A-Za-z0-9+/]{8,14}=",
            r"=\?[\w.\-]{2,30}\?[bB]\?",
            r"[A-Za-z0-9+/_\-]{12,14}[^A-Za-z0-9+/_\-]",
        ),
    ),
    (
        NUMBERS,
        (
            rf"(?:{_PAIR}){{4}}",
            r"[0-9]{2,3}(?:, ?|[ ;:/\-])(?:[0-9]{2,3}(?:, ?|[ ;:/\-])){5}[0-9]{2}",
            r"[01]{8}[ ,]?[01]{8}[ ,]?[01]{8}",
            r"(?i:chr?\([0-9]{2,3}\))",
        ),
    ),
    (
        DENSE,
        (
            r"[!-~]{5}[!#$%^`~{|;<>?&*(\[\]\\'\")@][!-~]{9}",
            r"[!-~]{9}[!#$%^`~{|;<>?&*(\[\]\\'\")@][!-~]{5}",
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
)


class Triggers:
    """A compiled gate for all readers."""

    def __init__(self, cache: Path | None = None, gated: bool = True) -> None:
        """`cache` is a folder for the compiled database; `gated` false lets every reader look for itself."""
        owned = [(number, expression) for number, reader in enumerate(READERS) for expression in reader.occurs]
        owned += [(number, expression) for number, expressions in _OTHERS for expression in expressions]
        self._owners = tuple(number for number, _ in owned)
        self._gate: Gate | None = compile_gate([e for _, e in owned], cache) if gated and available() else None

    def fired(self, text: str) -> frozenset[int]:
        """Return the numbers of the readers whose signs stand in `text`."""
        if self._gate is None:
            return frozenset(range(_COUNT))
        return frozenset(self._owners[number] for number in self._gate.fired(octets(text)))

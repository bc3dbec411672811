"""The ways in which a text may be read otherwise, each with what must stand in a text for it to be worth while.

`occurs` are expressions (Hyperscan and RE2 syntax, one octet a character): where none matches, the reader finds
nothing. They may match too much, never too little. A reader looks `reach` characters on each side of a match.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from detectors.views import controls, escapes, layout, spacing, words
from detectors.views.edit import Edit


@dataclass(frozen=True, slots=True)
class Reader:
    """One way to read a text; those of one step are taken together, as one view."""

    name: str
    edits: Callable[[str], Iterable[Edit]]
    occurs: tuple[str, ...]
    step: str = "decode"
    reach: int = 160


_SIGN = r"[\w+/=.@:$%&*!#?~\-]"
_DIGITS = (
    "zero|oh|null|nul|one|two|three|four|five|six|seven|eight|nine|niner|eins|ein|zwei|zwo|drei|vier|sechs|sieben|acht"
    "|neun|un|une|uno|deux|trois|quatre|cinq|sept|huit|neuf|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|due|tre|quattro"
    "|cinque|sei|sette|otto|nove|dois|quatro|sete|oito|twee|drie|vijf|zes|zeven|negen|double|triple|z.{1,2}ro|f.{1,2}nf"
    "|fuenf|um|een|cero|nulla"
)

READERS = (
    Reader("control", controls.controls, controls.OCCURS),
    Reader("percent", escapes.percent, (r"%(?:u[0-9A-Fa-f]{2})?[0-9A-Fa-f]{2}", r"=(?:[\w%.,:;!?@*()'\-]{1,60}\+){3}")),
    Reader("entity", escapes.entities, (r"&(?:#[0-9]|#[xX][0-9a-fA-F]|[A-Za-z][A-Za-z0-9]{1,30};)",)),
    Reader(
        "escape",
        escapes.backslash,
        (
            r"\\(?:u[{0-9a-fA-F]|U0|x[{0-9a-fA-F]|[0-3][0-7]{2}|N\{)",
            r"\\00[0-9A-Fa-f]{2,4} ?\\00",
            r"[Uu]\+[0-9a-fA-F]{4}",
        ),
    ),
    Reader("string", escapes.string, (r"\\[\"n]",), step="layout", reach=320),
    Reader(
        "quoted-printable",
        escapes.quoted_printable,
        (r"=[0-9A-F]{2}", r"=\r?\n", r"=\?[\w.\-]{2,30}\?[qQ]\?"),
        reach=320,
    ),
    Reader("continued", layout.continuations, (r"\\\r?\n", r"[\w@.:/=+\-]`\r?\n"), step="layout"),
    Reader("emphasis", layout.emphasis, (r"[\w.@:/\-](?:\*|__|~~|`|\|\|)+[\w+@.:/\-]",), step="layout"),
    Reader(
        "tags",
        layout.tags,
        (
            r"\S<(?:!--|/?[A-Za-z])",
            r"<(?:!--|/?[A-Za-z])[^<>]{0,200}>\S",
            r"</[tT][dDhH]>\s{0,40}<",
            r"<!\[(?i:CDATA)\[",
            r"<wbr",
        ),
        step="layout",
    ),
    Reader(
        "wrap",
        layout.wraps,
        (
            r"[0-9] \r?\n[ \t]{0,16}(?:> ?)?[0-9]{2}",
            r"[0-9]\r?\n(?:> )?[ \t]{1,16}[0-9]{2}",
            rf"[0-9_@=+]{_SIGN}*\r?\n[ \t]{{0,16}}(?:> ?)?{_SIGN}",
            rf"{_SIGN}\r?\n[ \t]{{0,16}}(?:> ?)?{_SIGN}*[0-9_@=+]",
            rf"(?:\w[.\-]\w|[a-z][A-Z]|[A-Z]{{2}}[a-z]){_SIGN}*\r?\n[ \t]{{0,16}}(?:> ?)?{_SIGN}",
            rf"{_SIGN}\r?\n[ \t]{{0,16}}(?:> ?)?{_SIGN}*(?:\w[.\-]\w|[a-z][A-Z]|[A-Z]{{2}}[a-z])",
        ),
        step="wrap",
    ),
    Reader(
        "joint",
        layout.joints,
        (
            r"\S[\"'`][ \t]{0,20}(?:\\?\r?\n[ \t]{0,40})?[+.&|<>]{0,2}"
            r"[ \t]{0,20}(?:\\?\r?\n[ \t]{0,40})?[fbru]{0,2}[\"'`]\S",
            r"\]\s{0,4}\.join\b|[\"']\.join\(\[|implode\(",
            r"(?:\+=|\.=)[ \t]{0,4}[\"'`]",
        ),
        step="layout",
    ),
    Reader(
        "spaced",
        spacing.spaced,
        (r"[!-~](?: {1,7}[!-~]){4} {1,7}[!-~]", r"[!-~](?:[ ?\xa0]{1,3}[!-~]){4}[ ?\xa0]{1,3}[!-~]"),
        step="apart",
    ),
    Reader("column", spacing.column, (r"\n[!-~]\r?\n[!-~]\r?\n[ -~]\r?\n[!-~]\r?\n",), step="apart"),
    Reader("separated", spacing.separated, (r"[A-Za-z0-9](?:[.,/_|*~\-][A-Za-z0-9]){6}",), step="apart"),
    Reader("whole", spacing.whole, (r"[0-9]{9}\.0",)),
    Reader(
        "grouped",
        spacing.grouped,
        (r"[0-9][,;|/_\t:] ?[0-9]{1,6}[,;|/_\t:] ?[0-9]", r"[0-9] ?\| ?[0-9]{1,6} ?\| ?[0-9]"),
        step="apart",
    ),
    Reader(
        "spelled",
        words.spelled,
        (
            rf"\b(?i:{_DIGITS})[ \t,./\-]{{1,4}}(?:\r?\n)?[ \t]{{0,4}}"
            rf"(?:(?:dash|minus)[ \t]+)?(?i:{_DIGITS})\b",
        ),
        step="apart",
    ),
    Reader(
        "address",
        words.addresses,
        (
            r"[\[({<]\s?(?i:at|@|arroba|.{1,2}t|dot|\.)\s?[\])}>]",
            r"[ _](?i:at|.{1,2}t|arroba)[ _](?i:[a-z0-9.\-]{1,63}[ _](?:dot|punkt|punto)[ _])",
        ),
        step="apart",
    ),
)


@dataclass(frozen=True, slots=True)
class Step:
    """How the edits of some readers make a view.

    `joined`: they put together pieces. `chance`: pieces that need not belong together, as lines do not.
    """

    joined: bool = False
    chance: bool = False
    before: int = 160  # characters kept in front of an edit: cue words stand that far off
    after: int = 96


STEPS = {
    "characters": Step(),
    "turned": Step(),
    "runs": Step(),
    "decode": Step(),
    "layout": Step(joined=True),
    "wrap": Step(joined=True, chance=True, before=100, after=40),
    "apart": Step(joined=True, chance=True),
    "variables": Step(joined=True),
}

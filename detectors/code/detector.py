"""Settings in, the code detector out: one finding for each run of lines that is code."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from detectors.base import Cost, Detector, Source
from detectors.code.languages import Language, named, recognise
from detectors.finding import Digester, Finding
from detectors.load import Settings

if TYPE_CHECKING:
    from detectors.code.segmenter import Run, Segmenter

ENTITY = "SOURCE_CODE"
_WORD = re.compile(r"\s*[\w.:/@+-]{0,200}\s*")
"""What most strings of a request are: a role, a name, an id, a date. One word is no code."""

_FOUND = frozenset({"code", "shell", "sql", "diff", "config", "markup"})


def build(settings: Settings) -> tuple[Detector, ...]:  # noqa: ARG001 - every family is built alike
    """Return the code detector with the shipped weights. Loads numpy, which the command line can do without."""
    from detectors.code.segmenter import Segmenter  # noqa: PLC0415 - see the docstring

    return (CodeDetector(Segmenter.load(Path(__file__).with_name("segmenter.npz"))),)


class CodeDetector:
    """Finds source code, shell, SQL, diffs, configuration and markup by lines; logs, traces and data are not reported.

    A finding runs from the start of its first line to the end of its last. `lines` counts those with text, `language`
    is empty where the table does not know it, `score` is the mean probability of the lines. Evidence: `lines` (the
    model), `fence` (stands between fences), `fence:NAME` (whose info string names the language).
    """

    name = "code.segmenter@1"
    cost: Cost = "structured"
    entities = frozenset({ENTITY})

    def __init__(self, segmenter: "Segmenter") -> None:
        self._segmenter = segmenter

    def detect(self, source: Source, digest: Digester) -> Iterable[Finding]:  # noqa: ARG002 - code has no digest
        """Report the runs of code in `source.text`, in order. Linear in its length."""
        if _WORD.fullmatch(source.text):
            return []
        runs = self._segmenter.segment(source.text)
        if not runs:
            return []
        ends = _line_ends(source.text)
        return [
            self._finding(source.text, run, ends)
            for run in runs
            if any(
                map(str.isalnum, source.text[ends[run.first] + 1 : ends[run.last + 1]])
            )  # brackets alone say nothing
        ]

    def _finding(self, text: str, run: "Run", ends: list[int]) -> Finding:
        start, end = ends[run.first] + 1, ends[run.last + 1]
        end -= len(text[start:end]) - len(text[start:end].rstrip("\r"))
        language = _language(text[start:end], run)
        kind = language.kind if language is not None and language.kind in _FOUND else "config" if run.config else "code"
        evidence = ["lines"]
        if run.fence is not None:
            evidence.append(f"fence:{run.fence.language}" if run.fence.language else "fence")
        return Finding(
            entity=ENTITY,
            category="code",
            start=start,
            end=end,
            score=round(run.score, 3),
            detector=self.name,
            evidence=tuple(evidence),
            language=language.id if language is not None else "",
            kind=kind,
            lines=run.lines,
        )


def _language(block: str, run: "Run") -> Language | None:
    if run.fence is not None and run.fence.language:
        return named(run.fence.language)
    return recognise(block)


def _line_ends(text: str) -> list[int]:
    """Return -1, then where each line ends: line i is `text[ends[i] + 1 : ends[i + 1]]`."""
    ends, at = [-1], text.find("\n")
    while at >= 0:
        ends.append(at)
        at = text.find("\n", at + 1)
    return [*ends, len(text)]

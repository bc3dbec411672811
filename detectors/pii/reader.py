"""One text in, matches out: what is written like a kind of personal data, holds its check and bears its label.

Rules
1. A form of a kind matches the folded text (linear, re2); a value that is glued to more of the same (a decimal, a
   UUID, a path) is not one.
2. The check of the kind must hold. Where none exists, or the kind is lax, the cue must be the nearest label.
3. A cue right at the value gives the kind's score, one further off 0.15 less, none the form's `bare` score.
4. A nearer label of something else (an order number, another kind) refutes a value that has no cue of its own.
5. The same value twice in a text is the same thing twice: the nearer label of the two counts for both.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from detectors.pii import phones
from detectors.pii.checks import CHECKS, FITS
from detectors.pii.cues import Cues
from detectors.pii.folding import fold, octets
from detectors.pii.labels import DIRECT, NEAR, Label, Labels
from detectors.pii.patterns import PatternSet, compile_pattern
from detectors.pii.table import Kind, Table

FAR_COST = 0.15
_TIE = 0.5
"""Labels that differ by less stand equally near."""
_STRONG = 0.7
_CERTAIN = 0.85
_BLANKS = re.compile(r"__+")
"""What a form leaves for a value to be written on."""
_USERINFO = re.compile(r"://[^\s/@]{0,140}\Z")
_WORD_BEFORE = re.compile(r"(?<![\w-])([A-Za-z]{2,12})-\Z")
_WORD_AFTER = re.compile(r"[-/][A-Za-z]{3,}(?![\w-])")
_ALONE = 7.0
"""How far off a cue may stand that alone decides (a kind without check)."""
_GATE = r"[0-9@]|:[A-Fa-f]{2}:"
"""Occurs in every text that holds anything that a form matches."""


@dataclass(frozen=True, slots=True)
class Match:
    """One value: what it is, where it stands, how sure, and why (codes)."""

    entity: str
    start: int
    end: int
    score: float
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Candidate:
    kind: Kind
    start: int
    end: int
    bare: float
    value: str


class Reader:
    """A compiled table of kinds. Reads any number of texts; keeps nothing of them."""

    def __init__(self, table: Table) -> None:
        self._cues = Cues(table)
        self._spoken = tuple(kind for kind in table.kinds if kind.reader)
        self._fits = tuple(
            (compile_pattern(form.pattern), kind, form.bare) for kind in table.kinds if kind.fit for form in kind.forms
        )
        forms: dict[str, list[tuple[Kind, float]]] = {}
        for kind in table.kinds:
            for form in () if kind.fit else kind.forms:
                forms.setdefault(form.pattern, []).append((kind, form.bare))
        self._forms = tuple((compile_pattern(pattern), tuple(users)) for pattern, users in forms.items())
        self._set = PatternSet(list(forms))
        self._gate = compile_pattern(_GATE)

    def read(self, text: str, hint: str = "") -> list[Match]:
        """Return the matches in `text`, overlaps among them. `hint` names where the text stood (its key)."""
        folded = fold(text)
        if "__" in folded:
            folded = _BLANKS.sub(lambda run: " " * len(run[0]), folded)
        data = octets(folded)
        if not self._gate.search(data):
            return []
        found = list(self._candidates(folded, data))
        if not found:
            return []
        labels = Labels(self._cues, folded, hint)
        spans = {(c.start, c.end): c.value for c in found}
        kinds: dict[tuple[int, int], set[str]] = {span: set() for span in spans}
        for candidate in found:
            kinds[candidate.start, candidate.end].add(candidate.kind.entity)
        label_of = {span: labels.of(*span, kinds[span]) for span in spans}
        nearest: dict[str, Label] = {}
        for span, value in spans.items():
            label = label_of[span]
            if value not in nearest or label.nearest < nearest[value].nearest:
                nearest[value] = label
        matches = []
        for candidate in found:
            match = _judge(candidate, label_of[candidate.start, candidate.end], nearest[candidate.value])
            if match is not None:
                matches.append(match)
        return matches

    def _candidates(self, folded: str, data: bytes) -> Iterator[_Candidate]:
        for number in self._set.present(data):
            pattern, users = self._forms[number]
            for match in pattern.finditer(data):
                start, end = match.span()
                if not self._glued(folded, start, end):
                    value = folded[start:end]
                    for kind, bare in users:
                        yield _Candidate(kind, start, end, bare, value)
        yield from self._fitted(folded, data)
        for kind in self._spoken:
            for start, end in phones.candidates(data):
                if not self._glued(folded, start, end):
                    yield _Candidate(kind, start, end, 0.0, folded[start:end])

    def _fitted(self, folded: str, data: bytes) -> Iterator[_Candidate]:
        """Yield candidates whose length the value itself tells; the search goes on right behind each."""
        for pattern, kind, bare in self._fits:
            match = pattern.search(data)
            while match is not None:
                start, end = match.span()
                stop = start + FITS[kind.fit](folded[start:end])
                if stop > start and not folded[stop : stop + 1].isalnum() and not self._glued(folded, start, stop):
                    yield _Candidate(kind, start, stop, bare, folded[start:stop])
                match = pattern.search(data, max(stop, start + 2))

    def _glued(self, text: str, start: int, end: int) -> bool:
        """Tell whether the value is a piece of something longer: a decimal, a UUID, a password in a URL, a path.

        A cue and a dash before it (`MRN-1234567`) are no part of it.
        """
        before = text[start - 1 : start]
        if before and before in ":/" and "@" in text[start:end] and _USERINFO.search(text, max(0, start - 160), start):
            return True
        if before and before in "-./\\+@":
            earlier = text[start - 2 : start - 1]
            if earlier.isdigit():
                return True
            if before != "." and earlier.isalnum():
                word = _WORD_BEFORE.search(text, max(0, start - 16), start)
                if word is None or not self._cues.names(word[1]):
                    return True
        after = text[end : end + 1]
        if after and after in "-./\\@":
            later = text[end + 1 : end + 2]
            return later.isdigit() if after == "." else later.isalnum() and not _WORD_AFTER.match(text, end)
        return False


def _judge(candidate: _Candidate, here: Label, anywhere: Label) -> Match | None:
    kind = candidate.kind
    label = here if kind.near or here.nearest <= anywhere.nearest else anywhere
    distance = label.distance(kind.entity)
    best = distance <= min(label.nearest + _TIE, NEAR)
    direct = best and distance <= DIRECT
    if kind.near and not direct:
        return None
    if kind.reader:
        return _judge_phone(candidate, label, best, direct)
    if not best and (not candidate.bare or (label.nearest <= DIRECT and not _outweighs(candidate, label))):
        return None
    held = bool(kind.check) and CHECKS[kind.check](candidate.value)
    if not held and not _excused(candidate, best, direct, distance):
        return None
    score = kind.score if direct else max(kind.score - FAR_COST, candidate.bare) if best else candidate.bare
    if kind.check and not held:
        score -= FAR_COST
    return _match(candidate, score, label, held)


def _excused(candidate: _Candidate, best: bool, direct: bool, distance: float) -> bool:
    """Tell whether the cue alone decides: the kind has no check, or a weaker one that holds."""
    if candidate.kind.check:
        lax = candidate.kind.lax
        return direct and bool(lax) and CHECKS[lax](candidate.value)
    return best and distance <= _ALONE


def _outweighs(candidate: _Candidate, label: Label) -> bool:
    """Tell whether a value stands although its nearest label names something else."""
    return candidate.bare >= _CERTAIN or (candidate.bare >= _STRONG and label.neutral > DIRECT)


def _judge_phone(candidate: _Candidate, label: Label, best: bool, direct: bool) -> Match | None:
    value = candidate.value
    if direct or (best and phones.shaped(value)):
        score = (candidate.kind.score if direct else candidate.kind.score - FAR_COST) * phones.cued(value)
    else:
        score = phones.bare(value) if label.nearest > DIRECT else 0.0
    return _match(candidate, score, label, held=False) if score else None


def _match(candidate: _Candidate, score: float, label: Label, held: bool) -> Match:
    evidence = ["checksum"] if held else []
    if candidate.kind.entity in label.codes:
        evidence.append("cue:" + label.codes[candidate.kind.entity])
    return Match(candidate.kind.entity, candidate.start, candidate.end, round(score, 3), tuple(evidence))

"""A policy and its inline tests in, results out: the same `decide` as in the proxy.

Rules
1. A test with `findings` runs the policy alone. A test with `prompt` or `body` needs a `Scan`: what turns text into
   findings. The caller brings it, since detectors are heavy; without one such tests fail and say why.
2. `{{fake.NAME}}` is filled in before the scan. Names of people, places and organisations are found only by a language
   model, so a test says itself where they stand: it comes out the same whichever model is installed.
3. Tests ignore a staged roll-out, unless they ask to be outside of it.
4. The tests of a shipped pack say what the pack does by itself: beside other files they run against the pack alone.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from detectors.finding import Finding
from detectors.language.telling import told
from policies.case import Case
from policies.engine import decide
from policies.facts import FindingFact, fact_of
from policies.fakes import FAKES, NAMED, fill
from policies.index import Index, Prepared
from policies.load import SUFFIXES, from_texts
from policies.model import Policy, Verdict
from policies.rule import Rollout

Scan = Callable[[str], Sequence[Finding]]
"""Text to findings, overlaps resolved; what tells its languages may be among them."""

_SURE_NAME = 0.85


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one test: `failures` says in words what was expected and what came; empty: it passed."""

    case: Case
    failures: tuple[str, ...]
    matched: frozenset[str] = frozenset()  # rules, in either mode

    @property
    def passed(self) -> bool:
        """Tell whether everything came out as expected."""
        return not self.failures

    @property
    def counts(self) -> bool:
        """Tell whether a failure fails the run: a `todo` does not."""
        return not self.case.todo


@dataclass(frozen=True, slots=True, repr=False)
class _Text:
    text: str
    findings: tuple[Finding, ...] = field(default=())
    languages: tuple[str, ...] = ()


def run(policy: Policy, scan: Scan | None = None) -> list[Result]:
    """Run every inline test of the policy, in the order of the files."""
    alone = {name: _alone(policy, name) for name in {case.file for case in policy.tests}}
    return [_run(case, alone[case.file][case.rolled_out], scan) for case in policy.tests]


def needs_scan(policy: Policy) -> bool:
    """Tell whether a test of the policy needs the detectors."""
    return any(case.prompt is not None or case.body is not None for case in policy.tests)


def _run(case: Case, policy: Policy, scan: Scan | None) -> Result:
    written = case.prompt if case.prompt is not None else case.body
    if written is None:
        verdict = decide(case.facts, policy, case.at)
        return Result(case, tuple(_compare(case, verdict)), _matched(verdict))
    if scan is None:
        return Result(case, ("the detectors are needed for `prompt` and `body`, and were not given",))
    texts = [_scanned(text, scan) for text in _leaves(case)]
    spoken = tuple(("prompt", code) for code in dict.fromkeys(code for text in texts for code in text.languages))
    facts = replace(case.facts, findings=tuple(_facts(texts)), languages=case.facts.languages or spoken)
    verdict = decide(facts, policy, case.at)
    return Result(
        case,
        (*_compare(case, verdict), *_leaks(case, verdict, texts), *_lacks(case, verdict, texts)),
        _matched(verdict),
    )


def _compare(case: Case, verdict: Verdict) -> Iterator[str]:
    because = ", ".join(f"{hit.id} ({hit.action}, {hit.because})" for hit in verdict.rules) or "no rule"
    if case.action is not None and verdict.action != case.action:
        yield f"action: expected {case.action}, got {verdict.action} by {because}"
    would = verdict.would.action.value if verdict.would else "none"
    if case.would is not None and would != case.would:
        rules = ", ".join(hit.id for hit in verdict.would.rules) if verdict.would else "no rule"
        yield f"would: expected {case.would}, got {would} by {rules}"
    route = verdict.route.to if verdict.route else "none"
    if case.route is not None and route != case.route:
        yield f"route: expected {case.route}, got {route}"
    if case.rules is not None:
        found = _matched(verdict)
        if found != set(case.rules):
            yield f"rules: expected {_listed(case.rules)}, got {_listed(found)}"


def _matched(verdict: Verdict) -> frozenset[str]:
    return frozenset(hit.id for hit in (*verdict.rules, *(verdict.would.rules if verdict.would else ())))


def _leaks(case: Case, verdict: Verdict, texts: Sequence[_Text]) -> Iterator[str]:
    """Say which text would be forwarded and should not be; by its name in the file, never by its value."""
    if verdict.action.stops:
        return
    forwarded = "\n".join(_without(texts, {*verdict.redactions, *verdict.tokenisations}))
    for written in case.excludes:
        if fill(written) in forwarded:
            yield f"forwarded_excludes: {written} is still in the forwarded text"


def _lacks(case: Case, verdict: Verdict, texts: Sequence[_Text]) -> Iterator[str]:
    """Say which text would not be put back into an answer and should be; by its name in the file."""
    values = [value for ref, value in enumerate(_values(texts)) if ref in verdict.restorable]
    for written in case.restores:
        if verdict.action.stops or not any(fill(written) in value for value in values):
            yield f"restored_includes: {written} is not put back into the answer"


def _values(texts: Sequence[_Text]) -> Iterator[str]:
    return (text.text[finding.start : finding.end] for text in texts for finding in text.findings)


def _without(texts: Sequence[_Text], refs: set[int]) -> Iterator[str]:
    ref = 0
    for text in texts:
        out, end = [], 0
        marked = []
        for finding in text.findings:
            if ref in refs:
                marked.append(finding)
            ref += 1
        for finding in sorted(marked, key=lambda f: (f.start, -f.end)):
            if finding.end > end:
                out.append(text.text[end : max(finding.start, end)])
                end = finding.end
        yield "".join(out) + text.text[end:]


def _leaves(case: Case) -> Iterator[str]:
    """Yield the texts of a test: the prompt, or every string in a JSON body (the body itself if it is not JSON)."""
    if case.prompt is not None:
        yield fill(case.prompt)
        return
    body = fill(case.body or "")
    try:
        value = json.loads(body)
    except ValueError:
        yield body
        return
    stack = [value]
    while stack:
        top = stack.pop()
        if isinstance(top, str):
            yield top
        elif isinstance(top, dict):
            stack.extend(reversed(list(top.values())))
        elif isinstance(top, list):
            stack.extend(reversed(top))


def _scanned(text: str, scan: Scan) -> _Text:
    found = scan(text)
    languages = tuple(code for finding in found if (code := told(finding)))
    return _Text(text, (*(finding for finding in found if not told(finding)), *_names(text)), languages)


def _names(text: str) -> Iterator[Finding]:
    for name, entity in NAMED.items():
        value = FAKES[name]()
        start = text.find(value)
        while start >= 0:
            yield Finding(entity, "pii", start, start + len(value), _SURE_NAME, "tests.fakes@1")
            start = text.find(value, start + len(value))


def _facts(texts: Iterable[_Text]) -> Iterator[FindingFact]:
    for ref, finding in enumerate(finding for text in texts for finding in text.findings):
        yield fact_of(finding, ref)


def _alone(policy: Policy, name: str) -> dict[bool, Policy]:
    """Return the policy that the tests of a file are about, for everyone rolled out (True) and for nobody."""
    beside = any(other != name and other.endswith(SUFFIXES) for other in policy.texts)
    chosen = from_texts({name: policy.texts[name]}) if name.startswith("packs/") and beside else policy
    return {True: _rolled_out(chosen, 100), False: _rolled_out(chosen, 0)}


def _rolled_out(policy: Policy, percent: int) -> Policy:
    """Return the policy with every roll-out at `percent`."""

    def at(prepared: Prepared) -> Prepared:
        rule = prepared.rule
        return replace(prepared, rule=replace(rule, rollout=Rollout(percent))) if rule.rollout else prepared

    return replace(policy, index=Index(at(prepared) for prepared in policy.index.rules))


def _listed(words: Iterable[str]) -> str:
    return ", ".join(sorted(words)) or "none"

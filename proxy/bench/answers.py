"""What putting values back, and rules about answers, cost while a stream comes: first event, CPU per event."""

import contextlib
from collections.abc import Iterator

from proxy.bench import load, programs
from proxy.bench.effort import Effort
from proxy.bench.figures import Figure, percentile
from proxy.bench.programs import Stand

_EVENTS = 240
_GAP = 0.01
_MATCH = "match: {direction: [%s], content: {any: [{entities: [EMAIL_ADDRESS]}]}}"
_POLICY = """schema: policy/v1
policy: bench
owner: bench
rules:
"""
_RESTORE = f"  - {{id: out, mode: enforce, {_MATCH % 'request'}, action: {{type: tokenise, restore: true}}}}\n"
_RULE = f"  - {{id: in, mode: enforce, {_MATCH % 'response'}, action: {{type: redact}}}}\n"
_KINDS = {"nothing to do": "", "values to put back": _RESTORE, "a rule about answers": _RESTORE + _RULE}


def answers(stand: Stand, effort: Effort) -> Iterator[Figure]:
    """Event streams whose request had values taken out, and under a rule about answers: first event, CPU per event."""
    path = f"{load.CHAT}?events={_EVENTS}&gap={_GAP}"
    bodies = [load.chat(load.prose(500, 0) + " write to ann.smith@fabrikam.example.org")]
    bodies *= load.STREAMS * effort.of(4)
    first: dict[str, list[float]] = {}
    cpu: dict[str, list[float]] = {}
    with contextlib.ExitStack() as stack:
        running = {"direct": stack.enter_context(programs.direct(stand))}
        for number, (title, rules) in enumerate(_KINDS.items()):
            file = stand.folder / f"answers-{number}.yaml"
            file.write_text(_POLICY + (rules or _RULE.replace("redact", "monitor").replace("response", "request")))
            arguments = ["--policies", str(file)]
            running[title] = stack.enter_context(programs.hushgate(stand, f"answers-{number}", arguments))
        programs.rest(effort.rest, running.values())
        for turn in range(effort.rounds):
            items = list(running.items())
            for title, one in items if turn % 2 == 0 else items[::-1]:
                timings, used = load.stream_all(one.way, one.pid, bodies, path)
                cpu.setdefault(title, []).append(used / (len(bodies) * _EVENTS))
                first.setdefault(title, []).append(percentile([t.delays[0] for t in timings], 0.5))
    for title in _KINDS:
        if title != "a rule about answers":  # its first words wait for those that follow
            gaps = tuple(1000 * (a - b) for a, b in zip(first[title], first["direct"], strict=True))
            yield Figure("answers", f"{title}: first event, added p50", "ms", gaps, goal=1)
        yield Figure("answers", f"{title}: CPU per event", "ms", tuple(1000 * value for value in cpu[title]))

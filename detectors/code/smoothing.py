"""Log-odds of lines in, one decision a line out: the most probable course when every change costs something.

This is the Viterbi algorithm (Viterbi 1967) for two states. With the same cost both ways, the difference of the two
path scores is all that has to be carried on, clipped to the cost: one addition and two comparisons a line.
"""

from collections.abc import Sequence


def smooth(odds: Sequence[float], costs: Sequence[float], start: float = 0.0) -> list[bool]:
    """Return for each line whether it is code.

    `odds` are log-odds of code, `costs` what a change between line i - 1 and line i costs (the first is not read),
    `start` the log-odds before the first line. Linear in the number of lines.
    """
    carried: list[float] = []
    current = start
    for value, cost in zip(odds, costs, strict=True):
        if carried:
            current = max(-cost, min(current, cost))
        current += value
        carried.append(current)
    states: list[bool] = []
    state = current > 0
    for i in range(len(carried) - 1, -1, -1):
        if i + 1 < len(carried):
            state = carried[i] > -costs[i + 1] if state else carried[i] >= costs[i + 1]
        states.append(state)
    states.reverse()
    return states

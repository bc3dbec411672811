"""Scores of single tokens in, what a linear chain makes of their order out.

A conditional random field (Lafferty et al. 2001) over the labels of tokens: forward and backward pass in the space of
probabilities, each step scaled to one, all sequences of a batch side by side.

Labels are O and, for each kind of name, B, I, L, U: its first, inner, last and only token.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

KINDS = ("PERSON", "LOCATION", "ORGANIZATION")
LABELS = ("O", *(f"{place}-{kind}" for kind in KINDS for place in "BILU"))


@cache
def allowed() -> tuple[Floats, Floats, Floats]:
    """Return which label may follow which (`[before, after]`), begin a sequence and end one, as 0 and 1."""
    opens = np.array([label[0] in "OBU" for label in LABELS])
    ends = np.array([label[0] in "OLU" for label in LABELS])
    follows = np.outer(ends, opens)
    for i, before in enumerate(LABELS):
        for j, after in enumerate(LABELS):
            if before[0] in "BI" and after[0] in "IL":
                follows[i, j] = before[2:] == after[2:]
    return follows.astype(np.float32), opens.astype(np.float32), ends.astype(np.float32)


@dataclass(frozen=True, slots=True)
class Pass:
    """What both passes over a batch give: sequences of `lengths` tokens, padded to the longest, time first.

    `alpha` and `beta` are `[time, sequence, label]`, each step of `alpha` scaled to one by `scale[time, sequence]`;
    `lift` is what was taken off each token's scores, as a factor; `marginals` sum to one over the labels.
    """

    alpha: Floats
    beta: Floats
    scale: Floats
    lift: Floats
    marginals: Floats


def run(scores: Floats, lengths: NDArray[np.int64], transitions: Floats) -> Pass:
    """Run the chain over `scores[time, sequence, label]` with `transitions[before, after]` in nats."""
    follows, opens, ends = allowed()
    step = (np.exp(transitions) * follows).astype(np.float32)
    lift = np.exp(scores - scores.max(axis=2, keepdims=True), dtype=np.float32)
    lift += np.float32(1e-12)
    times, many, _ = lift.shape
    alpha, beta = np.empty_like(lift), np.empty_like(lift)
    scale = np.empty((times, many, 1), np.float32)
    state = lift[0] * opens
    for t in range(times):
        if t:
            np.matmul(alpha[t - 1], step, out=state)
            state *= lift[t]
        np.sum(state, axis=1, keepdims=True, out=scale[t])
        np.divide(state, scale[t], out=alpha[t])
    ended: NDArray[np.bool_] = np.less_equal.outer(lengths, np.arange(1, times + 1)).T
    some: list[bool] = np.any(ended, axis=1).tolist()
    back = np.ascontiguousarray(step.T)
    beta[-1] = ends
    for t in range(times - 2, -1, -1):
        np.multiply(lift[t + 1], beta[t + 1], out=state)
        state /= scale[t + 1]
        np.matmul(state, back, out=beta[t])
        if some[t]:
            beta[t][ended[t]] = ends
    marginals = alpha * beta
    marginals /= marginals.sum(axis=2, keepdims=True) + np.float32(1e-30)
    return Pass(alpha, beta, scale[:, :, 0], lift, marginals)


def spans(marginals: Floats) -> list[tuple[int, int, int, float]]:
    """Return `(first, last, kind, probability)` of the names in one sequence of `marginals[token, label]`, in order.

    A token belongs to the kind, or to none, whose labels are likeliest together. A run of one kind is cut where a
    beginning is likelier than a continuation. The probability is that of the run's least likely token.
    """
    kinds = marginals[:, 1:].reshape(len(marginals), len(KINDS), 4).sum(axis=2)
    best = kinds.argmax(axis=1)
    likely = kinds[np.arange(len(best)), best]
    inside = likely > marginals[:, 0]
    found: list[tuple[int, int, int, float]] = []
    for i in np.flatnonzero(inside).tolist():
        kind, chance = int(best[i]), float(likely[i])
        b, inner, last, unit = marginals[i, 1 + 4 * kind : 5 + 4 * kind].tolist()
        if found and found[-1][1] == i - 1 and found[-1][2] == kind and inner + last > b + unit:
            first, _, _, before = found[-1]
            found[-1] = (first, i, kind, min(before, chance))
        else:
            found.append((i, i, kind, chance))
    return found

"""One text in, its runs of code lines out, each with how sure that is."""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np

from detectors.code import context, features, margins
from detectors.code.features import Flags, Floats
from detectors.code.fences import Fence, read_fences
from detectors.code.smoothing import smooth

CHANGE, CHANGE_AT_BLANK = 1.5, 0.75
"""What a change between prose and code costs, in nats, and what it costs at a blank line or a fence."""

PRIOR = -0.5
"""Added to each line's log-odds: real prompts hold less code than the documents that the weights come from."""

LEAST = 1.0
"""The evidence, in nats, that all lines of a run must bring together."""


@dataclass(frozen=True, slots=True)
class Run:
    """Lines `first` to `last` (counted from 0, both included, both with text) are code.

    `lines` counts those with text, `score` is their mean probability, `config` tells that configuration is likelier
    than program text, `fence` is the fence that the run lies in, if any.
    """

    first: int
    last: int
    lines: int
    score: float
    config: bool
    fence: Fence | None = None


class Segmenter:
    """A linear model over hashed n-grams of each line, a context scorer over its neighbours, a Viterbi pass."""

    def __init__(
        self,
        weights: np.ndarray[tuple[int, int], np.dtype[np.int8]],
        step: Floats,
        bias: Floats,
        scorer: context.Perceptron,
    ) -> None:
        self._stored = (weights, step, bias, scorer)
        self._weights: Floats = weights.astype(np.float32) * step
        self._bias = bias.astype(np.float32)
        self._scorer = scorer

    @classmethod
    def load(cls, path: Path) -> Self:
        """Return the segmenter stored at `path` by `save`. Raises OSError and KeyError where it is not one."""
        with np.load(path, allow_pickle=False) as stored:
            names = ("hidden", "hidden_bias", "out", "out_bias", "direct")
            scorer = context.Perceptron(*(stored[name].astype(np.float32) for name in names))
            return cls(stored["weights"], stored["step"], stored["bias"], scorer)

    def save(self, path: Path) -> None:
        """Store the segmenter at `path`: 8-bit line weights, 16-bit context weights."""
        weights, step, bias, scorer = self._stored
        half = np.float16
        np.savez_compressed(
            path,
            weights=weights,
            step=step.astype(np.float32),
            bias=bias.astype(np.float32),
            hidden=scorer.hidden.astype(half),
            hidden_bias=scorer.bias.astype(half),
            out=scorer.out.astype(half),
            out_bias=scorer.out_bias.astype(half),
            direct=scorer.direct.astype(half),
        )

    def segment(self, text: str) -> list[Run]:
        """Return the runs of code in `text`, in order. Time and memory are linear in its length; raises nothing."""
        data, ends = features.split(text)
        outside = features.look(data, ends)
        if (outside.margin[1:] & outside.margin[:-1]).any():
            text = "\n".join(margins.bare(text.split("\n")))
            data, ends = features.split(text)
            outside = features.look(data, ends)
        logs = context.normalise(features.sums(data, ends, self._weights) + self._bias)
        odds = context.rescore(logs, outside, self._scorer)
        empty = outside.blank | outside.fence
        odds[~empty] += PRIOR
        fences = read_fences(text, np.flatnonzero(outside.fence)) if outside.fence.any() else []
        for fence in fences:
            inner = slice(fence.first + 1, fence.last)
            odds[inner] += np.where(empty[inner], 0, fence.bonus).astype(np.float32)
        if not (odds > 0).any():
            return []
        edge = empty.copy()
        edge[1:] |= empty[:-1]
        costs = np.where(edge, CHANGE_AT_BLANK, CHANGE)
        states = np.array(smooth(odds.tolist(), costs.tolist(), -CHANGE_AT_BLANK)) & ~empty
        return self._runs(states, outside.blank, odds, logs, fences)

    def _runs(self, states: Flags, blank: Flags, odds: Floats, logs: Floats, fences: list[Fence]) -> list[Run]:
        runs: list[Run] = []
        for low, high in _stretches(states, blank):
            lines = np.flatnonzero(states[low : high + 1]) + low
            if odds[lines].sum() < LEAST:
                continue
            score = float(np.mean(1 / (1 + np.exp(-odds[lines].astype(np.float64)))))
            config = bool(logs[lines, context.CONFIG].sum() > logs[lines, context.CODE].sum())
            fence = next((f for f in fences if f.first < low and high < f.last), None)
            runs.append(Run(low, high, len(lines), min(max(score, 0.5), 0.999), config, fence))
        return runs


def _stretches(states: Flags, blank: Flags) -> list[tuple[int, int]]:
    """Return first and last line of each run: lines of code with nothing but blank lines between them."""
    code = np.flatnonzero(states)
    if not len(code):
        return []
    prose = np.concatenate([[0], np.cumsum(~states & ~blank)])
    breaks = np.flatnonzero(prose[code[1:]] != prose[code[:-1]])
    firsts, lasts = np.insert(code[breaks + 1], 0, code[0]), np.append(code[breaks], code[-1])
    return list(zip(firsts.tolist(), lasts.tolist(), strict=True))

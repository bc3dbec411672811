"""Line scores in, better line scores out: what the neighbours of a line say about it.

Rules
1. Blank lines and fences are passed over: the neighbours of a line are the lines with text nearest to it.
2. A line sees four neighbours on each side, two of them in full; a comment or a docstring in code so takes the
   colour of its surroundings, a sentence between two blocks keeps its own.
3. The scorer is a perceptron with one hidden layer, trained on scores of texts that the line model had not seen.
"""

from dataclasses import dataclass

import numpy as np

from detectors.code.features import Floats, Ints, Outside

REACH = 4
_FULL = 2
_ROWS = 4096
WIDTH = 5 * (2 * _FULL + 1) + 2 * (REACH - _FULL) + 2 + 4 + 7
PROSE, CODE, CONFIG, MACHINE = range(4)
"""The columns of the line model: MACHINE is logs, traces and data."""


@dataclass(frozen=True, slots=True)
class Perceptron:
    """Weights of the context scorer: `hidden` is WIDTH × units, `out` one a unit, `direct` past the hidden layer."""

    hidden: Floats
    bias: Floats
    out: Floats
    out_bias: Floats
    direct: Floats

    def score(self, rows: Floats) -> Floats:
        """Return the log-odds of being code for each row."""
        units = np.tanh(rows @ self.hidden + self.bias)
        result: Floats = units @ self.out + self.out_bias + rows @ self.direct
        return result


def normalise(sums: Floats) -> Floats:
    """Return log-probabilities of the four classes for each line."""
    shifted = sums - sums.max(axis=1, keepdims=True)
    result: Floats = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return result


def odds(logs: Floats) -> Floats:
    """Return the log-odds of code or configuration against everything else."""
    result: Floats = np.logaddexp(logs[:, CODE], logs[:, CONFIG]) - np.logaddexp(logs[:, PROSE], logs[:, MACHINE])
    return result


def describe(logs: Floats, outside: Outside) -> tuple[Ints, Floats]:
    """Return the numbers of the lines with text, and the row of each: itself and its neighbours."""
    index = np.flatnonzero(~(outside.blank | outside.fence))
    rows = np.zeros((len(index), WIDTH), dtype=np.float32)
    if not len(index):
        return index, rows
    own, logs = np.clip(odds(logs)[index], -6, 6), logs[index]
    rule = outside.rule[index]
    own[rule] *= 0.15
    base = np.empty((len(index), 5), dtype=np.float32)
    base[:, 0] = own / 3
    rest = np.logaddexp(logs[:, PROSE], np.logaddexp(logs[:, CODE], logs[:, CONFIG]))
    base[:, 1] = np.clip(logs[:, MACHINE] - rest, -6, 6) / 4
    base[:, 2], base[:, 3], base[:, 4] = outside.indented[index], outside.comment[index], outside.inside[index]
    at = 0
    for distance in range(-REACH, REACH + 1):
        part = base if abs(distance) <= _FULL else base[:, :1]
        _shift(part, distance, rows[:, at : at + part.shape[1]])
        at += part.shape[1]
    rows[0, at] = rows[-1, at + 1] = 1
    gap = index[1:] - index[:-1] > 1
    rows[1:, at + 2], rows[:-1, at + 3] = gap, gap
    rows[2:, at + 4], rows[:-2, at + 5] = gap[:-1], gap[1:]
    rows[:, at + 6] = np.clip(logs[:, CONFIG] - logs[:, CODE], -4, 4) / 4
    rows[:, at + 7] = np.minimum(outside.length[index], 100) / 50 - 1
    rows[:, at + 8], rows[:, at + 9] = outside.sentence[index], rule
    rows[:, at + 10 : at + 13] = base[:, [3, 2, 4]] * base[:, :1]
    return index, rows


def rescore(logs: Floats, outside: Outside, perceptron: Perceptron) -> Floats:
    """Return the log-odds of code for each line, zero for blank lines and fences; memory stays bounded."""
    result = np.zeros(len(logs), dtype=np.float32)
    solid = np.flatnonzero(~(outside.blank | outside.fence))
    for low in range(0, len(solid), _ROWS):
        begin, end = max(low - REACH - 1, 0), min(low + _ROWS + REACH + 1, len(solid))
        first, stop = (int(solid[begin]), int(solid[end - 1]) + 1)
        piece = Outside(*(getattr(outside, name)[first:stop] for name in Outside.__slots__))
        _, rows = describe(logs[first:stop], piece)
        keep = slice(low - begin, min(low + _ROWS, len(solid)) - begin)
        if begin:
            rows[:, _EDGE] = 0
        if end < len(solid):
            rows[:, _EDGE + 1] = 0
        result[solid[low : low + _ROWS]] = perceptron.score(rows[keep])
    return result


_EDGE = WIDTH - 2 - 4 - 7


def _shift(rows: Floats, by: int, out: Floats) -> None:
    if by == 0:
        out[:] = rows
    elif by < 0:
        out[-by:] = rows[:by]
    else:
        out[:-by] = rows[by:]

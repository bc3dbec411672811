"""The model of names learns: forward and backward pass of `detectors.names.network` with dropout, and Adam.

The loss is the negative log-likelihood of a conditional random field; its slope for the scores is the marginals less the
truth, computed by `detectors.names.chain`.
"""

from collections.abc import Sequence
from itertools import chain as chained
from typing import Any

import numpy as np

from detectors.names import chain, features
from detectors.names.network import TABLES
from detectors.names.tokens import SITUATIONS

WIDTHS = {"vocabulary": 64, "prefix": 24, "suffix": 32, "shape": 24, "bits": 24, "grams": 48, "situation": 16}
HIDDEN, LAYERS = 112, 4
DROP_INPUT, DROP_LAYER, DROP_WORD, DROP_BITS = 0.15, 0.2, 0.15, 0.08
AVERAGE_EVERY, AVERAGE_KEEP = 10, 0.98

Array = np.ndarray[Any, np.dtype[np.float32]]


class Learner:
    """Weights by name, as they are stored, and their moving average."""

    def __init__(self, vocabulary: int, seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        rows = dict(
            zip(
                TABLES,
                (
                    vocabulary,
                    features.PREFIXES,
                    features.SUFFIXES,
                    features.SHAPES,
                    features.BITS,
                    features.GRAMS,
                    SITUATIONS,
                ),
                strict=True,
            )
        )
        self.weights: dict[str, Array] = {f"table_{n}": self._normal(0.1, rows[n], WIDTHS[n]) for n in TABLES}
        wide = sum(WIDTHS.values())
        self.weights |= {
            "mix": self._normal((2 / wide) ** 0.5, wide, 2 * HIDDEN),
            "mix_bias": np.zeros(2 * HIDDEN, np.float32),
            "mix_norm": self._norm(),
        }
        for i in range(LAYERS):
            self.weights |= {
                f"layer{i}": self._normal((2 / (3 * HIDDEN)) ** 0.5, 3 * HIDDEN, 2 * HIDDEN),
                f"bias{i}": np.zeros(2 * HIDDEN, np.float32),
                f"norm{i}": self._norm(),
            }
        labels = len(chain.LABELS)
        self.weights |= {
            "out": self._normal(0.05, HIDDEN, labels),
            "out_bias": np.zeros(labels, np.float32),
            "transitions": np.zeros((labels, labels), np.float32),
        }
        self.weights["out_bias"][0] = 2.0
        self._average = {name: value.copy() for name, value in self.weights.items()}
        self._steps = 0

    def _normal(self, spread: float, *shape: int) -> Array:
        return self.rng.normal(0, spread, shape).astype(np.float32)

    @staticmethod
    def _norm() -> Array:
        return np.stack([np.ones(HIDDEN), np.zeros(HIDDEN)]).astype(np.float32)

    def averaged(self) -> dict[str, Any]:
        """Return the averaged weights, 16 bits each."""
        return {name: value.astype(np.float16) for name, value in self._average.items()}

    def learn(self, rows: Sequence[Any], adam: "Adam", rate: float) -> float:
        """Take one step on a batch; return the loss a token."""
        batch = Batch(rows, self.rng)
        w = self.weights
        parts = self._embed(batch)
        x = np.concatenate([part[batch.places] for part in parts[:-1]] + [parts[-1]], axis=1)
        mask = self._mask(x.shape, DROP_INPUT)
        x *= mask
        tape = [self._block(x, w["mix"], w["mix_bias"], w["mix_norm"])]
        state = tape[0][0] * batch.inside
        states, drops = [], []
        for i in range(LAYERS):
            window = np.concatenate(
                [np.pad(state[:-1], ((1, 0), (0, 0))), state, np.pad(state[1:], ((0, 1), (0, 0)))], axis=1
            )
            made = self._block(window, w[f"layer{i}"], w[f"bias{i}"], w[f"norm{i}"])
            drops.append(self._mask(made[0].shape, DROP_LAYER) * batch.inside)
            states.append(window)
            tape.append(made)
            state = state * batch.inside + made[0] * drops[-1]
        scores = state @ w["out"] + w["out_bias"]
        loss, slope, slopes = self._loss(scores, batch)
        slopes["out"], slopes["out_bias"] = state.T @ slope, slope.sum(axis=0)
        back = slope @ w["out"].T
        for i in reversed(range(LAYERS)):
            inner = self._unblock(back * drops[i], tape[i + 1], states[i], f"layer{i}", f"bias{i}", f"norm{i}", slopes)
            back = back * batch.inside + inner[:, HIDDEN : 2 * HIDDEN]
            back[:-1] += inner[1:, :HIDDEN]
            back[1:] += inner[:-1, 2 * HIDDEN :]
        inner = self._unblock(back * batch.inside, tape[0], x, "mix", "mix_bias", "mix_norm", slopes) * mask
        adam.step(w, slopes, self._table_slopes(inner, batch), rate)
        self._steps += 1
        if self._steps % AVERAGE_EVERY == 0:
            keep = min(AVERAGE_KEEP, self._steps / (self._steps + 100))
            for name, value in self.weights.items():
                self._average[name] += (1 - keep) * (value - self._average[name])
        return loss

    def _mask(self, shape: tuple[int, ...], drop: float) -> Array:
        return (self.rng.random(shape, np.float32) >= drop).astype(np.float32) * np.float32(1 / (1 - drop))

    def _embed(self, batch: "Batch") -> list[Array]:
        w = self.weights
        parts = [w[f"table_{name}"][batch.rows[:, i]] for i, name in enumerate(TABLES[:5])]
        parts.append(np.add.reduceat(w["table_grams"][batch.grams], batch.starts, axis=0) / batch.sizes[:, None])
        parts.append(w["table_situation"][batch.situations])
        return parts

    def _table_slopes(self, inner: Array, batch: "Batch") -> dict[str, tuple[Any, Array]]:
        order = np.argsort(batch.places, kind="stable")
        firsts = np.flatnonzero(np.diff(batch.places[order], prepend=-1))
        total = np.add.reduceat(inner[order], firsts, axis=0)  # one row a distinct word, in order: all of them occur
        found: dict[str, tuple[Any, Array]] = {}
        at = 0
        for i, name in enumerate(TABLES[:6]):
            part = total[:, at : at + WIDTHS[name]]
            at += WIDTHS[name]
            if name == "grams":
                part = np.repeat(part / batch.sizes[:, None], batch.sizes.astype(int), axis=0)
            found[f"table_{name}"] = _gathered(batch.grams if name == "grams" else batch.rows[:, i], part)
        found["table_situation"] = _gathered(batch.situations, inner[:, at:])
        return found

    @staticmethod
    def _block(x: Array, weights: Array, bias: Array, norm: Array) -> tuple[Array, Any, Array, Array]:
        near = x @ weights + bias
        half = near.shape[1] // 2
        first = near[:, :half] >= near[:, half:]
        top = np.where(first, near[:, :half], near[:, half:])
        top -= top.mean(axis=1, keepdims=True)
        spread = np.sqrt(np.einsum("ij,ij->i", top, top) / half + 1e-5)[:, None].astype(np.float32)
        unit = top / spread
        return unit * norm[0] + norm[1], first, unit, spread

    def _unblock(
        self, back: Array, made: Any, x: Array, weights: str, bias: str, norm: str, slopes: dict[str, Array]
    ) -> Array:
        _, first, unit, spread = made
        slopes[norm] = np.stack([(back * unit).sum(axis=0), back.sum(axis=0)])
        inner = back * self.weights[norm][0]
        inner = (inner - inner.mean(axis=1, keepdims=True) - unit * (inner * unit).mean(axis=1, keepdims=True)) / spread
        wide = np.concatenate([inner * first, inner * ~first], axis=1)
        slopes[weights], slopes[bias] = x.T @ wide, wide.sum(axis=0)
        return wide @ self.weights[weights].T

    def _loss(self, scores: Array, batch: "Batch") -> tuple[float, Array, dict[str, Array]]:
        padded = np.zeros((batch.lengths.max(), len(batch.lengths), scores.shape[1]), np.float32)
        padded[batch.time, batch.row] = scores[batch.filled]
        passed = chain.run(padded, batch.lengths, self.weights["transitions"])
        marginals = passed.marginals[batch.time, batch.row]
        known = batch.labels >= 0
        n = np.arange(len(batch.labels))
        loss = -np.log(marginals[n[known], batch.labels[known]] + 1e-9).mean()
        slope = np.zeros_like(scores)
        delta = marginals.copy()
        delta[n[known], batch.labels[known]] -= 1
        delta[~known] = 0
        slope[batch.filled] = delta / len(n)
        both = known[1:] & known[:-1] & (batch.row[1:] == batch.row[:-1])
        t, b = batch.time[1:][both], batch.row[1:][both]
        weight = (passed.alpha[t, b] * passed.beta[t, b]).sum(axis=1) * passed.scale[t, b]
        before = passed.alpha[t - 1, b] / weight[:, None]
        expected = (
            (before.T @ (passed.lift[t, b] * passed.beta[t, b]))
            * np.exp(self.weights["transitions"])
            * chain.allowed()[0]
        )
        np.subtract.at(expected, (batch.labels[:-1][both], batch.labels[1:][both]), 1)
        return float(loss), slope, {"transitions": (expected / len(n)).astype(np.float32)}


class Batch:
    """Lines of one batch as arrays: distinct words, and where they stand."""

    def __init__(self, lines: Sequence[Any], rng: np.random.Generator) -> None:
        numbers: dict[Any, int] = {features.Word(0, 0, 0, 0, 0, (0,)): 0}
        places, situations, self.lengths = [0], [0], np.array([len(line.words) for line in lines])
        for line in lines:
            places += [numbers.setdefault(word, len(numbers)) for word in line.words] + [0]
            situations += [*line.situations, 0]
        words = list(numbers)
        self.places, self.situations = np.array(places), np.array(situations)
        self.inside = np.ones((len(places), 1), np.float32)
        self.inside[np.concatenate([[0], np.cumsum(self.lengths + 1)])] = 0
        self.filled = np.flatnonzero(self.inside[:, 0])
        self.rows = np.array([(w.vocabulary, w.prefix, w.suffix, w.shape, w.bits) for w in words])
        self.rows[rng.random(len(words)) < DROP_WORD, 0] = 0
        self.rows[rng.random(len(words)) < DROP_BITS, 4] = 0
        self.grams = np.fromiter(chained.from_iterable(w.grams for w in words), np.int64)
        self.sizes = np.array([len(w.grams) for w in words], np.float32)
        self.starts = np.concatenate([[0], np.cumsum(self.sizes)[:-1]]).astype(int)
        self.labels = np.array([label for line in lines for label in line.labels])
        self.time = np.concatenate([np.arange(n) for n in self.lengths])
        self.row = np.repeat(np.arange(len(lines)), self.lengths)


class Adam:
    """Adam (Kingma and Ba 2015); of tables only the rows that a batch used are moved."""

    def __init__(self, weights: dict[str, Array]) -> None:
        self._mean = {name: np.zeros_like(value) for name, value in weights.items()}
        self._square = {name: np.zeros_like(value) for name, value in weights.items()}
        self._steps = 0

    def step(
        self, weights: dict[str, Array], slopes: dict[str, Array], rows: dict[str, tuple[Any, Array]], rate: float
    ) -> None:
        self._steps += 1
        size = sum(float((s * s).sum()) for s in slopes.values()) + sum(float((s * s).sum()) for _, s in rows.values())
        shrink = np.float32(min(1.0, 1.0 / (size**0.5 + 1e-9)))
        rate *= (1 - 0.999**self._steps) ** 0.5 / (1 - 0.9**self._steps)
        for name, slope in slopes.items():
            self._move(weights[name], self._mean[name], self._square[name], slope * shrink, slice(None), rate)
        for name, (at, slope) in rows.items():
            self._move(weights[name], self._mean[name], self._square[name], slope * shrink, at, rate)

    @staticmethod
    def _move(weight: Array, mean: Array, square: Array, slope: Array, at: Any, rate: float) -> None:
        mean[at] = m = 0.9 * mean[at] + 0.1 * slope
        square[at] = s = 0.999 * square[at] + 0.001 * slope * slope
        weight[at] -= np.float32(rate) * m / (np.sqrt(s) + np.float32(1e-8))


def _gathered(at: Any, slope: Array) -> tuple[Any, Array]:
    """Return the distinct rows of `at` and the sum of the slopes of each."""
    order = np.argsort(at, kind="stable")
    firsts = np.flatnonzero(np.diff(at[order], prepend=-1))
    return at[order][firsts], np.add.reduceat(slope[order], firsts, axis=0)

"""Word features in, scores of labels out: a small convolutional network, forward only, in numpy.

The sum of what each feature brings goes through a maxout of two, then through layers that look one token to each side
(maxout of two, layer normalisation, residual), then into one score a label: the design of spaCy's `tok2vec`
(HashEmbedCNN), small enough for a proxy. Training: `scripts/train_names.py`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Self

import numpy as np
from numpy.typing import NDArray

from detectors.names.features import Word

Floats = NDArray[np.float32]
Rows = NDArray[np.int64]

TABLES = ("vocabulary", "prefix", "suffix", "shape", "bits", "grams", "situation")


@dataclass(frozen=True, slots=True)
class Network:
    """Weights: a table a feature `[row, width]`, its share of the mixing layer, and the layers behind it.

    `mix` is `[features' widths together, 2, hidden]`; a layer is `(left, middle, right, bias, gain, shift)`.
    """

    tables: Mapping[str, Floats]
    mix: Floats
    mix_bias: Floats
    mix_norm: Floats
    layers: tuple[tuple[Floats, Floats, Floats], ...]
    out: Floats
    out_bias: Floats

    @classmethod
    def of(cls, stored: Mapping[str, NDArray[np.generic]]) -> Self:
        """Return the network of stored arrays. Raises KeyError where one is missing."""
        number = 0
        layers = []
        while f"layer{number}" in stored:
            layers.append(
                (_full(stored[f"layer{number}"]), _full(stored[f"bias{number}"]), _full(stored[f"norm{number}"]))
            )
            number += 1
        tables = {name: _full(stored[f"table_{name}"]) for name in TABLES}
        mix, bias, norm, out, out_bias = (
            _full(stored[name]) for name in ("mix", "mix_bias", "mix_norm", "out", "out_bias")
        )
        return cls(tables, mix, bias, norm, tuple(layers), out, out_bias)

    def scores(self, words: Sequence[Word], places: Rows, situations: Rows, inside: Floats) -> Floats:
        """Return `[position, label]` scores.

        `places[position]` is a number of `words` and `situations[position]` how it stands. Stretches lie one behind the
        other with one empty position between two, before the first and behind the last: there `inside` is 0, elsewhere
        1.
        """
        width = self.tables["situation"].shape[1]
        known: Floats = self._embed(words) @ self.mix[:-width] + self.mix_bias
        state: Floats = known[places] + (self.tables["situation"] @ self.mix[-width:])[situations]
        state = _normal(_maxout(state), self.mix_norm) * inside[:, None]
        for weights, bias, norm in self.layers:
            size = state.shape[1]
            near: Floats = state @ weights[size : 2 * size] + bias
            near[1:] += state[:-1] @ weights[:size]
            near[:-1] += state[1:] @ weights[2 * size :]
            state = (state + _normal(_maxout(near), norm)) * inside[:, None]
        scores: Floats = state @ self.out + self.out_bias
        return scores

    def _embed(self, words: Sequence[Word]) -> Floats:
        rows = np.array([(w.vocabulary, w.prefix, w.suffix, w.shape, w.bits) for w in words], np.int64)
        pieces: list[Floats] = [self.tables[name][rows[:, i]] for i, name in enumerate(TABLES[:5])]
        sizes = np.array([len(w.grams) for w in words])
        grams = self.tables["grams"][np.fromiter(chain.from_iterable(w.grams for w in words), np.int64)]
        starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
        pieces.append((np.add.reduceat(grams, starts, axis=0) / sizes[:, None]).astype(np.float32))
        return np.concatenate(pieces, axis=1)


def _full(values: NDArray[np.generic]) -> Floats:
    return values.astype(np.float32)


def _maxout(state: Floats) -> Floats:
    half = state.shape[1] // 2
    return np.maximum(state[:, :half], state[:, half:])


def _normal(state: Floats, norm: Floats) -> Floats:
    """Layer normalisation (Ba et al. 2016) with gain `norm[0]` and shift `norm[1]`."""
    state = state - state.mean(axis=1, keepdims=True)
    spread = np.einsum("ij,ij->i", state, state) / state.shape[1]
    result: Floats = state / np.sqrt(spread + 1e-5)[:, None].astype(np.float32) * norm[0] + norm[1]
    return result

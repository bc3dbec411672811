import numpy as np
import pytest

from detectors.names.features import BITS, GRAMS, PREFIXES, SHAPES, SUFFIXES, Word
from detectors.names.network import TABLES, Network
from detectors.names.tokens import SITUATIONS

RNG = np.random.default_rng(3)
HIDDEN, LABELS, WIDTH = 8, 13, 4
WORDS = [Word(1, 2, 3, 4, 5, (6, 7)), Word(0, 9, 8, 7, 6, (5,)), Word(2, 2, 2, 2, 2, (1, 2, 3))]


def stored():
    rows = (3, PREFIXES, SUFFIXES, SHAPES, BITS, GRAMS, SITUATIONS)
    made = {f"table_{name}": RNG.normal(size=(n, WIDTH)) for name, n in zip(TABLES, rows, strict=True)}
    made |= {
        "mix": RNG.normal(size=(7 * WIDTH, 2 * HIDDEN)),
        "mix_bias": np.zeros(2 * HIDDEN),
        "mix_norm": np.ones((2, HIDDEN)),
    }
    for i in range(2):
        made |= {
            f"layer{i}": RNG.normal(size=(3 * HIDDEN, 2 * HIDDEN)),
            f"bias{i}": np.zeros(2 * HIDDEN),
            f"norm{i}": np.ones((2, HIDDEN)),
        }
    return made | {"out": RNG.normal(size=(HIDDEN, LABELS)), "out_bias": np.zeros(LABELS)}


NETWORK = Network.of(stored())


def scores(*stretches):
    places, inside = [0], [0.0]
    for stretch in stretches:
        places += [*stretch, 0]
        inside += [1.0] * len(stretch) + [0.0]
    inside = np.array(inside, np.float32)
    return NETWORK.scores(WORDS, np.array(places), np.zeros(len(places), int), inside)[inside > 0]


def test_every_token_gets_a_score_a_label():
    assert scores([0, 1, 2]).shape == (3, LABELS)


def test_what_stands_in_one_stretch_says_nothing_of_another():
    together, alone = scores([0, 1], [2, 2, 1]), np.concatenate([scores([0, 1]), scores([2, 2, 1])])
    np.testing.assert_allclose(together, alone, rtol=1e-4)


def test_a_token_is_read_with_its_neighbours():
    assert not np.allclose(scores([0, 1])[0], scores([0, 2])[0])


def test_a_file_that_lacks_a_table_is_an_error():
    lacking = stored()
    del lacking["table_grams"]
    with pytest.raises(KeyError):
        Network.of(lacking)

import itertools

import numpy as np

from detectors.names import chain

RNG = np.random.default_rng(7)
MANY = len(chain.LABELS)


def by_hand(scores, transitions):
    """Return the marginals of one sequence, summed over every sequence of labels that is allowed."""
    follows, opens, ends = chain.allowed()
    total, sums = 0.0, np.zeros(scores.shape)
    for labels in itertools.product(range(MANY), repeat=len(scores)):
        pairs = list(itertools.pairwise(labels))
        if not opens[labels[0]] or not ends[labels[-1]] or not all(follows[pair] for pair in pairs):
            continue
        weight = np.exp(
            sum(scores[t, label] for t, label in enumerate(labels)) + sum(transitions[pair] for pair in pairs)
        )
        total += weight
        for t, label in enumerate(labels):
            sums[t, label] += weight
    return sums / total


def test_marginals_are_those_of_every_path_summed():
    lengths = np.array([3, 1, 2])
    transitions = RNG.normal(size=(MANY, MANY)).astype(np.float32)
    scores = RNG.normal(size=(3, 3, MANY)).astype(np.float32)
    marginals = chain.run(scores, lengths, transitions).marginals
    for row, length in enumerate(lengths):
        expected = by_hand(scores[:length, row], transitions)
        np.testing.assert_allclose(marginals[:length, row], expected, atol=2e-4)


def test_a_name_is_opened_and_closed():
    follows, opens, ends = chain.allowed()
    number = chain.LABELS.index
    assert follows[number("B-PERSON"), number("L-PERSON")]
    assert not follows[number("B-PERSON"), number("L-LOCATION")]
    assert not follows[number("O"), number("I-PERSON")]
    assert not opens[number("L-PERSON")]
    assert not ends[number("B-PERSON")]


def marginals(*labels):
    found = np.full((len(labels), MANY), 0.01, np.float32)
    for i, label in enumerate(labels):
        found[i, chain.LABELS.index(label)] = 1 - 0.01 * (MANY - 1)
    return found


def test_spans_join_the_tokens_of_one_name_and_part_two_names():
    found = chain.spans(marginals("O", "B-PERSON", "L-PERSON", "U-PERSON", "U-LOCATION", "O"))
    assert [(first, last, chain.KINDS[kind]) for first, last, kind, _ in found] == [
        (1, 2, "PERSON"), (3, 3, "PERSON"), (4, 4, "LOCATION")
    ]  # fmt: skip


def test_the_chance_of_a_name_is_that_of_its_least_likely_token():
    one = marginals("B-PERSON", "L-PERSON")
    one[1] = 0
    one[1, chain.LABELS.index("L-PERSON")] = 0.6
    one[1, 0] = 0.4
    ((_, _, _, chance),) = chain.spans(one)
    assert round(chance, 3) == 0.6


def test_scores_of_any_size_stay_numbers():
    scores = np.zeros((500, 1, MANY), np.float32)
    scores[:, 0, 0], scores[250, 0, 4] = -300, 300
    assert np.isfinite(chain.run(scores, np.array([500]), np.zeros((MANY, MANY), np.float32)).marginals).all()

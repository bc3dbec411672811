import numpy as np

from detectors.code import context
from detectors.code.context import CODE, CONFIG, MACHINE, PROSE, WIDTH, Perceptron, describe, normalise, odds, rescore
from detectors.code.features import look, split

RNG = np.random.default_rng(3)


def perceptron(units=5):
    values = [RNG.normal(size=shape).astype(np.float32) for shape in ((WIDTH, units), units, units, 1, WIDTH)]
    return Perceptron(*values)


def made(text):
    outside = look(*split(text))
    return normalise(RNG.normal(size=(len(outside.blank), 4)).astype(np.float32)), outside


def test_probabilities_of_a_line_add_up_to_one():
    logs = normalise(np.array([[1.0, 2.0, 3.0, 4.0], [900.0, 0.0, 0.0, 0.0]], dtype=np.float32))
    np.testing.assert_allclose(np.exp(logs).sum(axis=1), 1, rtol=1e-5)


def test_code_and_configuration_stand_against_prose_and_machine_text():
    sums = np.zeros((4, 4), dtype=np.float32)
    for line, column in enumerate((PROSE, CODE, CONFIG, MACHINE)):
        sums[line, column] = 9
    assert (odds(normalise(sums)) > 0).tolist() == [False, True, True, False]


def test_blank_lines_and_fences_are_passed_over():
    index, rows = describe(*made("a\n\n```\nb\n \nc"))
    assert index.tolist() == [0, 3, 5]
    assert rows.shape == (3, WIDTH)


def test_a_text_of_blank_lines_has_no_rows():
    index, rows = describe(*made("\n \n"))
    assert len(index) == len(rows) == 0


def test_blank_lines_score_zero():
    logs, outside = made("a b\n\nc d")
    scores = rescore(logs, outside, perceptron())
    assert scores[1] == 0
    assert scores[0] != 0 != scores[2]


def test_a_neighbour_counts_a_distant_line_does_not():
    text = "\n".join(f"line number {i}" for i in range(20))
    logs, outside = made(text)
    scorer = perceptron()
    before = rescore(logs, outside, scorer)
    changed = logs.copy()
    changed[10] = normalise(np.array([[0, 9, 0, 0]], dtype=np.float32))
    moved = np.flatnonzero(np.abs(rescore(changed, outside, scorer) - before) > 1e-6)
    assert 10 in moved
    assert moved.min() >= 10 - context.REACH
    assert moved.max() <= 10 + context.REACH


def test_pieces_change_nothing(monkeypatch):
    text = "\n".join(("x = 1", "", "  # note", "some words here.", "```", "---- ")[i % 6] for i in range(500))
    logs, outside = made(text)
    scorer = perceptron()
    whole = rescore(logs, outside, scorer)
    monkeypatch.setattr(context, "_ROWS", 37)
    np.testing.assert_allclose(rescore(logs, outside, scorer), whole, rtol=1e-4, atol=1e-4)

"""Train the code segmenter: labelled rows in, `detectors/code/segmenter.npz` and held-out figures out.

usage: train_code_segmenter.py ROWS.jsonl [--prose TEXTS.jsonl …] [--out FILE] [--folds 5] [--check]

Needs numpy alone. `--check` cross-validates instead of writing: rows of one repository, and invented negatives of one
kind, are never on both sides. About two minutes for the model, ten for the check, on one core.
"""

import argparse
import collections
import random
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from code_corpus import CODE, CONFIG, IGNORED, MACHINE, Composer, Document, read_rows, read_texts  # noqa: E402

from detectors.code import context, features, margins  # noqa: E402
from detectors.code.segmenter import Segmenter  # noqa: E402

OUR_DOCUMENTS, EPOCHS, BATCH, UNITS = 12000, 4, 24, 24


@dataclass(frozen=True, slots=True)
class Example:
    """A document with its n-gram buckets, how many each line has, and how its lines look."""

    document: Document
    buckets: np.ndarray
    counts: np.ndarray
    classes: np.ndarray
    outside: features.Outside


def prepare(document: Document) -> Example:
    data, ends = features.split("\n".join(margins.bare(list(document.lines))))
    buckets, lines = [], []
    for first, _, piece, starts in features.chunks(data, ends):
        for found, begin in features.grams(piece, starts):
            sizes = np.diff(begin, append=len(found))
            buckets.append(found[begin[0] :].astype(np.uint16))
            lines.append(np.repeat(np.arange(first, first + len(begin)), sizes))
    line = np.concatenate(lines)
    order = np.argsort(line, kind="stable")
    counts = np.bincount(line, minlength=len(ends) - 1)
    return Example(
        document, np.concatenate(buckets)[order], counts, np.array(document.classes), features.look(data, ends)
    )


def train_lines(examples: Sequence[Example], seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Return the weights (buckets × 4) and biases of a softmax regression, by Adagrad over whole documents."""
    size, rate = 1 << features.BITS, 0.1
    weights, squares = np.zeros((size, 4), np.float32), np.full((size, 4), 1e-3, np.float32)
    bias, bias_squares = np.zeros(4, np.float32), np.full(4, 1e-3, np.float32)
    rng = np.random.default_rng(seed)
    for _ in range(EPOCHS):
        order = rng.permutation(len(examples))
        for low in range(0, len(order), BATCH):
            batch = [examples[i] for i in order[low : low + BATCH]]
            buckets = np.concatenate([e.buckets for e in batch])
            counts = np.concatenate([e.counts for e in batch])
            classes = np.concatenate([e.classes for e in batch])
            starts = np.concatenate(([0], np.cumsum(counts)[:-1]))
            scale = (1 / np.sqrt(counts)).astype(np.float32)
            z = np.add.reduceat(weights[buckets], starts, axis=0) * scale[:, None] + bias
            error = np.exp(context.normalise(z))
            known = np.flatnonzero(classes != IGNORED)
            error[known, classes[known]] -= 1
            error[classes == IGNORED] = 0
            error /= np.sqrt(max(len(known), 1)) * 4
            for k in range(4):
                slope = np.bincount(buckets, np.repeat(error[:, k] * scale, counts), size).astype(np.float32)
                squares[:, k] += slope * slope
                weights[:, k] -= rate * slope / np.sqrt(squares[:, k])
            total = error.sum(0)
            bias_squares += total * total
            bias -= rate * total / np.sqrt(bias_squares)
    return weights, bias


def line_logs(example: Example, weights: np.ndarray, bias: np.ndarray) -> np.ndarray:
    starts = np.concatenate(([0], np.cumsum(example.counts)[:-1]))
    sums = np.add.reduceat(weights[example.buckets], starts, axis=0) / np.sqrt(example.counts)[:, None]
    return context.normalise(sums + bias)


def train_context(examples: Sequence[Example], folds: Sequence[int], seed: int) -> context.Perceptron:
    """Return the context scorer, trained by Adam on scores of lines that the line model had not seen."""
    rows, truth = [], []
    for fold in sorted(set(folds)):
        weights, bias = train_lines([e for e, f in zip(examples, folds, strict=True) if f != fold])
        for example in (e for e, f in zip(examples, folds, strict=True) if f == fold):
            index, found = context.describe(line_logs(example, weights, bias), example.outside)
            known = example.classes[index] != IGNORED
            rows.append(found[known])
            truth.append(np.isin(example.classes[index][known], (CODE, CONFIG)))
    return _fit(np.concatenate(rows), np.concatenate(truth).astype(np.float32), seed)


def _fit(x: np.ndarray, y: np.ndarray, seed: int, epochs: int = 12, decay: float = 1e-4) -> context.Perceptron:
    rng = np.random.default_rng(seed)
    width = x.shape[1]
    values = [
        rng.normal(0, width**-0.5, (width, UNITS)), np.zeros(UNITS), rng.normal(0, 0.1, UNITS), np.zeros(1),
        np.zeros(width),
    ]  # fmt: skip
    values = [v.astype(np.float32) for v in values]
    mean, var, step = [np.zeros_like(v) for v in values], [np.zeros_like(v) for v in values], 0
    for epoch in range(epochs):
        rate = 0.01 * (1 - epoch / epochs) + 1e-4
        order = rng.permutation(len(y))
        for low in range(0, len(order), 256):
            rows = x[order[low : low + 256]]
            units = np.tanh(rows @ values[0] + values[1])
            z = units @ values[2] + values[3] + rows @ values[4]
            error = (1 / (1 + np.exp(-z)) - y[order[low : low + 256]]) / len(rows)
            back = np.outer(error, values[2]) * (1 - units * units)
            slopes = [
                rows.T @ back + decay * values[0], back.sum(0), error @ units, np.array([error.sum()]),
                error @ rows + decay * values[4],
            ]  # fmt: skip
            step += 1
            for i, slope in enumerate(slopes):
                mean[i] = 0.9 * mean[i] + 0.1 * slope
                var[i] = 0.99 * var[i] + 0.01 * slope * slope
                unbiased = mean[i] / (1 - 0.9**step), var[i] / (1 - 0.99**step)
                values[i] = (values[i] - rate * unbiased[0] / (np.sqrt(unbiased[1]) + 1e-8)).astype(np.float32)
    return context.Perceptron(*values)


def train(examples: Sequence[Example], folds: Sequence[int], seed: int) -> Segmenter:
    """Return a segmenter with its weights as they will be stored: eight bits each."""
    perceptron = train_context(examples, folds, seed)
    weights, bias = train_lines(examples)
    step = np.abs(weights).max(axis=0) / 127
    return Segmenter(np.round(weights / step).astype(np.int8), step, bias, perceptron)


def deal(documents: Sequence[Document], folds: int) -> list[tuple[int, frozenset[int]]]:
    """Return for each document its fold and every fold that holds something of the same origin."""
    repositories = sorted({g for d in documents if d.spans for g in d.groups if _is_code_source(g)})
    kinds = sorted({d.kind for d in documents if d.kind.startswith("neg")})
    rng = random.Random(7)
    rng.shuffle(repositories)
    rng.shuffle(kinds)
    of = {origin: i % folds for pool in (repositories, kinds) for i, origin in enumerate(pool)}
    dealt = []
    for i, document in enumerate(documents):
        origins = {document.kind} if document.kind in of else document.groups
        touched = frozenset(of[o] for o in origins if o in of)
        dealt.append((min(touched, default=i % folds), touched))
    return dealt


def _is_code_source(group: str) -> bool:
    return "/" in group and not group.startswith(("prometheus/", "monitoring-mixins/"))


def gather(
    documents: Sequence[Document], folds: Sequence[int], prose: list[list[str]], seed: int
) -> tuple[list[Example], list[int]]:
    """Return the examples to train on, our own among them, and a fold for each."""
    own_prose = [list(d.lines) for d in documents if d.kind == "prose"]
    more = random.Random(seed).sample(prose, min(len(prose), 3 * len(own_prose)))
    composer = Composer([*own_prose, *more], seed)
    ours = [composer.compose() for _ in range(OUR_DOCUMENTS)]
    names = sorted(set(folds))
    spread = [names[i % len(names)] for i in range(len(ours))]
    return [prepare(d) for d in [*documents, *ours]], [*folds, *spread]


def check(documents: Sequence[Document], prose: list[list[str]], folds: int) -> None:
    """Print figures by cross-validation, as the scorer counts them."""
    dealt = deal(documents, folds)
    totals, kinds, documents_right = np.zeros(3, int), collections.defaultdict(lambda: np.zeros(4, int)), []
    for fold in range(folds):
        inside = [i for i, (own, touched) in enumerate(dealt) if own != fold and fold not in touched]
        examples, names = gather([documents[i] for i in inside], [dealt[i][0] for i in inside], prose, fold)
        segmenter = train(examples, names, fold)
        for i in (i for i, (own, _) in enumerate(dealt) if own == fold):
            counts, right = _judge(documents[i], segmenter)
            totals += counts
            kinds[documents[i].kind] += [*counts, right is False]
            documents_right += [] if right is None else [right]
        print(f"fold {fold}: trained on {len(inside)} rows, {_figures(totals, documents_right)}", flush=True)
    for kind, (tp, fp, fn, wrong) in sorted(kinds.items()):
        print(f"  {kind:22s} lines: {tp:6d} found {fp:4d} false {fn:4d} missed; documents wrong: {wrong}")


def _judge(document: Document, segmenter: Segmenter) -> tuple[np.ndarray, bool | None]:
    found = np.zeros(len(document.lines), bool)
    for run in segmenter.segment("\n".join(document.lines)):
        found[run.first : run.last + 1] = True
    truth = np.array(document.classes)
    positive, scored = np.isin(truth, (CODE, CONFIG)), np.isin(truth, (0, CODE, CONFIG))
    counts = np.array([(positive & found).sum(), (scored & ~positive & found).sum(), (positive & ~found).sum()])
    if not positive.any() and ((truth == MACHINE).any() or any(line.startswith("```") for line in document.lines)):
        return counts, None
    return counts, bool(positive.any()) == bool((found & scored).any())


def _figures(totals: np.ndarray, right: list[bool]) -> str:
    tp, fp, fn = totals
    return (
        f"line precision {tp / (tp + fp):.4f} recall {tp / (tp + fn):.4f} F1 {2 * tp / (2 * tp + fp + fn):.4f}, "
        f"document accuracy {sum(right) / len(right):.4f} of {len(right)}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rows", type=Path)
    parser.add_argument("--prose", type=Path, action="append", default=[])
    parser.add_argument("--out", type=Path, default=ROOT / "detectors/code/segmenter.npz")
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--check", action="store_true")
    args = parser.parse_args()
    began = time.monotonic()
    documents = list(read_rows(args.rows))
    prose = [text for path in args.prose for text in read_texts(path)]
    if args.check:
        check(documents, prose, args.folds)
    else:
        examples, folds = gather(documents, [fold for fold, _ in deal(documents, args.folds)], prose, 0)
        train(examples, folds, 0).save(args.out)
        print(f"wrote {args.out.name}: {args.out.stat().st_size} bytes")
    print(f"{time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main()

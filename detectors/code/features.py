"""One text in, per-line numbers out: sums of hashed n-gram weights, and what a line looks like from outside.

Rules
1. Lines end at LF, as everywhere in hushgate; CR, tab and space are blanks at a line's ends. Offsets are bytes here.
2. Two streams are hashed: the bytes themselves (digits and non-ASCII folded) by 3 and 4, and the line's shape (letters
   to `a` or `A`, digits to `0`, runs to one) by 2 to 5. An n-gram at a line's beginning reads the LF before it and
   nothing further back: what a line scores depends on that line alone.
3. Work and memory are linear: bytes go through in chunks, a line of more than `CHUNK` bytes counts by its beginning.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Ints = NDArray[np.int64]
Words = NDArray[np.uint32]
Floats = NDArray[np.float32]
Flags = NDArray[np.bool_]

BITS = 15
CHUNK = 1 << 15
BYTE_GRAMS = (3, 4)
SHAPE_GRAMS = (2, 3, 4, 5)
_LF = 10

_FOLD = np.arange(256, dtype=np.uint32)
_FOLD[48:58] = 48
_FOLD[128:] = 128
_SHAPE = _FOLD.copy()
_SHAPE[65:91] = 65
_SHAPE[97:123] = 97
_SHAPE[128:] = 97
_BLANK = np.zeros(256, dtype=np.bool_)
_BLANK[[9, 10, 11, 12, 13, 32]] = True
_ALNUM = np.zeros(256, dtype=np.bool_)
_ALNUM[48:58] = _ALNUM[65:91] = _ALNUM[97:123] = _ALNUM[128:] = True
_COMMENT = np.zeros(256, dtype=np.bool_)
_COMMENT[[ord(c) for c in "#*;%!"]] = True
_SENTENCE_END = np.zeros(256, dtype=np.bool_)
_SENTENCE_END[[ord(c) for c in ".?!:"]] = True
_MARGIN = np.zeros(256, dtype=np.bool_)
_MARGIN[[ord(c) for c in "0123456789L>|"]] = True
_PAIRS = ((b"/*", b"*/"), (b"<!--", b"-->"), (b'"""', b'"""'), (b"'''", b"'''"), (b"\n=head", b"\n=cut"))
_LONGEST_COMMENT = 200  # lines; more is not a comment but a stray mark


@dataclass(frozen=True, slots=True)
class Outside:
    """How each line looks, one entry a line."""

    blank: Flags
    fence: Flags  # opens or closes a fence of ``` or ~~~
    rule: Flags  # drawn of one or two marks: ----, # ====, /****
    indented: Flags
    comment: Flags  # begins with a comment mark of some language
    inside: Flags  # lies within a comment or string of several lines
    sentence: Flags  # ends as a sentence does
    margin: Flags  # begins with what pagers and mail programs put before a line
    length: Ints  # bytes without the blanks at both ends


def split(text: str) -> tuple[Bytes, Ints]:
    """Return LF + text + LF as bytes, and the positions of every LF: line i is `(ends[i], ends[i + 1]]`."""
    data = np.frombuffer(b"\n" + text.encode("utf-8", "replace") + b"\n", dtype=np.uint8)
    return data, np.flatnonzero(data == _LF)


def chunks(data: Bytes, ends: Ints) -> Iterator[tuple[int, int, Bytes, Ints]]:
    """Yield (first line, last line + 1, bytes from the LF before, line starts in them), each of about `CHUNK` bytes."""
    first, last = 0, len(ends) - 1
    while first < last:
        begin = int(ends[first])
        stop = int(np.searchsorted(ends, begin + CHUNK, side="right")) - 1
        stop = min(max(stop, first + 1), last)
        end = min(int(ends[stop]) + 1, begin + CHUNK + 1)
        yield first, stop, data[begin:end], ends[first:stop] - begin + 1
        first = stop


def grams(data: Bytes, starts: Ints) -> Iterator[tuple[Words, Ints]]:
    """Yield (bucket of each n-gram, index of each line's first one) for every n of both streams of one chunk."""
    yield from _hashes(_FOLD[data], starts, BYTE_GRAMS, 1)
    shape = _SHAPE[data]
    keep = np.empty(len(shape), dtype=np.bool_)
    keep[0] = True
    np.not_equal(shape[1:], shape[:-1], out=keep[1:])
    keep |= data == _LF
    place = np.cumsum(keep)
    # A line's first byte may be dropped only where it equals the LF before it, which is always kept.
    yield from _hashes(shape[keep], place[starts] - 1, SHAPE_GRAMS, 77)


def _hashes(stream: Words, starts: Ints, sizes: tuple[int, ...], seed: int) -> Iterator[tuple[Words, Ints]]:
    current = (stream + np.uint32(seed)) * np.uint32(2654435761)
    heads = np.zeros(0, dtype=np.uint32)
    for n in range(2, max(sizes) + 1):
        before = np.empty_like(current)
        before[0] = 0
        np.multiply(current[:-1], np.uint32(31), out=before[1:])
        current = (before + stream + np.uint32(n * 7919 + seed)) * np.uint32(2654435761)
        current ^= current >> np.uint32(13)
        if n == 2:
            heads = current[starts]
        else:
            current[starts] = heads
        if n in sizes:
            yield (current * np.uint32(2246822519)) >> np.uint32(32 - BITS), starts


def sums(data: Bytes, ends: Ints, weights: Floats) -> Floats:
    """Return, for each line, the sum of the weights of its n-grams over the root of their number."""
    out = np.empty((len(ends) - 1, weights.shape[1]), dtype=np.float32)
    for first, stop, piece, starts in chunks(data, ends):
        total = np.zeros((stop - first, weights.shape[1]), dtype=np.float32)
        count = np.zeros(stop - first, dtype=np.float32)
        for buckets, begin in grams(piece, starts):
            total += np.add.reduceat(weights.take(buckets, axis=0), begin, axis=0)
            count[:-1] += begin[1:] - begin[:-1]
            count[-1] += len(buckets) - begin[-1]
        out[first:stop] = total / np.sqrt(count)[:, None]
    return out


def look(data: Bytes, ends: Ints) -> Outside:
    """Return how each line looks from outside."""
    starts, stops = ends[:-1] + 1, ends[1:]
    solid = np.append(np.flatnonzero(~_BLANK[data]), len(data))
    low = np.searchsorted(solid, starts)
    first = solid[low]
    blank = first >= stops
    last = np.where(blank, starts, solid[np.searchsorted(solid, stops) - 1])
    padded = np.concatenate([data, np.full(4, _LF, dtype=np.uint8)])
    at = np.minimum(first, len(data) - 1)
    one, two, three = padded[at], padded[at + 1], padded[at + 2]
    fence = ~blank & ((one == ord("`")) | (one == ord("~"))) & (one == two) & (two == three)
    return Outside(
        blank=blank,
        fence=fence,
        rule=~blank & _rules(data, solid, low, np.searchsorted(solid, stops)),
        indented=~blank & (first > starts),
        comment=~blank & _comments(one, two, three),
        inside=_inside(data, ends),
        sentence=~blank & _SENTENCE_END[data[last]],
        margin=~blank & _MARGIN[one],
        length=np.where(blank, 0, last - first + 1),
    )


def _rules(data: Bytes, solid: Ints, low: Ints, high: Ints) -> Flags:
    marks = data[solid[:-1]]
    words = np.concatenate([[0], np.cumsum(_ALNUM[marks])])
    turns = np.concatenate([[0, 0], np.cumsum(marks[1:] != marks[:-1])])[: len(marks) + 1]
    changes = np.where(high > low, turns[high] - turns[np.minimum(low + 1, len(marks))], 0)
    result: Flags = (high - low >= 4) & (words[high] == words[low]) & (changes <= 2)
    return result


def _comments(one: Bytes, two: Bytes, three: Bytes) -> Flags:
    single = _COMMENT[one]
    slashes = (one == ord("/")) & ((two == ord("/")) | (two == ord("*")))
    dashes = (one == ord("-")) & (two == ord("-"))
    quotes = ((one == ord('"')) | (one == ord("'"))) & (one == two) & (two == three)
    markup = (one == ord("<")) & (two == ord("!"))
    result: Flags = single | slashes | dashes | quotes | markup
    return result


def _inside(data: Bytes, ends: Ints) -> Flags:
    spans: list[tuple[int, int]] = []
    raw = data.tobytes()
    for opening, closing in _PAIRS:
        at = raw.find(opening)
        while at >= 0:
            end = raw.find(closing, at + len(opening))
            if end < 0:
                break
            spans.append((at + len(opening) - 1, end + 1))
            at = raw.find(opening, end + len(closing))
    changes = np.zeros(len(ends), dtype=np.int64)
    if spans:
        lines = np.searchsorted(ends, np.array(spans)) - 1
        lines = lines[lines[:, 1] - lines[:, 0] <= _LONGEST_COMMENT]
        np.add.at(changes, lines[:, 0] + 1, 1)
        np.add.at(changes, lines[:, 1] + 1, -1)
    result: Flags = np.cumsum(changes[:-1]) > 0
    return result

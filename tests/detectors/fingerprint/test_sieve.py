import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from detectors.fingerprint.sieve import known, sieve

HASHES = st.lists(st.integers(0, (1 << 64) - 1), max_size=50)


@given(HASHES, HASHES)
def test_those_that_are_there_are_told_and_no_others(there, others):
    keys = np.array(sorted(there), np.uint64)
    asked = np.array([*there, *others], np.uint64)
    expected = [number for number, value in enumerate(asked.tolist()) if value in there]
    assert known(asked, keys, sieve(keys)).tolist() == expected


def test_a_sieve_is_small_and_lets_few_through():
    chance = np.random.default_rng(1)
    keys = np.sort(chance.integers(0, 1 << 64, 10_000, np.uint64, endpoint=False))
    bits = sieve(keys)
    assert len(bits) <= 2 * len(keys)
    assert int(np.unpackbits(bits).sum()) * 8 <= 8 * len(bits)

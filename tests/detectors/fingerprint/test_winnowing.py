import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from detectors.fingerprint.tokens import prose
from detectors.fingerprint.winnowing import SCHEMES, cut, keyed, prints

KEY = b"k" * 32
WORDS = [f"word{number}" for number in range(400)]


@given(st.lists(st.sampled_from(WORDS), min_size=8, max_size=60), st.lists(st.sampled_from(WORDS), max_size=60))
def test_a_shared_run_of_gram_and_window_tokens_gives_a_shared_fingerprint(run, other):
    scheme = SCHEMES["prose"]
    one = cut(prose(" ".join([*other, *run]).encode()), scheme, KEY)
    two = cut(prose(" ".join([*run, *other[::-1]]).encode()), scheme, KEY)
    assert len(run) < scheme.gram + scheme.window - 1 or set(one.keys) & set(two.keys)


def test_fingerprints_say_which_stretch_they_were_made_from():
    text = " ".join(WORDS[:30]).encode()
    found = cut(prose(text), SCHEMES["prose"], KEY)
    for key, start, end in zip(found.keys, found.starts, found.ends, strict=True):
        assert key in cut(prose(text[start:end]), SCHEMES["prose"], KEY).keys


def test_another_key_gives_other_fingerprints():
    text = " ".join(WORDS).encode()
    assert not set(prints(text, KEY)["prose"].keys) & set(prints(text, b"l" * 32)["prose"].keys)
    assert len(set(keyed(np.arange(100, dtype=np.uint64), KEY).tolist())) == 100


def test_density_is_what_the_window_promises():
    text = " ".join(f"w{n * n}" for n in range(4000)).encode()
    share = len(prints(text, KEY)["prose"].keys) / 4000
    assert 0.3 < share < 0.5


def test_short_texts_have_none():
    assert all(not len(found.keys) for found in prints(b"too short", KEY).values())

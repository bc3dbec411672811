import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from detectors.fingerprint.tokens import code, prose
from detectors.fingerprint.winnowing import SCHEMES, cut, keyed, prints

KEY = b"k" * 32
WORDS = [f"word{number}" for number in range(400)]


@given(st.lists(st.sampled_from(WORDS), min_size=8, max_size=60), st.lists(st.sampled_from(WORDS), max_size=60))
def test_a_shared_run_of_gram_and_window_tokens_gives_a_shared_fingerprint(run, other):
    scheme = SCHEMES["prose"]
    one = cut(prose(" ".join([*other, *run]).encode()), "prose", KEY)
    two = cut(prose(" ".join([*run, *other[::-1]]).encode()), "prose", KEY)
    assert len(run) < scheme.gram + scheme.window - 1 or set(one.keys) & set(two.keys)


def test_fingerprints_say_which_stretch_they_were_made_from():
    text = " ".join(WORDS[:30]).encode()
    found = cut(prose(text), "prose", KEY)
    for key, start, end in zip(found.keys, found.starts, found.ends, strict=True):
        assert key in cut(prose(text[start:end]), "prose", KEY).keys


def test_another_key_gives_other_fingerprints():
    text = " ".join(WORDS).encode()
    assert not set(prints(text, KEY)["prose"].keys) & set(prints(text, b"l" * 32)["prose"].keys)
    assert len(set(keyed(np.arange(100, dtype=np.uint64), KEY).tolist())) == 100


@given(st.data())
def test_a_run_is_told_by_which_names_are_the_same_and_not_by_what_they_are_called(data):
    gram = SCHEMES["structure"].gram
    names = data.draw(st.lists(st.sampled_from("abcdefg"), min_size=gram, max_size=40))
    before = data.draw(st.lists(st.sampled_from("abcdefg"), max_size=30))
    called = dict(zip("abcdefg", data.draw(st.permutations("abcdefghijkl")), strict=False))

    def keys(*words):
        return cut(code(" ".join(words).encode())[1], "structure", KEY).keys.tolist()

    assert keys(*names) == keys(*[called[name] for name in names])
    only = keys(*names[:gram])
    shape = [names[:gram].index(name) for name in names[:gram]]
    other = data.draw(st.lists(st.sampled_from("abcdefg"), min_size=gram, max_size=gram))
    assert (keys(*other) == only) == ([other.index(name) for name in other] == shape)
    if len(names) >= gram + SCHEMES["structure"].window - 1:
        assert set(keys(*before, *names)) & set(keys(*names))


def test_only_the_schemes_that_are_asked_for_are_cut():
    assert list(prints(b"text", KEY)) == ["exact", "structure", "prose"]
    assert list(prints(b"text", KEY, ["prose"])) == ["prose"]


def test_density_is_what_the_window_promises():
    text = " ".join(f"w{n * n}" for n in range(4000)).encode()
    share = len(prints(text, KEY)["prose"].keys) / 4000
    assert 0.3 < share < 0.5


def test_short_texts_have_none():
    assert all(not len(found.keys) for found in prints(b"too short", KEY).values())

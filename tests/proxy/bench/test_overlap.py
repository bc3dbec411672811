from proxy.bench.overlap import longest, quotes, words


def test_the_longest_run_is_of_words_and_signs() -> None:
    assert longest("x = f(1)\ny = 2", "a = 3\ny  =  2") == 3
    assert longest("a b", "c d") == 0


def test_a_quote_is_a_run_of_whole_words_in_any_case() -> None:
    said = words("It was the best of times, it was the worst of times.")
    assert quotes("Was the BEST of", said, 4)
    assert not quotes("was the best of all", said, 5)
    assert not quotes("t was the", said, 3)
    assert not quotes("too short", said, 5)

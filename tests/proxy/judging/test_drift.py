from proxy.judging.drift import WINDOW, Drift, Sentinel


def feed(sentinel: Sentinel, mapped: int, words: int = 100, times: int = WINDOW) -> list[Drift]:
    falls = [sentinel.observe("chatgpt-web", mapped, words) for _ in range(times)]
    return [fall for fall in falls if fall]


def test_a_form_that_changed_is_told_once_and_read_deeply_until_it_is_back() -> None:
    sentinel = Sentinel()
    assert feed(sentinel, 100) == []
    falls = feed(sentinel, 0, times=40)
    assert [fall.dialect for fall in falls] == ["chatgpt-web"]
    assert falls[0].share < 0.7 * falls[0].normal
    assert sentinel.fallen == {"chatgpt-web"}
    assert feed(sentinel, 100, times=40) == []
    assert sentinel.fallen == frozenset()


def test_what_is_usual_here_becomes_normal() -> None:
    sentinel = Sentinel()
    feed(sentinel, 80, times=600)
    assert sentinel.share("chatgpt-web") == 0.8
    assert feed(sentinel, 60, times=60) == []  # three quarters of what is usual
    assert len(feed(sentinel, 30, times=60)) == 1


def test_few_words_and_the_generic_reader_say_nothing() -> None:
    sentinel = Sentinel()
    assert feed(sentinel, 0, words=3, times=100) == []
    assert [sentinel.observe("generic", 0, 1000) for _ in range(100)] == [None] * 100
    assert sentinel.share("generic") is None


def test_a_form_that_is_new_from_the_start_is_told_after_one_window() -> None:
    assert len(feed(Sentinel(), 0)) == 1


def test_one_odd_request_among_many_is_no_fall() -> None:
    sentinel = Sentinel()
    feed(sentinel, 100)
    assert feed(sentinel, 0, times=1) == []

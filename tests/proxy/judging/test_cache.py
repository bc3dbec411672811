"""Findings are remembered by keyed hash, bounded by bytes."""

from detectors.base import File, Source
from detectors.finding import Finding
from proxy.judging.cache import FindingsCache

FOUND = (Finding("US_SSN", "pii", 0, 3, 0.9, "pii@1"),)


def test_what_was_added_is_found_again_by_text_and_hint() -> None:
    cache = FindingsCache(b"key")
    address = cache.address(Source("text", "hint"))
    cache.add(address, {"pii@1": FOUND})
    assert cache.get(cache.address(Source("text", "hint"))) == {"pii@1": FOUND}
    assert cache.get(cache.address(Source("text", "other"))) == {}


def test_a_later_detector_adds_to_the_entry() -> None:
    cache = FindingsCache(b"key")
    address = cache.address(Source("text"))
    cache.add(address, {"pii@1": FOUND})
    cache.add(address, {"names@1": ()})
    assert cache.get(address) == {"pii@1": FOUND, "names@1": ()}


def test_nothing_finished_leaves_no_entry() -> None:
    cache = FindingsCache(b"key")
    cache.add(cache.address(Source("text")), {})
    assert len(cache) == 0


def test_the_least_recently_used_entries_make_room() -> None:
    cache = FindingsCache(b"key", limit=5000)
    addresses = [cache.address(Source(str(number))) for number in range(100)]
    for address in addresses:
        cache.add(address, {"pii@1": FOUND})
        cache.get(addresses[0])
    assert len(cache) < 12
    assert cache.get(addresses[0])
    assert not cache.get(addresses[1])


def test_with_other_detectors_everything_is_forgotten_and_what_comes_late_is_not_kept() -> None:
    cache = FindingsCache(b"key")
    sources = [Source("text"), Source("", file=File(b"bytes"))]
    before = [cache.address(source) for source in sources]
    cache.add(before[0], {"pii@1": FOUND})
    cache.renew()
    assert len(cache) == 0
    for address in before:
        cache.add(address, {"pii@1": ()})
    assert all(cache.get(cache.address(source)) == {} for source in sources)


def test_look_ups_are_told() -> None:
    from proxy.judging.drive import drive
    from tests.inside import CLIENT, exchange, scanner, snapshot

    told: list[tuple[str, int]] = []
    cache = FindingsCache(b"key", observe=lambda *look_up: told.append(look_up))
    runner, words = scanner()
    for _ in range(2):
        drive(exchange("hello"), CLIENT, snapshot([words]), runner, cache=cache)
    (first, number), (second, again) = told
    assert (first, second) == ("miss", "hit")
    assert number == again > 0


def test_the_key_matters_and_lone_surrogates_are_no_trouble() -> None:
    source = Source("\ud800")
    assert FindingsCache(b"a").address(source) != FindingsCache(b"b").address(source)


def test_a_file_is_kept_under_its_bytes_type_and_suffix_and_never_under_a_text() -> None:
    cache = FindingsCache(b"key")
    address = cache.address(Source("", "file", File(b"data", "application/pdf", "pdf")))
    assert address == cache.address(Source("", "file", File(b"data", "application/pdf", "pdf")))
    others = [File(b"datb", "application/pdf", "pdf"), File(b"data", "", "pdf"), File(b"data", "application/pdf", "")]
    assert all(address != cache.address(Source("", "file", other)) for other in others)
    assert address != cache.address(Source("application/pdf\0pdf\0data", "file"))

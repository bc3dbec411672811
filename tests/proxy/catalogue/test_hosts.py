import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.catalogue.hosts import HostIndex, as_regex, fault, is_wild, normalise


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("Example.COM.", "example.com"),
        ("BÜCHER.example", "xn--bcher-kva.example"),
        ("[::1]", "::1"),
        ("xn--bcher-kva.example", "xn--bcher-kva.example"),
        ("", ""),
    ],
)
def test_a_host_is_normalised(host: str, expected: str) -> None:
    assert normalise(host) == expected


@given(st.text())
def test_normalising_raises_nothing(host: str) -> None:
    assert isinstance(normalise(host), str)


@pytest.mark.parametrize(
    ("pattern", "host", "fits"),
    [
        ("api.acme.example", "api.acme.example", True),
        ("api.acme.example", "x.api.acme.example", False),
        ("*.acme.example", "a.acme.example", True),
        ("*.acme.example", "a.b.acme.example", True),
        ("*.acme.example", "acme.example", False),
        ("*.acme.example", "evilacme.example", False),
        ("*.acme.example", "a.acme.example.evil.example", False),
        ("*.acme.example", "-.acme.example", False),
        ("api.*.acme.example", "api.eu.acme.example", True),
        ("api.*.acme.example", "api.a.b.acme.example", False),
        ("adb-*.acme.example", "adb-12.acme.example", True),
        ("q.{region}.acme.example", "q.eu-central-1.acme.example", True),
        ("q.{region}.acme.example", "q.us-gov-west-1.acme.example", True),
        ("q.{region}.acme.example", "q.s3.acme.example", False),
        ("{region}-ai.acme.example", "europe-west4-ai.acme.example", True),
        ("{region}-ai.acme.example", "northamerica-northeast1-ai.acme.example", True),
        ("{region}-ai.acme.example", "my-ai.acme.example", False),
    ],
)
def test_a_pattern_fits_what_it_says(pattern: str, host: str, fits: bool) -> None:
    assert (as_regex(pattern).fullmatch(host) is not None) is fits
    index: HostIndex[str] = HostIndex()
    index.add(pattern, "entry")
    assert index.get(host) == (["entry"] if fits else [])


def test_the_closest_pattern_comes_first() -> None:
    index: HostIndex[str] = HostIndex()
    index.add("*.acme.example", "wide")
    index.add("*.eu.acme.example", "closer")
    index.add("api.eu.acme.example", "exact")
    index.add("*.acme.example", "wide too")
    assert index.get("api.eu.acme.example") == ["exact", "closer", "wide", "wide too"]
    assert dict(index.items())["*.acme.example"] == ["wide", "wide too"]


def test_looking_up_gives_a_list_of_ones_own() -> None:
    index: HostIndex[str] = HostIndex()
    index.add("acme.example", "a")
    index.get("acme.example").append("b")
    assert index.get("acme.example") == ["a"]


@pytest.mark.parametrize(
    "pattern", ["acme.example", "*.acme.example", "q.{region}.acme.example", "llm", "10.0.0.7", "bücher.example"]
)
def test_a_good_pattern_has_no_fault(pattern: str) -> None:
    assert fault(pattern) == ""


@pytest.mark.parametrize(
    ("pattern", "says"),
    [
        ("https://acme.example", "without scheme"),
        ("acme.example:443", "port"),
        ("acme.example/x", "path"),
        ("*", "plain"),
        ("*.com", "plain"),
        ("acme.*.com", "plain"),
        ("acme..example", "host name"),
        ("acme example", "host name"),
        ("", "host name"),
    ],
)
def test_a_bad_pattern_says_what_is_wrong(pattern: str, says: str) -> None:
    assert says in fault(pattern)


def test_wild_is_what_stands_for_more_than_one() -> None:
    assert is_wild("*.a.b")
    assert is_wild("{region}.a.b")
    assert not is_wild("a.b")

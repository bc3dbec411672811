"""What becomes of a head."""

from proxy.exchange import Exchange
from proxy.judging.forwarding import Changes, Destination, swapped, tenant_headers
from proxy.judging.virtualkeys import held

GIVEN = [("Host", "h"), ("X-Tenant", "mine"), ("x-tenant", "mine too"), ("Cookie", "c")]


def test_what_is_put_replaces_every_copy() -> None:
    changes = tenant_headers([("X-Tenant", "ours")])
    assert changes.headers(GIVEN) == [("Host", "h"), ("Cookie", "c"), ("x-tenant", "ours")]


def test_where_few_headers_stay_no_other_goes_along() -> None:
    first = Changes(put=(("x-tenant", "ours"), ("x-api-key", "k1")))
    second = Changes(
        keep=frozenset({"host"}), put=(("authorization", "k2"),), path="/p", to=Destination("t", "https", "a", 1)
    )
    assert (first + second).headers(GIVEN) == [("Host", "h"), ("authorization", "k2")]
    assert (first + second).path == "/p"


def test_nothing_is_nothing() -> None:
    assert not Changes()
    assert Changes().headers(GIVEN) == GIVEN
    assert Changes(path="/")


def test_a_key_is_swapped_where_it_stands() -> None:
    header = Exchange("POST", "https", "h", 443, "/", (("authorization", "Bearer hgk_1"),))
    assert swapped(header, held(header)[0], "V").put == (("authorization", "Bearer V"),)
    plain = Exchange("POST", "https", "h", 443, "/", (("x-api-key", "hgk_1"),))
    assert swapped(plain, held(plain)[0], "V").put == (("x-api-key", "V"),)
    query = Exchange("POST", "https", "h", 443, "/v1?alt=sse&key=hgk_1&empty=")
    assert swapped(query, held(query)[0], "V&W").path == "/v1?alt=sse&key=V%26W&empty="


def test_repr_shows_no_key() -> None:
    assert "secret" not in repr(Changes(put=(("authorization", "secret"),), path="/?key=secret"))

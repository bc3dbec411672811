import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.catalogue.endpoint import Endpoint, Route
from proxy.catalogue.routes import Routes, canonical, fault


def endpoint(id_: str, *routes: str, activity: str = "chat") -> Endpoint:
    pairs = tuple(Route(*route.split(" ", 1)) for route in routes)
    return Endpoint(id_, "acme", ("acme.example",), pairs, activity=activity)


ROUTES = Routes(
    [
        endpoint("chat", "POST /v1/chat"),
        endpoint("get", "GET /v1/chat"),
        endpoint("item", "POST /v1/chat/{id}"),
        endpoint("items", "POST /v1/chat/{id}/items"),
        endpoint("rest", "POST /v1/*"),
        endpoint("model", "POST /v1/models/{model}:generate"),
        endpoint("deep", "POST /{version}/*/models/{model}:generate"),
        endpoint("login", "ANY /auth/*", activity="auth"),
        endpoint("token", "POST /oauth/token", activity="auth"),
    ]
)


@pytest.mark.parametrize(
    ("request_", "id_"),
    [
        ("POST /v1/chat", "chat"),
        ("POST /v1/chat?stream=true#x", "chat"),
        ("POST /V1/Chat", "chat"),
        ("POST /v1/chat/", "chat"),
        ("POST //v1//chat", "chat"),
        ("POST /v1/./x/../chat", "chat"),
        ("POST /v1/%63hat", "chat"),
        ("GET /v1/chat", "get"),
        ("POST /v1/chat/abc", "item"),
        ("POST /v1/chat/abc%2Fdef", "item"),
        ("POST /v1/chat/abc/items", "items"),
        ("POST /v1/chat/abc/def/items", "rest"),
        ("POST /v1/models/m:generate", "model"),
        ("POST /v1/models/m@1%3A2:generate", "model"),
        ("POST /v1/projects/p/models/m:generate", "deep"),
        ("DELETE /auth/x", "login"),
        ("POST /oauth/token", "token"),
        ("PUT /v1/chat", None),
        ("POST /v2", None),
        ("OPTIONS *", None),
        ("GET ", None),
    ],
)
def test_the_closest_route_wins(request_: str, id_: str | None) -> None:
    method, _, path = request_.partition(" ")
    found = ROUTES.find(method, path)
    assert (found.id if found else None) == id_


@pytest.mark.parametrize(
    "path", ["/auth/../v1/chat", "/auth/%2e%2e/v1/chat", "/auth/a%2Fb", "/auth/;x", "//auth/x", "/x/../oauth/token"]
)
def test_a_login_must_say_so_plainly(path: str) -> None:
    found = ROUTES.find("POST", path)
    assert found is None or found.activity != "auth"


@given(st.text(), st.text())
def test_finding_raises_nothing(method: str, path: str) -> None:
    ROUTES.find(method, path)


@given(st.lists(st.sampled_from(["a", "..", ".", "", "%2e%2e", "%2E", "b"]), max_size=8))
def test_a_canonical_path_is_canonical(segments: list[str]) -> None:
    path, _ = canonical("/" + "/".join(segments))
    assert path.startswith("/")
    assert "//" not in path
    assert not {".", ".."} & set(path.split("/"))
    assert canonical(path) == (path, True)


@pytest.mark.parametrize("text", ["POST /v1/chat", "ANY /*", "GET */v1/{model}:x", "POST /$rpc/*/Generate"])
def test_a_good_route_has_no_fault(text: str) -> None:
    assert fault(text) == ""


@pytest.mark.parametrize(
    "text", ["/v1/chat", "post /v1", "POST v1", "POST /v1?x=1", "POST /{Model}", "POST /{a", "POST  /v1"]
)
def test_a_bad_route_has_one(text: str) -> None:
    assert fault(text)

import json

from proxy.refusals.calls import end_call, refuse_call
from proxy.refusals.refusal import Answer

VENDOR = Answer(
    400, (("content-type", "application/json"), ("content-length", "2"), ("x-hushgate", "blocked; ref=1")), b"{}"
)


def test_connect_says_it_in_its_last_envelope() -> None:
    answer = refuse_call("application/connect+proto", "Not this, é.", VENDOR)
    assert answer.status == 200
    assert answer.header("x-hushgate") == "blocked; ref=1"
    assert answer.header("content-length") == str(len(answer.body))
    assert (answer.body[0], int.from_bytes(answer.body[1:5])) == (2, len(answer.body) - 5)
    assert json.loads(answer.body[5:])["error"]["message"] == "Not this, é."


def test_grpc_says_it_in_trailers_that_hold_ascii_only() -> None:
    answer = refuse_call("application/grpc+proto", "Not this,\r\né.", VENDOR)
    assert (answer.status, answer.body) == (200, b"")
    assert answer.header("grpc-status") == "7"
    assert answer.header("grpc-message") == "Not this,%0D%0A%C3%A9."


def test_other_calls_get_the_vendor_s_shape() -> None:
    assert refuse_call("application/vnd.amazon.eventstream", "Not this.", VENDOR) is VENDOR
    assert end_call("application/json", "x").body == b""

"""What a client is told where nothing was decided is in the vendor's shape, retryable, and counted."""

import json

from proxy.exchange import Exchange
from proxy.judging.apologies import Apologies
from proxy.judging.snapshot import Texts, compile_texts
from proxy.judging.tally import Tally
from proxy.metrics import Metrics

ASKED = Exchange("POST", "https", "api.anthropic.com", 443, "/v1/messages", (), b"{}")


def made() -> tuple[Apologies, Tally]:
    tally = Tally(Metrics("worker"))
    snapshot = compile_texts(Texts({"p.yaml": "schema: policy/v1\npolicy: p\nrules: []\n"}, {}))
    return Apologies(lambda: snapshot, tally), tally


def test_no_room_is_overload() -> None:
    apologies, tally = made()
    answer = apologies.no_room(ASKED)
    assert answer.status == 503
    assert answer.header("retry-after")
    assert json.loads(answer.body)["error"]["type"] == "overloaded_error"
    assert b'action="overload"' in tally.render()


def test_no_answer_says_whether_it_was_late() -> None:
    apologies, _ = made()
    for late, status in ((False, 502), (True, 504)):
        answer = apologies.no_answer(ASKED, late=late)
        assert answer.status == status
        assert answer.header("x-should-retry") == ""
        assert json.loads(answer.body)["type"] == "error"

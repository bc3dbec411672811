import json
from dataclasses import replace
from datetime import UTC, datetime

from proxy import metrics
from proxy.codecs.decode import decode
from proxy.exchange import Client, Exchange
from proxy.judging.drift import WINDOW
from proxy.judging.inspection import Judged
from proxy.judging.noticing import Noticing
from proxy.judging.tally import Tally
from proxy.metrics import Metrics
from tests.inside import snapshot

CHAT = {"model": "m", "messages": [{"role": "user", "content": "how large is a pelican, and why"}]}


def judged(host: str, body: object, path: str = "/v1/chat/completions") -> Judged:
    from policies.engine import decide
    from policies.facts import Facts

    held = snapshot([])
    exchange = Exchange(
        "POST", "https", host, 443, path, (("content-type", "application/json"),), json.dumps(body).encode()
    )
    match = held.catalogue.match(host, "POST", path)
    decoded = decode(exchange, match.endpoint.dialect)
    facts = Facts(app=match.service.id)
    verdict = decide(facts, held.policy, datetime(2026, 11, 24, tzinfo=UTC))
    return Judged(exchange, Client("10.0.0.1"), match, decoded, (), facts, verdict, frozenset())


def noticing(now: list[float]) -> tuple[Noticing, Metrics]:
    sink = Metrics()
    return Noticing(Tally(sink), lambda: now[0]), sink


def test_an_unlisted_service_is_recorded_once_an_hour_and_counted_each_time() -> None:
    now = [0.0]
    watch, sink = noticing(now)
    request = judged("llm.shadow.test", CHAT)
    (record,) = watch.records(request)
    assert (record["type"], record["app"]) == ("discovery", {"id": "unknown-ai", "host": "llm.shadow.test"})
    assert "turns" in record["signs"]  # type: ignore[operator]
    assert watch.records(request) == []
    now[0] = 3601.0
    assert len(watch.records(request)) == 1
    assert b'hushgate_discoveries_total{confidence="suspected",service="unknown-ai"} 3.0' in sink.render()


def test_a_listed_service_is_no_discovery() -> None:
    watch, _ = noticing([0.0])
    assert watch.records(judged("api.openai.com", CHAT)) == []


def test_what_does_not_look_like_an_ai_service_is_no_discovery() -> None:
    watch, _ = noticing([0.0])
    assert watch.records(judged("shop.test", {"order": "two pelicans please"}, "/orders")) == []


def test_a_new_form_of_a_known_service_is_recorded_and_then_read_by_the_generic_reader() -> None:
    watch, sink = noticing([0.0])
    changed = judged(
        "chatgpt.com",
        {"action": "next", "turn": {"words": "how large is a pelican, and why"}},
        "/backend-api/f/conversation",
    )
    records = [record for _ in range(WINDOW + 5) for record in watch.records(changed)]
    assert [(record["type"], record["dialect"]) for record in records] == [("drift", "chatgpt-web")]
    assert watch.fallen == {"chatgpt-web"}
    rendered = sink.render()
    assert b'hushgate_dialect_drift_total{dialect="chatgpt-web"} 1.0' in rendered
    assert b'hushgate_dialect_mapped_ratio{dialect="chatgpt-web"} 0.0' in rendered
    assert metrics.DIALECT_DRIFT in metrics.METRICS


def test_no_text_of_the_request_is_in_a_record() -> None:
    watch, _ = noticing([0.0])
    request = judged("llm.shadow.test", CHAT)
    assert "pelican" not in json.dumps(watch.records(replace(request)))


def test_an_answer_confirms_a_host_once_an_hour() -> None:
    now = [0.0]
    watch, sink = noticing(now)
    request = judged("llm.shadow.test", CHAT)
    assert watch.confirmed(request, ()) == []
    (record,) = watch.confirmed(request, ("choices",))
    assert (record["confidence"], record["signs"]) == ("confirmed", ["choices"])
    assert watch.confirmed(request, ("choices",)) == []
    assert b'hushgate_discoveries_total{confidence="confirmed",service="unknown-ai"} 2.0' in sink.render()

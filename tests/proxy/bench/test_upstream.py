import json

from proxy.bench.upstream import event


def test_an_event_tells_when_it_was_sent() -> None:
    size, _, rest = event(12.5).partition(b"\r\n")
    data = rest[: int(size, 16)]
    assert rest[int(size, 16) :] == b"\r\n"
    told = json.loads(data.removeprefix(b"data: "))
    assert told["at"] == 1_250_000
    assert json.loads(event(1000 + 12.5).partition(b"data: ")[2].partition(b"\n")[0])["at"] == told["at"]

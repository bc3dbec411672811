"""The observer that takes no notes fits where one is asked for."""

from proxy.door.observer import Observer, Passage, Refusal, Silence
from proxy.exchange import Client


def test_silence_is_an_observer() -> None:
    silence: Observer = Silence()
    client = Client("127.0.0.1")
    silence.opened(client, "tunnel", "a.test", 443)
    silence.closed(Passage(client, "tunnel", "a.test", 443))
    silence.refused(Refusal(client, "port", 403))
    silence.failed("OSError")
    assert Passage(client, "tunnel", "a.test", 443).outcome == "closed"

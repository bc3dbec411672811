from proxy.codecs.limits import Limits, Unreadable


def test_limits_are_those_that_are_documented() -> None:
    assert Limits() == Limits(body_bytes=16 * 2**20, ratio=200, codings=2, leaves=200_000, depth=64, nested=3)


def test_the_error_says_only_its_reason() -> None:
    assert repr(Unreadable("too_large")) == "Unreadable('too_large')"
    assert Unreadable("media").reason == "media"

"""A harvest without bounds that reads nothing inside."""

from detectors.documents.harvest import Bounds, Harvest


def harvest(bounds: Bounds = Bounds(), dispatch=lambda *_: None, clock=lambda: 0.0) -> Harvest:  # noqa: B008 - frozen
    return Harvest(bounds, 1.0, clock, dispatch)


def text(read, data: bytes) -> str:
    into = harvest()
    read(data, into)
    return into.text

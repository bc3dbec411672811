"""A file in, its text, labels and what was not read out: by kind, the files inside it too."""

from collections.abc import Callable
from dataclasses import dataclass, field

from detectors.base import File
from detectors.documents import compressed, mail, markup, office, ole, pdf, picture, rtf
from detectors.documents.harvest import Bounds, Exhausted, Harvest, Label, Unreadable
from detectors.documents.kinds import bears_archive, decoded, is_feed, is_wide, kind_of
from detectors.documents.strings import gleaned

BOUNDS = Bounds()
_MOSTLY = 0.7  # of the bytes of an unknown format, from where on they are a text with something in it


@dataclass(frozen=True, slots=True)
class Read:
    """What a file holds. `unread` are reasons; `late` tells that time ran out."""

    text: str = field(repr=False)
    labels: tuple[Label, ...] = ()
    unread: tuple[str, ...] = ()
    late: bool = False
    gleaned: int = -1  # see Opened


def read(file: File, deadline: float, clock: Callable[[], float], bounds: Bounds = BOUNDS) -> Read:
    """Read a file until `deadline` of `clock`. Raises nothing for any bytes."""
    harvest = Harvest(bounds, deadline, clock, _dispatch)
    late = False
    try:
        _dispatch(harvest, file.data, file.type, file.suffix)
    except Exhausted as error:
        late = error.reason == "timeout"
        if not late:
            harvest.miss(error.reason)
    return Read(harvest.text, tuple(harvest.labels), tuple(sorted(harvest.unread)), late, harvest.gleaned)


def _dispatch(harvest: Harvest, data: bytes, said: str, suffix: str) -> None:
    """Read one file of whatever kind. Raises Exhausted only."""
    kind = kind_of(data, said, suffix)
    if kind in ("text", "html", "mail") and is_feed(said):
        harvest.miss("media")  # it calls itself a picture: whoever gets it may see more than words
    _read(harvest, data, kind, suffix)
    if kind != "zip" and bears_archive(data):
        _read(harvest, data, "zip", suffix)


def _read(harvest: Harvest, data: bytes, kind: str, suffix: str) -> None:
    try:
        _READERS[kind](data, harvest, kind, suffix)
    except Exhausted:
        raise
    except Unreadable as error:
        harvest.miss(error.reason)
    except Exception:  # noqa: BLE001 - the boundary: a broken file breaks libraries in every way there is
        harvest.miss("undecodable")


def _archive(data: bytes, harvest: Harvest) -> None:
    with compressed.open_zip(data) as archive:
        if office.is_office(archive):
            office.read(archive, harvest)
        else:
            compressed.read_zip(archive, harvest)


def _text(data: bytes, harvest: Harvest) -> None:
    text = decoded(data)
    if is_wide(data) and "\ufffd" in text:
        harvest.miss("undecodable")
    harvest.add(text)


def _page(data: bytes, harvest: Harvest) -> None:
    harvest.add(markup.words(decoded(data)))


def _unknown(data: bytes, harvest: Harvest) -> None:
    harvest.miss("media")
    words, share = gleaned(data)
    take = harvest.add if share > _MOSTLY else harvest.glean
    take(words)


def _media(data: bytes, harvest: Harvest) -> None:  # noqa: ARG001 - one of a table
    harvest.miss("media")


_Reader = Callable[[bytes, Harvest, str, str], None]


def _plain(reader: Callable[[bytes, Harvest], None]) -> _Reader:
    return lambda data, harvest, _kind, _suffix: reader(data, harvest)


def _stream(data: bytes, harvest: Harvest, kind: str, suffix: str) -> None:
    compressed.read_stream(data, harvest, kind, suffix)


_READERS: dict[str, _Reader] = {
    "pdf": _plain(pdf.read),
    "zip": _plain(_archive),
    "tar": _plain(compressed.read_tar),
    "rtf": _plain(rtf.read),
    "mail": _plain(mail.read),
    "ole": _plain(ole.read),
    "picture": _plain(picture.read),
    "html": _plain(_page),
    "text": _plain(_text),
    "unknown": _plain(_unknown),
    "media": _plain(_media),
    **dict.fromkeys(("gzip", "bzip2", "xz", "zstd"), _stream),
}

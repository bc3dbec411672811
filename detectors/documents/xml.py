"""XML in, start, end and text events out, with nothing that XML can do beyond that.

No document type, so no entities (billion laughs, external files); the depth is bounded and time is watched.
"""

from collections.abc import Callable, Mapping
from xml.parsers import expat

from detectors.documents.harvest import Harvest, Unreadable

_CHUNK = 1 << 16
_DEPTH = 512


def parse(
    data: bytes,
    harvest: Harvest,
    *,
    start: Callable[[str, Mapping[str, str]], None] = lambda _name, _attributes: None,
    end: Callable[[str], None] = lambda _name: None,
    text: Callable[[str], None] = lambda _text: None,
) -> None:
    """Call back for each element (by local name, attributes too) and text. Raises Unreadable and Exhausted."""
    parser = expat.ParserCreate(namespace_separator=" ")
    depth = 0

    def opened(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > _DEPTH:
            raise Unreadable("undecodable")
        start(_local(name), {_local(key): value for key, value in attributes.items()})

    def closed(name: str) -> None:
        nonlocal depth
        depth -= 1
        end(_local(name))

    def refused(*_: object) -> None:
        raise Unreadable("undecodable")

    parser.buffer_text = True
    parser.StartElementHandler = opened
    parser.EndElementHandler = closed
    parser.CharacterDataHandler = text
    parser.StartDoctypeDeclHandler = refused
    parser.EntityDeclHandler = refused
    try:
        for position in range(0, len(data), _CHUNK):
            harvest.tick()
            parser.Parse(data[position : position + _CHUNK], False)
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise Unreadable("undecodable") from error


def all_text(data: bytes, harvest: Harvest) -> str:
    """Return all character data, one line an element, with the values of attributes that hold words."""
    pieces: list[str] = []

    def began(_: str, attributes: Mapping[str, str]) -> None:
        pieces.extend(f"{value}\n" for value in attributes.values() if " " in value or "@" in value)

    parse(data, harvest, start=began, end=lambda _: pieces.append("\n"), text=pieces.append)
    return "\n".join(line.strip() for line in "".join(pieces).split("\n") if line.strip())


def _local(name: str) -> str:
    return name.rpartition(" ")[2]

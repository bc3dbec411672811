from collections.abc import Callable

from proxy.codecs.carriers import is_upload, read_carriers
from proxy.codecs.limits import Limits
from proxy.codecs.reading import Reading
from proxy.exchange import Exchange, Part

Make = Callable[..., Exchange]


def read(exchange: Exchange) -> tuple[list[Part], list[tuple[str, str]]]:
    reading = Reading(Limits())
    read_carriers(reading, exchange)
    return reading.parts, [(entry.path, entry.reason) for entry in reading.unread]


def test_the_services_own_credentials_are_kept_apart(exchange: Make) -> None:
    parts, _ = read(exchange(authorization="Bearer sk-x", cookie="a=b", x_api_key="k", path="/v1?key=AIza"))
    assert [(part.path, part.kind, part.writable) for part in parts if not part.path.endswith("~")] == [
        ("query:key", "credential", False),
        ("header:authorization", "credential", False),
        ("header:cookie", "credential", False),
        ("header:x-api-key", "credential", False),
    ]


def test_headers_that_hide_text_are_read_as_json_where_they_are(exchange: Make) -> None:
    parts, _ = read(
        exchange(
            x_codex_turn_metadata='{"agent_name":"/home/dev","n":1}', x_goog_upload_file_name="CV.pdf", accept="*/*"
        )
    )
    assert [(part.path, part.kind, part.text, part.writable) for part in parts if not part.path.endswith("~")] == [
        ("header:x-codex-turn-metadata|$.agent_name", "header", "/home/dev", False),
        ("header:x-codex-turn-metadata|$.n", "header", "1", False),
        ("header:x-goog-upload-file-name", "header", "CV.pdf", False),
    ]


def test_query_values_are_decoded(exchange: Make) -> None:
    parts, unread = read(exchange(path="/s?q=my+ssn%20is&page=2&bad=%ff"))
    assert [(part.path, part.kind, part.text) for part in parts if not part.path.endswith("~")] == [
        ("query:q", "prompt", "my ssn is"),
        ("query:page", "metadata", "2"),
        ("query:bad", "metadata", "%ff"),
    ]
    assert unread == [("query:bad", "undecodable")]


def test_an_upload_says_so_in_a_header(exchange: Make) -> None:
    assert is_upload(exchange(x_goog_upload_command="upload, finalize"))
    assert not is_upload(exchange(x_goog_upload_command="start"))
    assert not is_upload(exchange())

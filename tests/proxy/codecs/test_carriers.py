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


def test_a_header_that_nobody_knows_is_read(exchange: Make) -> None:
    notes = {"x_my_note": "my ssn is here", "x_amz_meta_title": "my plan"}
    parts, _ = read(exchange(**notes, x_amz_date="20251124T1", x_trace_id="a1", x_flag="on"))
    assert [(part.path, part.kind, part.writable) for part in parts] == [
        ("header:x-my-note", "header", False),
        ("header:x-amz-meta-title", "header", False),
    ]


def test_what_browsers_and_sdks_say_for_themselves_is_not_read(exchange: Make) -> None:
    said = {"user_agent": "claude-cli/2.1 (linux)", "sec_ch_ua": '"Chromium";v="140"', "x_stainless_os": "Linux"}
    assert read(exchange(**said, accept_language="de, en"))[0] == []


def test_the_page_that_one_comes_from_may_hold_a_prompt(exchange: Make) -> None:
    parts, _ = read(exchange(referer="https://chatgpt.com/?q=my+ssn&model=x"))
    assert ("header:referer|query:q", "prompt", "my ssn") in [(part.path, part.kind, part.text) for part in parts]


def test_segments_of_the_path_are_read_but_for_names_and_numbers(exchange: Make) -> None:
    path = "/v1/models/0b1a2c3d-1111-4222-8333-444455556666/my%20ssn/n0-8Kq2mV9bN4tR7wL1/page2/12/a%ff"
    parts, unread = read(exchange(path=path))
    assert [(part.path, part.kind, part.text) for part in parts] == [
        ("path:4", "metadata", "my ssn"),
        ("path:5", "metadata", "n0-8Kq2mV9bN4tR7wL1"),
        ("path:8", "metadata", "a%ff"),
    ]
    assert unread == [("path:8", "undecodable")]


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

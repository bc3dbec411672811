import pytest

from detectors.documents.harvest import Unreadable
from detectors.documents.xml import all_text, parse
from tests.detectors.documents.gathering import harvest


def test_events_have_local_names():
    events = []
    parse(
        b'<a:x xmlns:a="u"><y a:k="v">t</y></a:x>',
        harvest(),
        start=lambda name, attributes: events.append((name, dict(attributes))),
        end=events.append,
        text=events.append,
    )
    assert events == [("x", {}), ("y", {"k": "v"}), "t", "y", "x"]


@pytest.mark.parametrize(
    "data",
    [b"<a>", b"<a></b>", b"", b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', b'<!DOCTYPE a SYSTEM "http://x"><a/>', b"<a>" * 999],
    ids=["open", "crossed", "empty", "entity", "external", "deep"],
)  # fmt: skip
def test_what_is_not_plain_xml_is_refused(data):
    with pytest.raises(Unreadable):
        parse(data, harvest())


def test_all_text_is_a_line_an_element():
    assert all_text(b'<a><b k="two words" n="1">x</b><b> y </b></a>', harvest()) == "two words\nx\ny"

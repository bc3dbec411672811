import pytest

from detectors.documents.harvest import Label
from detectors.documents.sensitivity import header_pairs, of_label_info, of_properties
from tests.papers import GUID


@pytest.mark.parametrize(
    ("says", "labels"),
    [
        ({"Enabled": "true", "Name": "Secret"}, [Label(GUID, "Secret")]),
        ({"Enabled": "false", "Name": "Secret"}, []),
        ({"Enabled": "true", "Removed": "true", "Name": "Secret"}, []),
        ({"Name": "Secret"}, [Label(GUID, "Secret")]),
        ({"Enabled": "True"}, [Label(GUID, "")]),
    ],
    ids=["on", "off", "removed", "name only", "no name"],
)
def test_properties_of_one_label_belong_together(says, labels):
    assert of_properties((f"MSIP_Label_{GUID.upper()}_{key}", value) for key, value in says.items()) == labels


def test_other_properties_are_no_labels():
    assert of_properties([("Title", "x"), ("MSIP_Label_short_Name", "y")]) == []


def test_label_info_has_ids_in_braces_and_says_whether_they_hold():
    xml = (
        b'<clbl:labelList xmlns:clbl="http://schemas.microsoft.com/office/2020/mipLabelMetadata">'
        b'<clbl:label id="{' + GUID.encode() + b'}" enabled="1" method="Privileged" siteId="{x}" removed="0" />'
        b'<clbl:label id="{b}" enabled="1" removed="1"/><clbl:label id="{c}" enabled="0"/></clbl:labelList>'
    )
    assert of_label_info(xml) == [Label(GUID, "")]
    assert of_label_info(b"\xd0\xcf\x11\xe0" + bytes(50) + xml + bytes(50)) == [Label(GUID, "")]


def test_a_mail_header_is_a_list_of_pairs():
    pairs = header_pairs(f"MSIP_Label_{GUID}_Enabled=True; MSIP_Label_{GUID}_Name=Secret;")
    assert of_properties(pairs) == [Label(GUID, "Secret")]

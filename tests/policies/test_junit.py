"""A JUnit report."""

from collections.abc import Callable
from xml.etree import ElementTree as ET

from policies import junit, testing
from policies.model import Policy


def test_failed_skipped_and_passed(policy_of: Callable[[str], Policy]) -> None:
    policy = policy_of(
        """
        tests:
          - {name: good, expect: {action: allow}}
          - {name: "bad <&>", expect: {action: block}}
          - {name: gap, todo: true, expect: {action: block}}
        """
    )
    root = ET.fromstring(junit.report(testing.run(policy)))
    assert root.attrib == {"tests": "3", "failures": "1", "skipped": "1", "errors": "0"}
    assert [[child.tag for child in case] for case in root[0]] == [[], ["failure"], ["skipped"]]
    assert root[0][1].attrib["name"] == "bad <&>"
    assert root[0][1].attrib["classname"] == "policy set"

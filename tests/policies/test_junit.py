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


def test_a_report_keeps_to_the_schema_that_continuous_integration_reads(policy_of: Callable[[str], Policy]) -> None:
    """The order and attributes of Jenkins' junit-10.xsd, as far as a report of ours holds them."""
    policy = policy_of(
        """
        rules:
          - id: r
            action: {type: monitor}
            tests: [{name: "tab\\tand \\u0085", findings: [], expect: {action: block}}]
        tests: [{name: gap, todo: true, expect: {action: block}}]
        """
    )
    root = ET.fromstring(junit.report(testing.run(policy)))
    assert root.tag == "testsuites"
    for suite in root:
        assert suite.tag == "testsuite"
        assert {"name", "tests", "failures", "errors", "skipped"} <= set(suite.attrib)
        assert int(suite.attrib["tests"]) == len(suite)
        for case in suite:
            assert case.tag == "testcase"
            assert {"classname", "name"} <= set(case.attrib)
            assert case.attrib["line"].isdigit()
            for child in case:
                assert child.tag in {"failure", "skipped"}
                assert child.attrib["message"]
        failed = [case for case in suite if case.find("failure") is not None]
        assert int(suite.attrib["failures"]) == len(failed)

"""Results of tests in, a JUnit report out: what continuous integration shows (the schema of Jenkins' xunit plugin)."""

from collections.abc import Sequence
from xml.etree import ElementTree as ET

from policies.testing import Result


def report(results: Sequence[Result]) -> str:
    """Return the report as XML: one suite a file, one case a test; a `todo` that fails is skipped."""
    by_file: dict[str, list[Result]] = {}
    for result in results:
        by_file.setdefault(result.case.file, []).append(result)
    root = ET.Element("testsuites", _numbers(results))
    for file, members in by_file.items():
        suite = ET.SubElement(root, "testsuite", {"name": file, **_numbers(members)})
        for result in members:
            _case(suite, file, result)
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode")


def _case(suite: ET.Element, file: str, result: Result) -> None:
    line = result.case.where.rsplit(":", 2)[1]
    name = result.case.rule or "policy set"
    case = ET.SubElement(suite, "testcase", {"classname": name, "name": result.case.name, "file": file, "line": line})
    if result.passed:
        return
    if result.counts:
        failure = ET.SubElement(case, "failure", {"message": result.failures[0]})
        failure.text = "\n".join(result.failures)
    else:
        ET.SubElement(case, "skipped", {"message": f"todo: {result.failures[0]}"})


def _numbers(results: Sequence[Result]) -> dict[str, str]:
    failed = sum(1 for result in results if not result.passed and result.counts)
    skipped = sum(1 for result in results if not result.passed and not result.counts)
    return {"tests": str(len(results)), "failures": str(failed), "skipped": str(skipped), "errors": "0"}

"""Every format against golden files, and against a reader that a hostile name must not fool."""

import csv
import io
import json
import re
from importlib.metadata import version
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proxy.audit import lines

GOLDEN = Path(__file__).resolve().parents[2] / "vectors" / "golden"
FORMATS = {"cef": lines.cef, "leef": lines.leef, "ecs": lines.ecs, "syslog": lines.syslog, "csv": lines.row}


@pytest.mark.parametrize("name", FORMATS)
def test_golden_files(golden_records, name):
    made = "".join(FORMATS[name](record).replace(f"|{version('hushgate')}|", "|VERSION|") + "\n" for record in golden_records if name != "syslog" or record["type"] != "start")  # fmt: skip
    assert made == (GOLDEN / f"audit.{name}").read_text(encoding="utf-8")


def read_cef(line):
    """Read as ArcSight does: seven headers, then key=value with escapes."""
    parts = re.split(r"(?<!\\)(?:\\\\)*\|", line, maxsplit=7)
    keys = list(re.finditer(r"(?:^| )([A-Za-z0-9]+)=", re.sub(r"\\.", "__", parts[7])))
    fields = {}
    for here, after in zip(keys, [*keys[1:], None], strict=True):
        raw = parts[7][here.end() : after.start() if after else None]
        fields[here[1]] = re.sub(r"\\(.)", lambda m: {"n": "\n", "r": "\r"}.get(m[1], m[1]), raw)
    return parts[:7], fields


def read_leef(line):
    *head, body = line.split("|", 6)
    return head, dict(field.split("=", 1) for field in body.split("\t"))


@settings(deadline=None)
@given(st.text(max_size=30))
def test_no_name_breaks_out_of_its_field(name):
    record = {
        "id": "A", "ts": "2026-11-23T15:26:31.123456Z", "type": "decision", "node": "n", "seq": 1,
        "who": {"user": name, "ip": "10.0.0.1"}, "app": {"id": "openai-api", "host": name},
        "decision": {"action": "block", "severity": "high", "rules": [{"id": "a-rule"}]},
    }  # fmt: skip
    head, fields = read_cef(lines.cef(record))
    assert (head[0], head[4], head[5], head[6]) == ("CEF:0", "decision", "AI request: block", "8")
    assert (fields["act"], fields["externalId"], fields["cs1"]) == ("block", "A", "a-rule")
    head, fields = read_leef(lines.leef(record))
    assert (head[0], head[5], fields["action"], fields["eventId"]) == ("LEEF:2.0", "x09", "block", "A")
    [row] = csv.reader(io.StringIO(lines.row(record)))
    told = dict(zip(lines.COLUMNS, row, strict=True))
    assert (told["action"], told["host"][:1] in tuple("=+-@")) == ("block", False)
    assert json.loads(lines.ecs(record))["event"]["action"] == "block"
    message = lines.syslog(record)
    found = re.match(r'<(\d+)>1 (\S+) (\S+) hushgate - decision \[hushgate@32473((?: [a-z]+="(?:[^"\\\]]|\\.)*")*)\] (.*)', message)  # fmt: skip
    assert found
    assert (found[1], json.loads(found[5])) == ("107", record)
    for line in (lines.cef(record), lines.leef(record), lines.row(record), message):
        assert not re.search(r"[\n\r\x00]", line)


def test_a_formula_is_text_to_a_spreadsheet(golden_records):
    record = {**golden_records[0], "who": {"user": "=cmd|'/c calc'!A0", "ip": "10.0.0.1"}}
    assert "'=cmd|'/c calc'!A0" in lines.row(record)

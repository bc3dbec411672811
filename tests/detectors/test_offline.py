"""Every shipped detector, loaded and run with sockets forbidden: nothing is fetched, nothing is told to anybody."""

import subprocess
import sys
from pathlib import Path

CODE = """
import socket

def forbidden(*_args, **_more):
    raise RuntimeError("a detector opened a socket")

socket.socket.connect = forbidden
socket.socket.connect_ex = forbidden
socket.getaddrinfo = forbidden
socket.create_connection = forbidden

from detectors.base import Source
from detectors.load import Settings, load
from detectors.scan import Scanner, Task

scanner = Scanner(load(Settings()))
names = tuple(detector.name for detector in scanner.detectors)
text = (
    "Jane Roe, jane.roe@example.co.uk, +44 20 7946 0958, card 4111 1111 1111 1111, http://example.com/a?b=c\\n"
    "password = 'Falcon-12-lbpkk'\\nCONFIDENTIAL - do not distribute\\ndef total(rows):\\n    return sum(rows)\\n"
)
(report,) = scanner.run([Task(Source(text), names)])
assert not report.failed, report.failed
print(sorted({finding.entity for found in report.findings.values() for finding in found}))
"""


def test_all_detectors_work_without_a_network() -> None:
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run([sys.executable, "-P", "-c", CODE], capture_output=True, text=True, check=False, cwd=root)
    assert done.returncode == 0, done.stderr
    for entity in (
        "EMAIL_ADDRESS",
        "PHONE_NUMBER",
        "CREDIT_CARD",
        "SECRET_PASSWORD",
        "LABEL_CONFIDENTIAL",
        "SOURCE_CODE",
    ):
        assert entity in done.stdout

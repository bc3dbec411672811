"""The wall clock of the proxy jumps, under load: deadlines do not notice, certificates, exceptions and the trail follow.

The clock is libfaketime's (Debian), put under the program by a `sitecustomize` of this test: the processes that hushgate
starts get an environment of its own making, without LD_PRELOAD.
"""

import contextlib
import ssl
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509

from proxy.audit.note import read_verifier
from proxy.audit.verify import told, verify
from tests.faults.crowd import Crowd
from tests.faults.table import row
from tests.running import AI_HOSTS, CHAT, PLAIN_HOST, ROOT, Proxy, chat
from tests.upstream import Upstream

pytestmark = [
    pytest.mark.proxy,
    pytest.mark.services,
    pytest.mark.xdist_group("faults"),
    pytest.mark.timeout(600),
]
LIBRARY = next(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"), None)
OPENAI = "api.openai.com"
HABIT = """
import os, sys
if "LD_PRELOAD" not in os.environ:
    os.environ.update(
        LD_PRELOAD={library!r}, FAKETIME_TIMESTAMP_FILE={file!r}, FAKETIME_NO_CACHE="1", NO_FAKE_STAT="1",
        FAKETIME_DONT_FAKE_MONOTONIC="1", DONT_FAKE_MONOTONIC="1",
    )
    os.execve(sys.executable, sys.orig_argv, os.environ)
"""
POLICY = """
schema: policy/v1
policy: test
owner: test@example.com
rules:
  - id: marked
    mode: enforce
    severity: high
    match: {{content: {{any: [{{labels: [LABEL_CONFIDENTIAL]}}]}}}}
    action: {{type: block, message: Please leave marked documents out.}}
exceptions:
  - {{id: EXC-1, rules: [marked], match: {{app: {{ids: [anthropic-api]}}}}, reason: t, owner: me, expires: "{until}"}}
"""


class Clock:
    """The proxy's wall clock: ours, and `ahead`."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self.set(timedelta())

    def set(self, ahead: timedelta) -> None:
        self.ahead = ahead
        fresh = self._file.with_suffix(".new")
        fresh.write_text(f"{ahead.total_seconds():+.0f}\n")
        fresh.replace(self._file)

    @property
    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Proxy, Upstream, Clock]]:
    if LIBRARY is None:
        pytest.skip("libfaketime is not installed")
    folder = tmp_path_factory.mktemp("clock")
    (folder / "clock").mkdir()  # workers see no file that is made beside the state folder later
    clock = Clock(folder / "clock" / "now")
    (folder / "habit").mkdir()
    (folder / "habit" / "sitecustomize.py").write_text(
        HABIT.format(library=str(LIBRARY), file=str(folder / "clock" / "now"))
    )
    policy = POLICY.format(until=f"{datetime.now(UTC) + timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}")
    environment = {"PYTHONPATH": f"{folder / 'habit'}:{ROOT}"}
    with (
        Upstream(folder, [*AI_HOSTS, PLAIN_HOST]) as upstream,
        Proxy(folder / "state", upstream, policies=[policy], environment=environment) as proxy,
    ):
        yield proxy, upstream, clock


def leaf(proxy: Proxy) -> x509.Certificate:
    """Return the certificate that clients meet, whatever it is worth."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with proxy.tunnel(OPENAI) as raw, context.wrap_socket(raw, server_hostname=OPENAI) as sock:
        return x509.load_der_x509_certificate(sock.getpeercert(binary_form=True) or b"")


@pytest.mark.parametrize("hours", [2, -4], ids=lambda hours: f"{hours:+d} h")
def test_a_jump_of_hours_stops_nothing(stage: tuple[Proxy, Upstream, Clock], hours: int) -> None:
    proxy, upstream, clock = stage
    clock.set(timedelta())
    with Crowd(proxy, upstream) as crowd, proxy.connect(OPENAI) as held:
        begun = time.monotonic()
        clock.set(timedelta(hours=hours))
        after = time.monotonic()
        seconds = crowd.recovered(after)
        crowd.until(lambda: sum(s.kind == "bystander" and s.begun > after for s in list(crowd.seen)) >= 3)
        lost = [*crowd.failed("bystander", begun), *crowd.failed("clean", begun)]
        assert proxy.request(OPENAI, CHAT, chat("the held connection lives"), sock=held).status == 200
    assert not crowd.leaked()
    assert not lost
    row(f"clock jumps {hours:+d} h", "nothing", seconds, "goes on")


def test_an_exception_ends_and_begins_with_the_clock(stage: tuple[Proxy, Upstream, Clock]) -> None:
    proxy, _, clock = stage

    def status() -> int:
        marked = chat("CONFIDENTIAL - do not distribute\nour margin is 12 %", max_tokens=5)
        return proxy.request("api.anthropic.com", "/v1/messages", marked).status

    clock.set(timedelta())
    assert status() == 200
    clock.set(timedelta(hours=2))
    assert status() == 400
    clock.set(timedelta())
    assert status() == 200


def test_certificates_are_valid_at_the_time_that_the_clock_shows(stage: tuple[Proxy, Upstream, Clock]) -> None:
    proxy, _, clock = stage
    for days in (0, 200, 0):
        clock.set(timedelta(days=days))
        found = leaf(proxy)
        assert found.not_valid_before_utc <= clock.now <= found.not_valid_after_utc
    assert proxy.request(OPENAI, CHAT, chat("hello")).status == 200


def test_the_trail_is_whole_after_all_jumps(stage: tuple[Proxy, Upstream, Clock]) -> None:
    proxy, _, clock = stage
    clock.set(timedelta())
    with contextlib.suppress(ConnectionError):
        proxy.request(OPENAI, CHAT, chat("hello"))
    assert "Traceback" not in proxy.errors.read_text()
    proxy.process.terminate()
    proxy.process.wait(60)
    key = read_verifier((proxy.state / "keys" / "audit-sign.pub").read_text())
    assert told(verify(proxy.state / "audit", key).problems) == []

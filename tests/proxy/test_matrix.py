"""The matrix through the real proxy: class of data x status of the service x group of the user, against a table by hand."""

import itertools
import time
from collections.abc import Iterator
from typing import Any

import pytest

from policies.fakes import fill
from tests.running import CHAT, Proxy, chat
from tests.upstream import Upstream, openai_chat

pytestmark = [pytest.mark.proxy, pytest.mark.xdist_group("matrix")]

HOSTS = {
    "sanctioned": "api.openai.com",
    "tolerated": "api.together.xyz",
    "unsanctioned": "api.groq.com",
    "prohibited": "api.deepseek.com",
}
PATHS = {"unsanctioned": "/openai/v1/chat/completions", "prohibited": "/chat/completions"}
SERVICES = """schema: services/v1
services:
  openai-api: {status: sanctioned}
  together: {status: tolerated}
  groq: {status: unsanctioned}
  deepseek-api: {status: prohibited}
"""
PEOPLE = {"hr": "127.0.0.2", "marketing": "127.0.0.3", "nobody": "127.0.0.4"}
POLICY = """schema: policy/v1
policy: matrix
defaults:
  mode: enforce
  app_status: {sanctioned: allow, tolerated: monitor, unsanctioned: monitor, prohibited: block}
classes:
  - {name: Public}
  - {name: Internal, groups: [PII.CONTACT]}
  - {name: Confidential, labels: [CONFIDENTIAL]}
  - {name: Restricted, groups: [PII.HIGH_HARM]}
rules:
  - id: restricted-is-for-hr
    match: {who: {not_groups: [hr]}, content: {any: [{class_at_least: Restricted, min_confidence: 0.5}]}}
    action: {type: block, message: Ask HR.}
  - id: restricted-stays-approved
    match:
      who: {groups: [hr]}
      app: {status: [tolerated, unsanctioned]}
      content: {any: [{class_at_least: Restricted, min_confidence: 0.5}]}
    action: {type: block, message: Use an approved service.}
  - id: restricted-is-cut-out
    match: {who: {groups: [hr]}, content: {any: [{groups: [PII.HIGH_HARM], min_confidence: 0.5}]}}
    action: {type: redact, message: Cut out.}
  - id: confidential-nowhere-unsanctioned
    match: {app: {status: [unsanctioned]}, content: {any: [{labels: [CONFIDENTIAL], min_confidence: 0.5}]}}
    action: {type: block, message: No.}
  - id: confidential-hr-may
    match:
      who: {not_groups: [hr]}
      app: {status: [tolerated]}
      content: {any: [{labels: [CONFIDENTIAL], min_confidence: 0.5}]}
    action: {type: block, message: No.}
  - id: contacts-of-marketing
    match:
      who: {groups: [marketing]}
      app: {status: [tolerated, unsanctioned]}
      content: {any: [{groups: [PII.CONTACT], min_confidence: 0.5}]}
    action: {type: redact, message: Cut out.}
  - id: contacts-of-others
    match:
      who: {not_groups: [hr, marketing]}
      app: {status: [unsanctioned]}
      content: {any: [{groups: [PII.CONTACT], min_confidence: 0.5}]}
    action: {type: block, message: No.}
"""
TEXTS = {
    "Public": "how do I center a box on a page?",
    "Internal": "write a reply to {{fake.email}} please",
    "Confidential": "CONFIDENTIAL - do not distribute\nProject Heron starts in March.",
    "Restricted": "her social security number is {{fake.us_ssn}}, is that right?",
}
# class, group -> what is done for a sanctioned, tolerated, unsanctioned, prohibited service
TABLE = {
    ("Public", "hr"): ("allow", "monitor", "monitor", "block"),
    ("Public", "marketing"): ("allow", "monitor", "monitor", "block"),
    ("Public", "nobody"): ("allow", "monitor", "monitor", "block"),
    ("Internal", "hr"): ("allow", "monitor", "monitor", "block"),
    ("Internal", "marketing"): ("allow", "redact", "redact", "block"),
    ("Internal", "nobody"): ("allow", "monitor", "block", "block"),
    ("Confidential", "hr"): ("allow", "monitor", "block", "block"),
    ("Confidential", "marketing"): ("allow", "block", "block", "block"),
    ("Confidential", "nobody"): ("allow", "block", "block", "block"),
    ("Restricted", "hr"): ("redact", "block", "block", "block"),
    ("Restricted", "marketing"): ("block", "block", "block", "block"),
    ("Restricted", "nobody"): ("block", "block", "block", "block"),
}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Proxy, Upstream]]:
    folder = tmp_path_factory.mktemp("matrix")
    (folder / "services.yaml").write_text(SERVICES)
    (folder / "users.yaml").write_text(
        "schema: users/v1\nusers:\n  hanna: {groups: [hr]}\n  marc: {groups: [marketing]}\n"
    )
    (folder / "addresses").write_text("127.0.0.2 hanna\n127.0.0.3 marc\n127.0.0.4 nobo\n")
    (folder / "identity.yaml").write_text(
        f"users: {folder}/users.yaml\naddresses: {folder}/addresses\nrequired: true\n"
    )
    arguments = ["--workers", "1", "--inspectors", "1", "--services", str(folder / "services.yaml")]
    (folder / "config.yaml").write_text(f"identity: {folder}/identity.yaml\n")
    arguments += ["--config", str(folder / "config.yaml")]
    hosts = tuple(HOSTS.values())
    with (
        Upstream(folder, list(hosts)) as upstream,
        Proxy(folder / "state", upstream, policies=[POLICY], arguments=arguments, hosts=hosts) as proxy,
    ):
        upstream.script = openai_chat
        yield proxy, upstream


def ask(proxy: Proxy, address: str, host: str, path: str, text: str) -> int:
    return proxy.request(host, path, chat(text), sock=proxy.connect(host, source=address)).status


def fresh(proxy: Proxy, before: set[str]) -> dict[str, Any]:
    """Return the one record that is not among `before`; nobody waits for that of an allowed request."""
    for _ in range(600):
        found = [record for record in proxy.records() if record["id"] not in before]
        if found:
            assert len(found) == 1
            return found[0]
        time.sleep(0.05)
    raise AssertionError("no record came")


@pytest.mark.parametrize("name", TEXTS)
def test_each_class_status_and_group_gives_the_action_of_the_table(running: tuple[Proxy, Upstream], name: str) -> None:
    proxy, upstream = running
    text = fill(TEXTS[name])
    seen: dict[tuple[str, str], list[str]] = {}
    for group, status in itertools.product(PEOPLE, HOSTS):
        upstream.received.clear()
        before = {record["id"] for record in proxy.records()}
        answer = ask(proxy, PEOPLE[group], HOSTS[status], PATHS.get(status, CHAT), text)
        record = fresh(proxy, before)
        action = record["decision"]["action"]
        assert record["app"]["status"] == status
        assert record["who"]["groups"] == ([] if group == "nobody" else [group])
        # What the log says is what happened on the wire.
        sent = b"".join(request.body for request in upstream.received)
        assert (answer == 400, sent == b"") == (action == "block", action == "block")
        assert (b"[REDACTED_" in sent) is (action == "redact")
        seen.setdefault((name, group), []).append(action)
    assert seen == {key: list(actions) for key, actions in TABLE.items() if key[0] == name}

import json
import socket
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from detectors.base import Source
from detectors.finding import Finding, keyed_digester, no_digest
from detectors.load import Settings
from detectors.secrets import rulebook
from detectors.secrets.detector import SecretDetector, build
from detectors.secrets.rule import Rule

Find = Callable[[str], list[Finding]]
RULES = rulebook.shipped()
MATCHES = [(rule, text) for rule in RULES for text in rule.match]
PASSES = [(rule, text) for rule in RULES for text in rule.passed]
SHARED = Path(__file__).parents[4] / "shared" / "data"
BENIGN = """Dear team, the key to a good sauce is patience, and a token of love. Please keep it a secret until Monday.

def login(client, auth):
    password = os.environ["DB_PASSWORD"]
    return client.post("/auth/login", data={"username": "test", "password": password})

commit 9aaac49b87e34b7b2b696402c316fdbb7c2dc66c
    fix cache key for user 38485965-6ef2-4ad9-8db8-4bb0900d0c35
"""


def named(value: object) -> str | None:
    return value.id if isinstance(value, Rule) else ""


@pytest.mark.parametrize(("rule", "text"), MATCHES, ids=named)
def test_every_match_is_found_alone_and_in_benign_text(rule: Rule, text: str, find: Find) -> None:
    for around in (text, f"{BENIGN}\n{text}\n\n{BENIGN}"):
        assert rule.entity in {finding.entity for finding in find(around)}


@pytest.mark.parametrize(("rule", "text"), MATCHES, ids=named)
def test_a_match_is_seen_by_its_own_family_only(rule: Rule, text: str, find: Find) -> None:
    families = {rule.id: rule.family for rule in RULES}
    fired = {families[finding.evidence[0].removeprefix("rule:")] for finding in find(text)}
    assert fired == {rule.family}


@pytest.mark.parametrize(("rule", "text"), PASSES, ids=named)
def test_no_rule_fires_on_a_pass(rule: Rule, text: str, find: Find) -> None:
    assert find(text) == []


def test_no_rule_fires_on_benign_text(find: Find) -> None:
    assert find(BENIGN) == []


@pytest.mark.parametrize(("rule", "text"), MATCHES, ids=named)
def test_with_and_without_hyperscan_the_findings_are_the_same(
    rule: Rule, text: str, detector: SecretDetector, ungated: SecretDetector
) -> None:
    source = Source(f"é {text}\n{BENIGN}")
    assert list(detector.detect(source, no_digest)) == list(ungated.detect(source, no_digest))


PIECES = [
    *(text for _, text in MATCHES[::7]),
    " ",
    "\n",
    "é",
    "🎉",
    "\ud800",
    "password",
    ": ",
    "=",
    "token ",
    "'",
    '"',
]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(st.lists(st.sampled_from(PIECES), max_size=6).map("".join))
def test_so_they_are_in_any_mixture(detector: SecretDetector, ungated: SecretDetector, text: str) -> None:
    found = list(detector.detect(Source(text), no_digest))
    assert found == list(ungated.detect(Source(text), no_digest))
    assert all(0 <= a.start < a.end <= len(text) for a in found)
    assert all(a.end <= b.start for a, b in pairwise(found))


def test_redacting_what_was_found_leaves_nothing_of_it(find: Find) -> None:
    for _, text in MATCHES:
        found = find(text)
        rest = text
        for finding in reversed(found):
            rest = rest[: finding.start] + f"[{finding.entity}_K7Q2XW]" + rest[finding.end :]
        for finding in found:
            assert text[finding.start : finding.end] not in rest
        assert [f for f in find(rest) if "K7Q2XW" in rest[f.start : f.end]] == []


@pytest.mark.parametrize(
    "text",
    [
        "my password is {}, thanks",
        "The WiFi password for the office is: {}",
        "Das Kennwort für den Drucker lautet {}.",
        "Passwort: {}",
        "le mot de passe est {} depuis hier",
        "mot de passe : {}",
        "la contraseña del wifi es {}",
        "la password del server è {}",
        "a senha do wifi é {}",
        "het wachtwoord is {}",
        "my pw: {}",
        "root / {}",
        "root:{}",
        "login with jsmith / {}",
        "sshpass -p {} ssh ops@gateway",
        "sshpass -p '{}' ssh ops@gateway",
        "user: admin\npass: {}",
        "DB_PASSWORD={}",
        '"password": "{}",',
        "<password>{}</password>",
        "password = '{}'",
        'setPassword("{}")',
        "| password | {} |",
        "Password: **{}**",
        "please set the password to {} for now",
    ],
)
@pytest.mark.parametrize(
    "password", ["Winter-" + "rkqpo-71", "tiger_" + "prod278", "Kaffee" + "5591&", "9Lk4Vb" + "1NcM8s"]
)
def test_passwords_are_found_to_the_character(text: str, password: str, find: Find) -> None:
    filled = text.format(password)
    assert [(f.entity, filled[f.start : f.end]) for f in find(filled)] == [("SECRET_PASSWORD", password)]


@pytest.mark.parametrize(
    "text",
    [
        "How do I reset my password? It must be at least 12 characters.",
        "Is my password strong?",
        "Mein Passwort funktioniert nicht",
        "la contraseña es incorrecta",
        "password: string;",
        "password VARCHAR(255) NOT NULL",
        "if password == confirm_password:",
        "Failed password for andrew65 from 10.0.0.1 port 44550",
        "boarding pass: QX7H2K",
        "Authorization: Bearer <token>",
        "postgres://user:password@localhost:5432/db",
        "https://{user}:{password}@example.com",
        "csrf_token: 9f8b7a6d5c4e3f2a1b0c9d8e7f6a5b4c",
        "trace_id=16c8a34ff2ccf746b7ba419855108aa7 span_id=72aacd943b10990e",
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIE4k9Lx0WzYc7RmJ2sHf9GpTqLd58vB3nKx1 me@host",
        "sha256:2bf2a8931f090183a78a0769eb66b50f7a1619d5ba065fbbfd302842b262d4c5",
        "token_count: 128000",
        "sorted(items, key=lambda kv: kv[1])",
        "log in at 10:30am / room 12b",
    ],
)
def test_talk_about_secrets_is_none(text: str, find: Find) -> None:
    assert find(text) == []


def test_the_most_specific_rule_names_a_secret(find: Find) -> None:
    token = "gh" + "o_" + "Gk3QzPwTq9Rb4mLx0VnYc7JsE2hKdU5aFo8i"
    for text in (f"token = '{token}'", f"Authorization: Bearer {token}", f"password: {token}"):
        assert [f.entity for f in find(text)] == ["SECRET_GITHUB_OAUTH_TOKEN"]


def test_a_finding_says_which_rule_and_never_the_value(detector: SecretDetector) -> None:
    (finding,) = detector.detect(Source("db_password=Winter" + "-rkqpo-71"), keyed_digester(b"k" * 32))
    assert finding.evidence == ("rule:password-assignment",)
    assert finding.detector == detector.name == "secrets.rules@1"
    assert detector.cost == "structured"
    assert finding.entity in detector.entities
    assert len(finding.digest) == 32
    assert "Winter" not in repr(finding)


def test_the_same_secret_has_one_digest_wherever_it_stands(detector: SecretDetector) -> None:
    digest = keyed_digester(b"k" * 32)
    texts = ("my password is {}.", 'password: "{}"', "sshpass -p {} ssh x")
    found = [next(iter(detector.detect(Source(text.format("Winter-" + "rkqpo-71")), digest))) for text in texts]
    assert len({finding.digest for finding in found}) == 1


def test_the_key_of_a_leaf_is_a_cue(detector: SecretDetector) -> None:
    (finding,) = detector.detect(Source("Falcon" + "-12x!", "password tool_call"), no_digest)
    assert (finding.entity, finding.evidence) == ("SECRET_PASSWORD", ("cue:key",))
    assert list(detector.detect(Source("Falcon" + "-12x!", "name prompt"), no_digest)) == []


def test_own_rules_are_added_and_replace_shipped_ones(tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text(
        "secrets:\n"
        "  - {id: acme, entity: SECRET_ACME, title: a, pattern: 'acme_[0-9]{6}', match: [acme_483920]}\n"
        "  - {id: github-pat, entity: SECRET_OURS, title: b, pattern: 'ours_[0-9]{6}', match: [ours_483920]}\n"
    )
    (made,) = build(Settings(rules=(own,), cache=tmp_path / "cache"))
    assert {"SECRET_ACME", "SECRET_OURS"} <= made.entities
    found = made.detect(Source("acme_483920 ours_483920"), no_digest)
    assert [f.entity for f in found] == ["SECRET_ACME", "SECRET_OURS"]


def test_a_bad_rule_file_stops_the_build(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text("secrets: 3")
    with pytest.raises(ValueError, match=r"own\.yaml:1:10: 'secrets' must be a list"):
        build(Settings(rules=(tmp_path,)))


HOSTILE = [
    "a.", "a-", "ey", "eyJ.", "-----BEGIN RSA PRI" + "VATE KEY-----\n", "password=", "password: a1b2c3d4 ", "key=", 'key="',
    "AKIA", "://a:b@", "root:", "login a/", "0123456789", "[{", "\\", '"', "\n", "\t ", "é", "🎉", "\ud800", "{{", "AAAA",
    "kind: Secret\nx\n", "generatedwebdavpassword1", "Server=a;Password=", "curl -u a:", "seed phrase: abc abc ", "\x00",
]  # fmt: skip


@pytest.mark.parametrize("piece", HOSTILE)
def test_a_megabyte_of_anything_is_read_without_a_socket(
    piece: str, detector: SecretDetector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "socket", None)
    text = piece * (1_000_000 // len(piece.encode("utf-8", "surrogatepass")))
    assert all(0 <= f.start < f.end <= len(text) for f in detector.detect(Source(text), no_digest))


def shared(name: str) -> list[dict[str, object]]:
    path = SHARED / name
    if not path.exists():
        pytest.skip("the shared development data is not here")
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_benign_prompts_carry_no_secret(find: Find) -> None:
    rows = shared("benign-dev.jsonl")
    assert sum(bool(find(str(row["text"]))) for row in rows) <= 0.002 * len(rows)


def test_code_carries_few_secrets(find: Find) -> None:
    rows = shared("code-dev.jsonl")
    assert sum(len(find(str(row["text"]))) for row in rows) <= 0.001 * len(rows)


def test_the_development_set_is_found(find: Find) -> None:
    expected = hit = found = right = 0
    for row in shared("secrets-dev.jsonl"):
        spans = [(e["start"], e["end"]) for e in row["expected"]]  # type: ignore[attr-defined]
        findings = [(f.start, f.end) for f in find(str(row["text"]))]
        expected += len(spans)
        found += len(findings)
        hit += sum(any(a < end and start < b for a, b in findings) for start, end in spans)
        right += sum(any(a < end and start < b for start, end in spans) for a, b in findings)
    assert hit >= 0.99 * expected
    assert right >= 0.99 * found

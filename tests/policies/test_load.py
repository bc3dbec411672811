"""Files, folders and packs; snapshots; revisions."""

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from detectors.entities import read
from policies.load import from_texts, load, packs, read_texts, revision
from policies.model import Policy
from policies.problem import PolicyError

HEAD = "schema: policy/v1\npolicy: test\n"
RULE = "rules: [{id: %s, action: {type: block}}]\n"


def test_the_shipped_packs() -> None:
    assert packs() == ("default", "iso27001", "monitor-only", "strict")
    for name in packs():
        policy = load([f"pack:{name}"])
        assert policy.rules[0].where.startswith(f"packs/{name}.yaml:")


def test_files_and_folders_make_one_set(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "a.yaml").write_text(HEAD + RULE % "a")
    (tmp_path / "deep" / "b.yml").write_text(HEAD + RULE % "b")
    (tmp_path / "deep" / ".hidden.yaml").write_text("broken: [")
    (tmp_path / "notes.txt").write_text("not a policy")
    assert {rule.id for rule in load([tmp_path]).rules} == {"a", "b"}
    assert {rule.id for rule in load([str(tmp_path / "a.yaml"), "pack:default"]).rules} > {"a", "secrets-never-leave"}


def test_a_snapshot_holds_everything_that_was_read(tmp_path: Path) -> None:
    words = "US_SSN\n"
    (tmp_path / "keys.txt").write_text(words)
    digest = sha256(words.encode()).hexdigest()
    match = "{content: {any: [{entities: $keys}]}}"
    (tmp_path / "a.yaml").write_text(
        HEAD + f"lists: {{keys: {{file: keys.txt, sha256: '{digest}'}}}}\n"
        f"rules: [{{id: r, match: {match}, action: {{type: block}}}}]\n"
    )
    policy = load([tmp_path])
    assert policy.rules[0].match.content.any[0].entities == ("US_SSN",)
    (tmp_path / "keys.txt").unlink()
    assert from_texts(policy.texts) == policy


def test_the_revision_is_of_the_content_and_not_of_the_place(tmp_path: Path) -> None:
    one = {"a.yaml": HEAD, "b.yaml": HEAD + "# b\n"}
    assert revision(one) == revision({"x/b.yaml": HEAD + "# b\n", "y/a.yaml": HEAD})
    assert revision(one) != revision({"a.yaml": HEAD + " ", "b.yaml": HEAD + "# b\n"})
    assert revision(one).startswith("sha256:")
    assert len(revision(one)) == len("sha256:") + 64


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("pack:defualt", 'there is no pack "defualt"'),
        ("nowhere.yaml", "cannot be read"),
        ("empty", "the folder holds no policy file"),
        ("latin1.yaml", "is not UTF-8 text"),
    ],
)
def test_what_cannot_be_read(tmp_path: Path, path: str, message: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "latin1.yaml").write_bytes(b"policy: caf\xe9\n")
    with pytest.raises(PolicyError, match=message) as raised:
        load([path if path.startswith("pack:") else tmp_path / path])
    assert raised.value.unreadable


def test_no_file_at_all() -> None:
    with pytest.raises(PolicyError, match="there is no policy file"):
        from_texts({"words.txt": "x"})


def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_bytes(b"\xef\xbb\xbf" + (HEAD + RULE % "a").encode())
    assert "\ufeff" not in next(iter(read_texts([tmp_path]).values()))
    assert load([tmp_path]).rules[0].id == "a"


def test_all_problems_of_all_files_at_once() -> None:
    with pytest.raises(PolicyError) as raised:
        from_texts({"b.yaml": HEAD + "rulez: []\n", "a.yaml": HEAD + "rules: [{id: r}]\nx: 1\n", "c.yaml": "a: [\n"})
    assert [(p.file, p.line) for p in raised.value.problems] == [
        ("a.yaml", 3),
        ("a.yaml", 4),
        ("b.yaml", 3),
        ("c.yaml", 2),
    ]
    assert not raised.value.unreadable


def test_a_deployment_may_bring_its_own_entities(policy_of: Callable[[str], Policy]) -> None:
    table = "entities: {STAFF_ID: {title: Staff number, category: pii}}\n"
    text = HEAD + "rules: [{id: r, action: {type: block}, match: {content: {any: [{entities: [STAFF_ID]}]}}}]\n"
    assert from_texts({"a.yaml": text}, read(table)).rules[0].id == "r"
    with pytest.raises(PolicyError, match="STAFF_ID"):
        from_texts({"a.yaml": text})

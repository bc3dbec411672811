import pytest

from proxy.evidence import reviewers
from proxy.evidence.reviewers import Panel, ReviewerError, make, panel, read_panel, read_private, read_reviewer


def test_a_pair_of_keys_is_made_and_read_back():
    reviewer, pem = make("alice", b"correct horse")
    assert read_reviewer(str(reviewer)) == reviewer
    assert read_private(pem, b"correct horse").public_key().public_bytes_raw() == reviewer.public
    assert b"ENCRYPTED" in pem


@pytest.mark.parametrize("passphrase", [b"wrong horse", b""])
def test_a_private_key_needs_its_passphrase(passphrase):
    _, pem = make("alice", b"correct horse")
    with pytest.raises(ReviewerError, match="another passphrase"):
        read_private(pem, passphrase)


@pytest.mark.parametrize(
    "text",
    ["", "alice AAAA", "hushgate-reviewer alice AAAA", "hushgate-reviewer alice ?", "hushgate-reviewer a/b AAAA"],
)
def test_what_is_no_public_key_is_told(text):
    with pytest.raises(ReviewerError):
        read_reviewer(text)


def test_a_name_that_is_none_gets_no_key():
    with pytest.raises(ReviewerError, match="letters"):
        make("../alice", b"correct horse")


def test_a_panel_stands_in_a_file(tmp_path):
    wanted = Panel((make("alice", b"x" * 8)[0], make("bob", b"x" * 8)[0]), 7)
    assert not read_panel(reviewers.panel_of(tmp_path)).on
    reviewers.write_panel(tmp_path, wanted)
    assert read_panel(reviewers.panel_of(tmp_path)) == wanted
    assert (tmp_path / "keys" / "reviewers").stat().st_mode & 0o777 == 0o600
    reviewers.write_panel(tmp_path, Panel())
    assert not read_panel(reviewers.panel_of(tmp_path)).on


def test_two_different_people_are_needed():
    alice, bob = make("alice", b"x" * 8)[0], make("bob", b"x" * 8)[0]
    with pytest.raises(ReviewerError, match="alone"):
        panel([alice])
    with pytest.raises(ReviewerError, match="twice"):
        panel([alice, reviewers.Reviewer("bob", alice.public)])
    with pytest.raises(ReviewerError, match="twice"):
        panel([alice, reviewers.Reviewer("alice", bob.public)])
    with pytest.raises(ReviewerError, match="at most"):
        panel([reviewers.Reviewer(str(n), bytes([n]) * 32) for n in range(13)])
    with pytest.raises(ReviewerError, match="days"):
        read_panel("days 0")

from hypothesis import given
from hypothesis import strategies as st

from detectors.finding import Finding
from proxy.audit.findings import LEVELS, ROWS, levels, rows
from proxy.exchange import Part

PROMPT = Part("$.messages[0].content", "user", "prompt", "…", group=1)
FILE = Part("$.attachments[0].data", "user", "file", "…", writable=False)


def mail(score=0.9, digest="a", start=0):
    return Finding("EMAIL_ADDRESS", "pii", start, start + 5, score, "pii.structured@1", digest * 32 if digest else "")


def test_findings_of_one_kind_in_one_kind_of_part_are_one_row():
    found = [(0, mail()), (0, mail(start=9)), (0, mail(0.5, "b")), (1, mail(0.4, "c"))]
    (first, second), omitted = rows(found, [PROMPT, FILE], "k1")
    assert first == {
        "entity": "EMAIL_ADDRESS",
        "category": "pii",
        "count": 3,
        "distinct": 2,
        "by": [[0.9, 2, 1], [0.5, 1, 1]],
        "in": "prompt",
        "writable": True,
        "decided": False,
        "detectors": ["pii.structured@1"],
        "where": ["$.messages[0].content"],
        "digests": ["k1:" + "a" * 32, "k1:" + "b" * 32],
        "rounded": False,
    }
    assert (second["in"], second["writable"], second["by"]) == ("file", False, [[0.4, 1, 1]])
    assert omitted == 0


def test_below_the_floor_nothing_is_written():
    assert rows([(0, mail(0.29))], [PROMPT], "k1") == ([], 0)


def test_a_value_counts_at_its_highest_level_only():
    (row,), _ = rows([(0, mail(0.4)), (0, mail(0.9))], [PROMPT], "k1")
    assert row["by"] == [[0.9, 1, 1], [0.4, 1, 0]]


def test_without_a_key_every_finding_is_another_value():
    (row,), _ = rows([(0, mail(digest="")), (0, mail(digest=""))], [PROMPT], "k1")
    assert (row["distinct"], row["digests"]) == (2, [])


def test_source_code_has_a_row_for_each_finding():
    code = [
        Finding("SOURCE_CODE", "code", 0, 9, 0.8, "code@1", language="python", kind="code", lines=12),
        Finding("SOURCE_CODE", "code", 20, 29, 0.9, "code@1", language="", kind="diff", lines=3),
    ]
    found, _ = rows([(0, each) for each in code], [PROMPT], "k1")
    assert [(row["language"], row["kind"], row["lines"], row["count"]) for row in found] == [
        ("", "diff", 3, 1),
        ("python", "code", 12, 1),
    ]


def test_a_document_is_named_with_its_overlap():
    found = Finding("DOCUMENT", "fingerprint", 0, 9, 0.7, "fp@1", source="board-2026", overlap=0.81239)
    (row,), _ = rows([(0, found)], [PROMPT], "k1")
    assert (row["source"], row["overlap"]) == ("board-2026", 0.8124)


def test_beyond_the_limit_of_rows_findings_are_counted():
    code = [Finding("SOURCE_CODE", "code", n, n + 1, 0.5, "code@1", lines=1) for n in range(ROWS + 7)]
    found, omitted = rows([(0, each) for each in code], [PROMPT], "k1")
    assert (len(found), omitted) == (ROWS, 7)


def test_digests_and_places_are_few():
    parts = [Part(f"$.messages[{n}].content", "user", "prompt", "…") for n in range(300)]
    found = [(n, Finding("PERSON", "pii", 0, 1, 0.9, "names@1", f"{n:032x}")) for n in range(300)]
    (row,), _ = rows(found, parts, "k1")
    assert (row["count"], row["distinct"], len(row["digests"]), len(row["where"])) == (300, 300, 256, 4)


SCORES = st.integers(30, 100).map(lambda percent: percent / 100)


@given(st.lists(SCORES, min_size=1, max_size=60))
def test_levels_lose_no_finding_and_promise_no_more_than_was_found(scores):
    found = levels(scores, scores)
    assert len(found) <= LEVELS
    assert [level for level, *_ in found] == sorted({level for level, *_ in found}, reverse=True)
    assert sum(count for _, count, _ in found) == len(scores)
    for level, *_ in found:
        claimed = sum(count for other, count, _ in found if other >= level)
        assert claimed == sum(score >= level for score in scores)

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.base import Source
from detectors.code.detector import build
from detectors.finding import no_digest
from detectors.load import Settings

(DETECTOR,) = build(Settings())


def detect(text):
    return list(DETECTOR.detect(Source(text), no_digest))


def seen(text):
    return [(f.kind, f.language, text[f.start : f.end]) for f in detect(text)]


def test_it_says_who_it_is():
    assert DETECTOR.name == "code.segmenter@1"
    assert DETECTOR.cost == "structured"
    assert DETECTOR.entities == {"SOURCE_CODE"}


def test_a_block_is_one_finding_with_its_language_and_its_lines():
    code = "def area(r):\n    if r < 0:\n        raise ValueError(r)\n\n    return 3.14 * r ** 2"
    text = f"Hi! What is wrong with this?\n\n{code}\n\nThank you."
    (found,) = detect(text)
    assert text[found.start : found.end] == code
    assert (found.entity, found.category, found.kind) == ("SOURCE_CODE", "code", "code")
    assert (found.language, found.lines) == ("python", 4)
    assert found.score > 0.9
    assert found.evidence == ("lines",)
    assert found.detector == "code.segmenter@1"
    assert found.digest == ""


ONE_LINERS = [
    ("SELECT * FROM users WHERE id=1;", "sql", "sql"),
    ("select count(*) from orders where status = 'open'", "sql", "sql"),
    ("DELETE FROM invoices WHERE paid = 0 AND year < 2019;", "sql", "sql"),
    ("kubectl get pods -n prod", "shell", "shell"),
    ("docker run --rm -it -p 8080:80 nginx:alpine", "shell", "shell"),
    ("git push origin HEAD:main --force", "shell", "shell"),
    ("curl -s https://api.example.com/v1/users | jq '.[0].id'", "shell", "shell"),
]


@pytest.mark.parametrize(("line", "kind", "language"), ONE_LINERS)
def test_a_single_line_of_shell_or_sql_between_prose_is_found(line, kind, language):
    text = f"I ran this on the server yesterday:\n\n{line}\n\nand the answer made no sense to me at all."
    assert seen(text) == [(kind, language, line)]


def test_diffs_markup_and_configuration_have_their_kinds():
    diff = "--- a/cart.py\n+++ b/cart.py\n@@ -1,2 +1,2 @@\n-total = 0\n+total = 1\n print(total)"
    html = '<ul class="menu">\n  <li><a href="/">Home</a></li>\n  <li>About</li>\n</ul>'
    yaml = "apiVersion: v1\nkind: Service\nmetadata:\n  name: web\nspec:\n  ports:\n    - port: 80"
    for block, kind, language in ((diff, "diff", "diff"), (html, "markup", "html"), (yaml, "config", "yaml")):
        assert seen(f"Please review what follows.\n\n{block}\n\nMany thanks to all of you!") == [
            (kind, language, block)
        ]


def test_a_fence_names_the_language_and_does_not_belong_to_the_code():
    text = "Like so:\n```kotlin\nval a = 1\nval b = a + 1\n```\nOK?"
    (found,) = detect(text)
    assert text[found.start : found.end] == "val a = 1\nval b = a + 1"
    assert (found.language, found.evidence) == ("kotlin", ("lines", "fence:kotlin"))


def test_a_fence_without_a_name_is_evidence_all_the_same():
    (found,) = detect("Like so:\n```\nSELECT name FROM towns;\n```\nOK?")
    assert (found.language, found.evidence) == ("sql", ("lines", "fence"))


NOT_CODE = {
    "a log": "2024-05-01T12:00:01Z ERROR [pool-3] connection refused id=812 took=31ms\n" * 6,
    "an access log": '192.0.2.4 - - [01/May/2024:10:00:00 +0000] "GET /a HTTP/1.1" 200 512\n' * 6,
    "a stack trace": (
        "Traceback (most recent call last):\n"
        '  File "/srv/app/main.py", line 12, in run\n'
        "    total = self.count(lines, rate=4)\n"
        '  File "/srv/app/count.py", line 3, in count\n'
        "    return len(lines) / rate\n"
        "ZeroDivisionError: division by zero\n"
    ),
    "rows of data": "id,name,city,amount\n1,Ann,Oslo,12.50\n2,Bob,Rome,9.00\n3,Cy,Bonn,1.25\n",
}


@pytest.mark.parametrize("name", NOT_CODE)
def test_logs_traces_and_data_are_not_reported(name):
    assert detect(f"What does this tell us?\n\n{NOT_CODE[name]}\nI do not understand it.") == []


PROSE = [
    "Write a Python function that takes a list of numbers and returns the second largest one.",
    "Should I use a for loop or a while loop here, and if so, return early or break?",
    "Does SELECT DISTINCT sort the rows? Our table has an index on name (varchar) and one on id.",
    "[Verse]\nG       D/F#    Em7\nAll the lights along the shore\nC       G       D\nI have seen them all before",
    "| Name | Age |\n|------|----:|\n| Ann  |  31 |\n| Bob  |  27 |",
    "Pancakes\n\n- 200 g flour\n- 2 eggs\n- 1/2 tsp salt\n\n1. Mix.\n2. Fry in butter for 2 min.",
    "From: Ann <ann@example.org>\nTo: Bob\nSubject: Re: Monday\n\n> Is 9:30 fine?\nYes (room B-2).\n\nA.",
    "7.1 Either party may terminate: (a) on 30 days' notice; or (b) at once, if the other party is insolvent.",
    "Shall I compare thee to a summer's day?\nThou art more lovely and more temperate;",
    "Solve for x:\n2x + 3 = 11\nx^2 - 4 = 0\nf(x) = 3x - 1",
    "Name: Ines Duarte\nDate of birth: 1 May 1990\nReason: moved to Porto\nStatus: open",
    "[10:31] ann: did you get it??\n[10:32] bob: yes :)\n[10:32] ann: +1",
    "# Goals\n\n- **Speed**: answer within a day\n- `first-line` staff know the product\n\n## Risks\n1. Hiring",
    "<role>You are an editor.</role>\n<task>\nShorten the text.\n</task>",
    "1. e4 e5 2. Nf3 Nc6 3. Bb5 a6 4. Ba4 Nf6 5. O-O Be7",
    "Könnten Sie mir bitte die Rechnung vom 3. Mai (Nr. 4711) noch einmal schicken? Danke!",
    "请帮我写一封感谢信,收件人是王老师。",
]


@pytest.mark.parametrize("text", PROSE)
def test_what_only_looks_like_code_is_left_alone(text):
    assert seen(text) == []


@pytest.mark.parametrize("text", ["", "user", "gpt-4o-mini", "2024-05-01T12:00:00Z", "https://example.org/a/b", "\n"])
def test_one_word_is_no_code(text):
    assert detect(text) == []


def test_brackets_alone_are_not_reported():
    assert detect("}\n") == detect("});\n}") == []


def test_a_line_of_code_may_be_the_whole_text():
    for line in ("kubectl get pods -n prod", "SELECT * FROM users WHERE id=1;", "const x = await fetch(url);"):
        assert [text for _, _, text in seen(line)] == [line]


def test_json_is_data():
    text = '{\n  "style": "watercolour",\n  "subject": {\n    "name": "harbour",\n    "boats": 3\n  }\n}'
    assert detect(text) == []


def test_a_session_with_prompt_signs_is_shell():
    text = "$ kubectl get pods -n prod --selector app=web\n$ docker ps -a | grep web\n"
    assert [(kind, language) for kind, language, _ in seen(text)] == [("shell", "shell")]


def test_a_lone_surrogate_shifts_nothing():
    text = "Größe 😀 and more words here, all of them prose.\n\nSELECT a FROM b WHERE c = 1;\n\nThat is all.\ud800"
    assert [t for _, _, t in seen(text)] == ["SELECT a FROM b WHERE c = 1;"]


def test_windows_line_ends_belong_to_no_finding():
    text = "Look:\r\n\r\nint main(void) {\r\n  return 0;\r\n}\r\n\r\nWhat does it do, and why?"
    (found,) = detect(text)
    assert text[found.start : found.end] == "int main(void) {\r\n  return 0;\r\n}"


def test_offsets_count_characters_not_bytes():
    text = "Ça marche à merveille, merci 🎉\n\nSELECT * FROM users WHERE id=1;\n\nÀ bientôt et merci"
    assert [t for _, _, t in seen(text)] == ["SELECT * FROM users WHERE id=1;"]


@given(st.text(st.characters(), max_size=200), st.sampled_from(["x = f(1);\n", "SELECT 1;\n", "\r\n", "```\n"]))
def test_findings_are_whole_lines_for_any_text(text, more):
    text = more * 3 + text + "\n" + more * 2
    before = 0
    for found in detect(text):
        assert before <= found.start < found.end <= len(text)
        assert found.start == 0 or text[found.start - 1] == "\n"
        assert text[found.end :].lstrip("\r")[:1] in ("\n", "")
        assert found.lines == sum(bool(line.strip(" \t\r\v\f")) for line in text[found.start : found.end].split("\n"))
        before = found.end


def test_numpy_waits_for_build():
    code = "import sys, detectors.code.detector; print('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"

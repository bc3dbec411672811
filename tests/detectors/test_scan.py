from dataclasses import replace

import pytest

from detectors.base import File, Opened, Source, Views
from detectors.finding import Finding, keyed_digester
from detectors.load import Settings
from detectors.scan import Report, Scanner, Task, why_unread
from detectors.views.detector import build
from detectors.views.edit import Edit
from detectors.views.view import View as Plain
from detectors.views.view import edited


class Word:
    """Finds one word; writes into `log` that it ran."""

    entities = frozenset({"WORD"})

    def __init__(self, word, cost="structured", log=None):
        self.name = f"test.{word}@1"
        self.cost = cost
        self._word = word
        self._log = log if log is not None else []

    def detect(self, source, digest):
        self._log.append((self.name, source.text))
        at = source.text.find(self._word)
        if at >= 0:
            end = at + len(self._word)
            yield Finding("WORD", "pii", at, end, 1.0, self.name, digest("WORD", self._word))


class Broken:
    name = "test.broken@1"
    cost = "structured"
    entities = frozenset({"X"})

    def detect(self, source, digest):
        raise RuntimeError(f"cannot read {source.text}")


class HalfWay(Broken):
    """Fails after its first finding."""

    name = "test.half@1"

    def detect(self, source, digest):
        yield Finding("X", "pii", 0, 1, 1.0, self.name)
        raise RuntimeError(source.text)


class Clock:
    """Shows the next of some times at each look, then stands still."""

    def __init__(self, *times):
        self._times = list(times)

    def __call__(self):
        return self._times.pop(0) if len(self._times) > 1 else self._times[0]


def task(text, *detectors):
    return Task(Source(text), tuple(d.name for d in detectors))


def test_a_report_a_task_in_order_with_findings_by_detector():
    a, b = Word("amber"), Word("blue")
    first, second = Scanner([a, b]).run([task("blue amber", a, b), task("amber", a)])
    assert {name: [(f.start, f.end) for f in found] for name, found in first.findings.items()} == {
        a.name: [(5, 10)],
        b.name: [(0, 4)],
    }
    assert [f.start for f in second.findings[a.name]] == [0]
    assert b.name not in second.findings
    assert first.failed == second.failed == {}


def test_finding_nothing_is_an_answer():
    a = Word("amber")
    (report,) = Scanner([a]).run([task("nothing here", a)])
    assert report.findings == {a.name: ()}


def test_the_digest_is_handed_to_every_detector():
    a = Word("amber")
    (report,) = Scanner([a], digest=keyed_digester(b"k")).run([task("amber", a)])
    assert report.findings[a.name][0].digest == keyed_digester(b"k")("WORD", "amber")


def test_without_a_key_findings_have_no_digest():
    a = Word("amber")
    (report,) = Scanner([a]).run([task("amber", a)])
    assert report.findings[a.name][0].digest == ""


def test_cheap_detectors_run_on_all_texts_before_dear_ones_start():
    log = []
    names, cheap = Word("n", "names", log), Word("c", "structured", log)
    prints = Word("p", "fingerprint", log)
    Scanner([names, prints, cheap]).run([task("1", names, prints, cheap), task("2", names, prints, cheap)])
    assert log == [
        (cheap.name, "1"),
        (cheap.name, "2"),
        (prints.name, "1"),
        (prints.name, "2"),
        (names.name, "1"),
        (names.name, "2"),
    ]


@pytest.mark.parametrize("broken", [Broken(), HalfWay()])
def test_a_detector_fails_alone_and_its_text_goes_nowhere(broken, capsys):
    a = Word("amber")
    (report,) = Scanner([broken, a]).run([task("amber 536-22-1234", broken, a)])
    assert report.failed == {broken.name: "error"}
    assert broken.name not in report.findings
    assert report.findings[a.name]
    shown = capsys.readouterr()
    assert "536-22" not in repr(report) + shown.out + shown.err


def test_a_detector_that_there_is_not_is_an_error_not_silence():
    (report,) = Scanner([]).run([Task(Source("x"), ("gone@1",))])
    assert report.failed == {"gone@1": "error"}


def test_after_the_deadline_nothing_is_started():
    log = []
    a, n = Word("amber", log=log), Word("name", "names", log)
    (report,) = Scanner([a, n], clock=Clock(10.0)).run([task("amber name", a, n)], deadline=10.0)
    assert report.failed == {a.name: "timeout", n.name: "names_timeout"}
    assert log == []


def test_what_ends_after_the_deadline_has_failed_and_its_findings_are_told():
    a = Word("amber")
    (report,) = Scanner([a], clock=Clock(0.0, 11.0)).run([task("amber", a)], deadline=10.0)
    assert report.failed == {a.name: "timeout"}
    assert [f.start for f in report.findings[a.name]] == [0]


def test_what_ended_before_the_deadline_stands_when_the_next_is_late():
    a, n = Word("amber"), Word("name", "names")
    (report,) = Scanner([a, n], clock=Clock(0.0, 1.0, 11.0)).run([task("amber name", a, n)], deadline=10.0)
    assert list(report.findings) == [a.name]
    assert report.failed == {n.name: "names_timeout"}


def test_two_detectors_of_one_name_are_refused():
    with pytest.raises(ValueError, match=r"two detectors are called test\.amber@1"):
        Scanner([Word("amber"), Word("amber")])


def test_the_detectors_can_be_listed_in_the_order_they_were_given():
    a, b = Word("b"), Word("a")
    assert Scanner([a, b]).detectors == (a, b)


def test_a_task_does_not_show_its_text():
    assert "536" not in repr(task("my ssn is 536-22-1234"))


class Files:
    """Reads `text:REST` as REST with a label, `late:REST` late, anything else not at all."""

    name = "test.files@1"
    cost = "file"
    entities = frozenset({"LABEL_X"})

    def __init__(self):
        self.opened = 0

    def detect(self, source, digest):
        return ()

    def open(self, file, deadline, clock):
        self.opened += 1
        kind, _, rest = file.data.decode().partition(":")
        if kind == "broken":
            raise RuntimeError(rest)
        if kind not in ("text", "late"):
            return Opened("", unread=("media",))
        return Opened(rest, (Finding("LABEL_X", "label", 0, 0, 1.0, self.name),), late=kind == "late")


def on_file(data, *detectors):
    return Task(Source("", "file", File(data)), tuple(d.name for d in detectors))


def test_the_text_of_a_file_is_what_detectors_look_at():
    files, a = Files(), Word("amber")
    (report,) = Scanner([files, a]).run([on_file(b"text:blue amber", files, a)])
    assert [f.entity for f in report.findings[files.name]] == ["LABEL_X"]
    assert [(f.start, f.end) for f in report.findings[a.name]] == [(5, 10)]
    assert report.failed == {}


def test_what_of_a_file_was_not_read_is_a_finding_with_the_reason():
    files, a = Files(), Word("amber")
    (report,) = Scanner([files, a]).run([on_file(b"png", files, a)])
    assert [why_unread(f) for f in report.findings[files.name]] == ["media"]
    assert report.findings[a.name] == ()


def test_a_file_that_took_too_long_is_a_timeout_and_not_known_the_next_time():
    files, a = Files(), Word("amber")
    (report,) = Scanner([files, a]).run([on_file(b"late:amber", files, a)])
    assert report.failed == {files.name: "timeout"}
    assert len(report.findings[a.name]) == 1


def test_a_reader_that_fails_is_an_error_and_its_file_stays_unsaid():
    files, a = Files(), Word("amber")
    (report,) = Scanner([files, a]).run([on_file(b"broken:blue", files, a)])
    assert report.failed == {files.name: "error"}
    assert "blue" not in repr(report)


def test_a_file_is_read_once_for_all_phases_of_a_job():
    files, a, n = Files(), Word("amber"), Word("name", "names")
    scanner = Scanner([files, a, n])
    soon = on_file(b"text:amber name", files, a)
    scanner.run([soon])
    (report,) = scanner.run([Task(soon.source, (n.name,))])
    assert files.opened == 1
    assert len(report.findings[n.name]) == 1
    assert files.name not in report.findings


def test_without_a_reader_a_file_is_media():
    a = Word("amber")
    (report,) = Scanner([a]).run([on_file(b"text:amber", a)])
    assert report.failed == {a.name: "media"}


class Upper:
    """A viewer: reads every text in capitals as well, in another place."""

    name = "test.upper@1"
    cost = "structured"
    entities = frozenset({"OPAQUE"})

    def __init__(self, *, broken=False):
        self._broken = broken

    def views(self, source, open_file, late):
        if self._broken:
            raise RuntimeError(source.text)
        text = source.text.upper()
        return Views((edited(Plain(source.text), [Edit(0, len(text), text, "upper")]),), (OPAQUE,))

    def detect(self, source, digest):
        return [OPAQUE]


OPAQUE = Finding("OPAQUE", "opaque", 0, 1, 1.0, Upper.name)


def test_every_detector_runs_on_every_reading_and_reports_where_the_value_stands():
    a, upper = Word("AMBER"), Upper()
    (report,) = Scanner([a, upper], digest=keyed_digester(b"k")).run([task("an amber", a, upper)])
    (found,) = report.findings[a.name]
    assert (found.start, found.end) == (0, 8)
    assert found.evidence == ("view:upper",)
    assert found.digest == keyed_digester(b"k")("WORD", "AMBER")
    assert report.findings[upper.name] == (OPAQUE,)


def test_a_detector_that_fails_on_a_reading_has_failed_and_keeps_what_it_found():
    class OnCapitals(Word):
        def detect(self, source, digest):
            if source.text.isupper():
                raise RuntimeError(source.text)
            return super().detect(source, digest)

    a, upper = OnCapitals("amber"), Upper()
    (report,) = Scanner([a, upper]).run([task("an amber", a, upper)])
    assert report.failed == {a.name: "error"}
    assert [f.start for f in report.findings[a.name]] == [3]


def test_a_detector_that_is_late_on_a_reading_has_failed():
    a, upper = Word("amber"), Upper()
    clock = Clock(0.0, 1.0, 11.0)  # the views, the text, the reading
    (report,) = Scanner([a, upper], clock=clock).run([task("an amber", a, upper)], deadline=10.0)
    assert report.failed == {a.name: "timeout"}
    assert [f.start for f in report.findings[a.name]] == [3]


def test_where_the_readings_fail_nobody_has_read_all_of_the_text():
    a, upper = Word("amber"), Upper(broken=True)
    (report,) = Scanner([a, upper]).run([task("an amber", a, upper)])
    assert report.failed == {a.name: "error", upper.name: "error"}


def test_time_that_runs_out_within_a_reading_ends_it_and_everybody_is_late():
    (views,) = build(Settings())
    a = Word("amber")
    steps = []

    def clock():
        steps.append(1)
        return 0.0 if len(steps) < 5 else 11.0

    source = Source("an amber %41%42%43 \u200bx")
    (report,) = Scanner([a, views], clock=clock).run([task(source.text, a, views)], deadline=10.0)
    assert report == Report({}, {a.name: "timeout", views.name: "timeout"})
    assert len(steps) == 5


def test_names_are_not_looked_for_in_what_was_joined():
    class Joiner(Upper):
        def views(self, source, open_file, late):
            text = source.text.upper()
            return Views((edited(Plain(source.text), [Edit(0, len(text), text, "upper")], joined=True),))

    n, a, joiner = Word("AMBER", "names"), Word("BLUE"), Joiner()
    (report,) = Scanner([n, a, joiner]).run([task("amber blue", n, a, joiner)])
    assert report.findings[n.name] == ()
    assert len(report.findings[a.name]) == 1
    assert report.failed == {}


def test_code_is_looked_for_again_where_lines_were_decoded():
    class Decoder(Upper):
        def views(self, source, open_file, late):
            return Views((edited(Plain(source.text), [Edit(0, 4, source.text[5:].upper(), "base64")]),))

    code, decoder = Word("ABC"), Decoder()
    code.entities = frozenset({"SOURCE_CODE"})
    scanner = Scanner([code, decoder])
    (short, long) = scanner.run([task("some abc", code, decoder), task(f"some abc{' ' * 30}x", code, decoder)])
    assert short.findings[code.name] == ()
    assert len(long.findings[code.name]) == 1


def test_a_report_says_how_long_each_detector_took():
    class Slow:
        name, cost, entities = "slow@1", "structured", frozenset({"X"})

        def detect(self, source, digest):
            return [None for _ in range(200_000)][:0]

    [report] = Scanner([Slow()]).run([Task(Source("text"), ("slow@1", "missing@1"))])
    assert report.seconds["slow@1"] > 0
    assert set(report.seconds) == {"slow@1"}


def test_words_gleaned_from_bytes_are_values_but_neither_lines_nor_sentences():
    class Gleaning(Files):
        def open(self, file, deadline, clock):
            return Opened("read\namber line", gleaned=5)

    class Code(Word):
        def detect(self, source, digest):
            return [replace(finding, category="code") for finding in super().detect(source, digest)]

    files, value, name = Gleaning(), Word("amber"), Word("line", "names")
    before, behind = Code("read"), Code("amber line")
    (report,) = Scanner([files, value, name, before, behind]).run([on_file(b"", files, value, name, before, behind)])
    assert {found.name: len(report.findings[found.name]) for found in (value, name, before, behind)} == {
        value.name: 1, name.name: 0, before.name: 1, behind.name: 0,
    }  # fmt: skip

from detectors.base import Detector, Source
from detectors.finding import Finding


def test_a_source_does_not_show_its_text():
    source = Source("my ssn is 536-22-1234", hint="ssn prompt")
    assert repr(source) == "Source(21 characters)"
    assert "536" not in f"{source}"


def test_anything_with_the_right_members_is_a_detector():
    class Always:
        name = "test.always@1"
        cost = "structured"
        entities = frozenset({"X"})

        def detect(self, source, digest):
            return [Finding("X", "pii", 0, len(source.text), 1.0, self.name, digest("X", source.text))]

    detector: Detector = Always()
    (found,) = detector.detect(Source("abc"), lambda entity, value: f"{entity}:{len(value)}")
    assert (found.start, found.end, found.digest) == (0, 3, "X:3")

from detectors.names.pipeline import Pipeline
from detectors.names.reader import Name, Reader
from detectors.names.tagger import Tagger


def test_both_models_are_readers():
    readers: tuple[type[Reader], ...] = (Tagger, Pipeline)
    assert all(hasattr(reader, "read") for reader in readers)


def test_a_name_says_where_and_what():
    assert Name(0, 3, "PERSON", 0.7) == Name(start=0, end=3, entity="PERSON", score=0.7)

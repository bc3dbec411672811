from pathlib import Path

import pytest
import spacy

from detectors.names.pipeline import Pipeline, load


@pytest.fixture(scope="module")
def pipeline():
    language = spacy.blank("en")
    ruler = language.add_pipe("entity_ruler")
    ruler.add_patterns(
        [
            {"label": "PERSON", "pattern": "Ada"},
            {"label": "GPE", "pattern": "Oslo"},
            {"label": "DATE", "pattern": "May"},
        ]
    )
    return Pipeline(language)


def test_labels_become_entities(pipeline):
    assert pipeline.entities == {"PERSON", "LOCATION"}
    (names,) = pipeline.read(["Ada left Oslo in May"])
    assert [(n.start, n.end, n.entity, n.score) for n in names] == [(0, 3, "PERSON", 0.6), (9, 13, "LOCATION", 0.5)]


def test_a_stretch_without_a_capital_is_not_asked_about(pipeline):
    assert pipeline.read(["ada", "Ada"])[0] == ()


def test_the_order_is_kept_and_doubles_are_answered_twice(pipeline):
    assert [len(names) for names in pipeline.read(["Ada", "Bob", "Ada"])] == [1, 0, 1]


@pytest.mark.parametrize("name", ["no_such_pipeline", "no/such/folder"])
def test_a_pipeline_that_is_not_there_is_an_error(name):
    with pytest.raises(ValueError, match="neither an installed package nor a folder"):
        load(name)


def test_a_package_that_is_no_pipeline_is_an_error():
    with pytest.raises(ValueError, match="cannot be loaded: "):
        load("yaml")


def test_a_folder_that_holds_no_pipeline_is_an_error(tmp_path: Path):
    with pytest.raises(ValueError, match="cannot be loaded: OSError"):
        load(str(tmp_path))

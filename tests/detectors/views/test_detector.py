from detectors.base import Source, Viewer
from detectors.finding import no_digest
from detectors.load import Settings
from detectors.views.canonical import NAME
from detectors.views.detector import build


def test_it_is_a_detector_of_opaque_stretches_and_a_viewer():
    (views,) = build(Settings())
    assert isinstance(views, Viewer)
    assert views.name == NAME
    assert views.cost == "structured"
    assert "OPAQUE_PAYLOAD" in views.entities
    assert list(views.detect(Source("nothing to see"), no_digest)) == []
    assert [view.text for view in views.views(Source("a%40b"), lambda _: None, lambda: False).views] == ["a@b"]


def test_the_compiled_gate_is_kept(tmp_path):
    build(Settings(cache=tmp_path))
    assert list(tmp_path.iterdir())

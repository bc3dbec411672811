import importlib.metadata

import pytest

from detectors import load as module
from detectors.load import BUILTIN, Settings, load


class Stub:
    cost = "structured"
    entities = frozenset({"X"})

    def __init__(self, name, settings):
        self.name = name
        self.settings = settings

    def detect(self, source, digest):
        return []


def build(settings):
    return (Stub("stub.first@1", settings), Stub("stub.second@1", settings))


def build_other(settings):
    return (Stub("stub.other@1", settings),)


@pytest.fixture
def stubs(monkeypatch):
    """Put families of this file in the place of the shipped ones."""
    monkeypatch.setitem(module.BUILTIN, "code", f"{__name__}:build")
    monkeypatch.setattr(module, "import_module", lambda name: __import__("sys").modules[name])
    monkeypatch.setattr(module, "entry_points", lambda group: [])


def names(detectors):
    return [detector.name for detector in detectors]


def test_each_family_is_one_factory_in_its_own_folder():
    assert list(BUILTIN) == [
        "views",
        "secrets",
        "pii",
        "labels",
        "code",
        "addresses",
        "names",
        "documents",
        "fingerprint",
        "language",
    ]
    assert all(target == f"detectors.{family}.detector:build" for family, target in BUILTIN.items())


def test_the_code_family_loads_for_real():
    assert names(load(Settings(families=("code",)))) == ["code.segmenter@1"]


def test_a_factory_gets_the_settings_and_may_return_several_detectors(stubs):
    settings = Settings(families=("code",), spacy_model="xx")
    detectors = load(settings)
    assert names(detectors) == ["stub.first@1", "stub.second@1"]
    assert detectors[0].settings is settings


def test_further_factories_come_after_the_families(stubs):
    settings = Settings(families=("code",), factories=(f"{__name__}:build_other",))
    assert names(load(settings)) == ["stub.first@1", "stub.second@1", "stub.other@1"]


def test_entry_points_come_last(stubs, monkeypatch):
    entry = importlib.metadata.EntryPoint("mine", f"{__name__}:build_other", "hushgate.detectors")
    monkeypatch.setattr(importlib.metadata.EntryPoint, "load", lambda self: build_other)
    monkeypatch.setattr(module, "entry_points", lambda group: [entry] if group == "hushgate.detectors" else [])
    assert names(load(Settings(families=("code",)))) == ["stub.first@1", "stub.second@1", "stub.other@1"]


def test_no_family_means_no_detector(stubs):
    assert load(Settings(families=())) == ()


def test_an_unknown_family_is_named_with_what_there_is():
    with pytest.raises(
        ValueError, match="there is no detector family 'codes'; there are views, secrets, pii, labels, code"
    ):
        load(Settings(families=("codes",)))

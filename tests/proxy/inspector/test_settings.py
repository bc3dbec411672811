from pathlib import Path

from detectors import load
from proxy.inspector.settings import InspectorSettings, from_json, to_json


def test_the_shipped_settings_come_back_as_they_were():
    assert from_json(to_json(InspectorSettings())) == InspectorSettings()


def test_every_setting_comes_back_as_it_was():
    detection = load.Settings(
        rules=(Path("/etc/hushgate/rules"), Path("own.yaml")),
        cache=Path("/var/cache"),
        spacy_model="en_core_web_sm",
        families=("secrets",),
        options={"names": "off"},
        factories=("acme.detectors:build",),
    )
    settings = InspectorSettings(detection, grace_s=1.5, frame_limit=1000, queue_bytes=5000)
    assert from_json(to_json(settings)) == settings


def test_it_is_one_line():
    assert b"\n" not in to_json(InspectorSettings(load.Settings(options={"a": "b\nc"})))

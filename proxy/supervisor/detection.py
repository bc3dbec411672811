"""The configuration in, what the detectors are to know of it out."""

from pathlib import Path

from detectors.fingerprint.location import files as index_files
from detectors.load import Settings
from proxy.config import Config
from proxy.keys import open_index_key


def detection(config: Config) -> Settings:
    """Return what the detectors are to know of the configuration."""
    cache = config.state / "cache"
    cache.mkdir(mode=0o700, exist_ok=True)
    indexes = ((config.state / "index").resolve(),)
    return Settings(
        indexes=indexes,
        index_key=open_index_key(config.state).hex() if index_files(indexes) else "",
        rules=tuple(map(Path, config.detector_rules)),
        cache=cache.resolve(),
        spacy_model=config.spacy_model,
        families=config.families,
        factories=config.detector_factories,
    )

"""The configuration in, what the detectors are to know of it out."""

from pathlib import Path

from detectors.load import Settings
from proxy.config import Config


def detection(config: Config) -> Settings:
    """Return what the detectors are to know of the configuration."""
    cache = config.state / "cache"
    cache.mkdir(mode=0o700, exist_ok=True)
    return Settings(
        rules=tuple(map(Path, config.detector_rules)),
        cache=cache.resolve(),
        spacy_model=config.spacy_model,
        families=config.families,
        factories=config.detector_factories,
    )

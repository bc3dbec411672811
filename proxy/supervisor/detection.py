"""The configuration in, what the detectors are to know of it out."""

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from detectors.fingerprint.location import files as index_files
from detectors.load import Settings
from policies import load as policy_load
from policies.problem import PolicyError
from proxy.config import Config
from proxy.inspector.launch import Generation
from proxy.keys import open_index_key
from proxy.supervisor.files import detector_files

_SCAN_SECONDS = 20.0  # longer than any scan may take
_LANGUAGES = re.compile(r"(?<!code_)\blanguages\b")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a generation of inspectors is made of: settings, and the modification times of the files behind them."""

    settings: Settings
    files: Mapping[str, float]


def wanted(config: Config) -> Wanted:
    """Return what inspectors would be made of now: where it is another than before, new ones are needed."""
    return Wanted(detection(config), detector_files(config))


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
        families=tuple(family for family in config.families if family != "language" or _languages_asked(config)),
        factories=config.detector_factories,
    )


async def stop_later(old: Generation) -> None:
    """End inspectors that nobody asks any more, when their open scans have had their time."""
    await asyncio.sleep(_SCAN_SECONDS)
    await old.stop()


def _languages_asked(config: Config) -> bool:
    """Tell whether a policy may ask for languages: their model takes half a second and 70 MB, so only then."""
    try:
        return any(_LANGUAGES.search(text) for text in policy_load.read_texts(config.policies).values())
    except (PolicyError, OSError):
        return True

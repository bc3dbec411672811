"""Configuration in, the texts of a snapshot out: reads what is on disk, checks it, keeps the last that was good."""

import json
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from detectors.fingerprint.location import files as index_files
from policies import load as policy_load
from policies import testing as policy_testing
from policies.problem import PolicyError
from proxy.catalogue.categories import files, read_lists
from proxy.catalogue.services import read_services
from proxy.config import Config
from proxy.evidence import reviewers
from proxy.identity.authenticator import Authenticator
from proxy.identity.files import gather, named
from proxy.identity.negotiate import NegotiateError
from proxy.identity_section import from_json
from proxy.judging import virtualkeys
from proxy.judging.snapshot import DetectorInfo, Snapshot, Texts, compile_texts
from proxy.judging.snapshot import from_json as texts_from_json

logger = logging.getLogger("hushgate.supervisor")


class SnapshotError(Exception):
    """Policies or services that cannot be put in force; `problems` names each with its place."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__(f"{len(problems)} problems")
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A snapshot that was compiled and whose policy-only inline tests pass."""

    texts: Texts
    snapshot: Snapshot


def prepare(config: Config, detectors: tuple[DetectorInfo, ...]) -> Prepared:
    """Read, compile and test what the configuration names. Raises SnapshotError with every problem."""
    try:
        texts = Texts(
            policies=policy_load.read_texts(config.policies),
            services=_services(config),
            detectors=detectors,
            switched_on=config.switch_on,
        )
        snapshot = compile_texts(texts)
    except (PolicyError, ValueError, OSError) as error:
        raise SnapshotError(_problems(error)) from None
    failed = [
        f"{result.case.where}: test {result.case.name!r}: {'; '.join(result.failures)}"
        for result in policy_testing.run(snapshot.policy)
        if result.counts and not result.passed and result.case.prompt is None and result.case.body is None
    ]
    if failed:
        raise SnapshotError(failed)
    return Prepared(texts, snapshot)


def first(config: Config, detectors: tuple[DetectorInfo, ...]) -> tuple[Prepared, bool]:
    """Return what a start puts in force, and whether that is what is on disk: else it is what was last good.

    Raises SnapshotError where nothing was.
    """
    try:
        prepared = prepare(config, detectors)
    except SnapshotError as error:
        kept = last_good(config.state, detectors)
        if kept is None:
            raise
        for problem in error.problems:
            logger.error("%s", problem)
        logger.error("the last good policy stays in force")
        return kept, False
    keep(config.state, prepared.texts)
    return prepared, True


def identity_texts(config: Config) -> dict[str, str]:
    """Return what the files of the identity section and the state's own hold, after trying them.

    Raises SnapshotError.
    """
    section = from_json(config.identity)
    try:
        texts = gather(section)
        Authenticator(section, texts)
        texts["virtual_keys"] = _virtual_keys(config.state)
    except (ValueError, OSError, NegotiateError) as error:
        raise SnapshotError([f"identity: {error}"]) from None
    try:
        texts["reviewers"] = reviewers.panel_of(config.state)
    except (ValueError, OSError) as error:
        raise SnapshotError([f"{config.state}/keys/{reviewers.FILE}: {error}"]) from None
    return texts


def _virtual_keys(state: Path) -> str:
    """Return the text of the file of virtual keys, empty where there is none. Raises ValueError or OSError."""
    path = state / "keys" / virtualkeys.FILE
    if not path.exists():
        return ""
    if path.stat().st_mode & 0o077:
        raise ValueError(f"{path} can be read by others; chmod 600 {path}")
    text = path.read_text(encoding="utf-8")
    try:
        virtualkeys.read(text, b"")
    except (ValueError, TypeError, KeyError):
        raise ValueError(f"{path} is not a file of keys; restore it from your backup") from None
    return text


def _problems(error: Exception) -> list[str]:
    problems = getattr(error, "problems", None)
    return [str(problem) for problem in problems] if problems else [str(error)]


def _services(config: Config) -> dict[str, str]:
    named: dict[str, str] = {}
    if config.services:
        named["services"] = text = config.services.read_text(encoding="utf-8")
        named |= read_lists(read_services("services", text).categories, config.services.parent)
    for entry in config.catalogue:
        path = Path(entry)
        for file in sorted(path.glob("*.yaml")) if path.is_dir() else [path]:
            named[f"catalogue:{file}"] = file.read_text(encoding="utf-8")
    return named


def keep(state: Path, texts: Texts) -> None:
    """Write `texts` down as the last good snapshot, replacing the one before atomically."""
    folder = state / "policy"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = folder / "last-good.json.new"
    fresh.write_text(json.dumps(texts.as_json()), encoding="utf-8")
    fresh.replace(folder / "last-good.json")


def last_good(state: Path, detectors: tuple[DetectorInfo, ...]) -> Prepared | None:
    """Return the last good snapshot, with today's detectors; None where there is none or it no longer compiles."""
    try:
        stored = texts_from_json(json.loads((state / "policy" / "last-good.json").read_text(encoding="utf-8")))
        texts = Texts(stored.policies, stored.services, detectors, stored.switched_on)
        return Prepared(texts, compile_texts(texts))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, PolicyError):
        return None


def watched(config: Config, texts: Iterable[str] = ()) -> dict[str, float]:
    """Return the modification times of everything that a reload would read, by path.

    `texts` are the names of the policy texts in force: among them are word lists, which only the files name.
    """
    paths = [Path(entry) for entry in (*config.policies, *config.catalogue) if not entry.startswith("pack:")]
    paths += [config.services, *_lists(config.services)] if config.services else []
    paths += [config.state / "keys" / name for name in (virtualkeys.FILE, reviewers.FILE)]
    paths += [Path(path) for path, _ in named(from_json(config.identity)).values()]
    paths += [Path(name) for name in texts if not name.startswith("packs/")]
    return _times(paths) | detector_files(config)


def _lists(services: Path) -> list[Path]:
    """Return the files of the categories that a services.yaml names; none where it cannot be read."""
    try:
        places = read_services("services", services.read_text(encoding="utf-8")).categories.values()
    except (OSError, ValueError):
        return []
    return [file for each in places for place in each for file in files(services.parent / place)]


def detector_files(config: Config) -> dict[str, float]:
    """Return the modification times of the deployment's own detector rules and fingerprint indexes, by path."""
    indexes = index_files((config.state / "index",))
    return _times([Path(entry) for entry in config.detector_rules]) | _times(indexes)


def _times(paths: Sequence[Path]) -> dict[str, float]:
    files = [
        file
        for path in paths
        for file in (
            sorted(f for f in path.rglob("*") if f.suffix in policy_load.SUFFIXES) if path.is_dir() else [path]
        )
    ]
    return {str(file): file.stat().st_mtime for file in files if file.exists()}

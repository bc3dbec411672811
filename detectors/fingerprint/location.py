"""Folders and files in, the index files that are meant out."""

from collections.abc import Iterable
from pathlib import Path

SUFFIX = ".hgi"


def files(paths: Iterable[Path]) -> list[Path]:
    """Return the index files that are meant: files as they are, those of folders by name."""
    found: list[Path] = []
    for path in paths:
        found.extend(sorted(path.glob(f"*{SUFFIX}")) if path.is_dir() else [path] if path.exists() else [])
    return found

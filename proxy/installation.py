"""Checks that the four packages on the path are ours: their names are general, another project may own them too."""

from importlib.util import find_spec
from pathlib import Path

PACKAGES = ("proxy", "detectors", "policies", "addons")


class InstallationError(Exception):
    """Another project's package stands where ours should: what is wrong, and a hint."""

    def __init__(self, message: str, hint: str = "install hushgate in an environment of its own: pipx install") -> None:
        super().__init__(message)
        self.hint = hint


def check(root: Path | None = None) -> None:
    """Raise InstallationError where one of our packages is missing or lies elsewhere than this file's."""
    home = root or Path(__file__).resolve().parents[1]
    for package in PACKAGES:
        spec = find_spec(package)
        if spec is None or spec.origin is None:
            raise InstallationError(f"the package {package!r} cannot be found")
        if Path(spec.origin).resolve().parents[1] != home:
            raise InstallationError(f"another project owns the package {package!r}: {spec.origin}")

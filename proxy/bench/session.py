"""`hushgate bench proxy`: scenarios in, figures out; sets the stand up and runs one scenario after the other."""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from proxy.bench import programs
from proxy.bench.effort import Effort
from proxy.bench.figures import Figure
from proxy.bench.scenarios import SCENARIOS


def run(parts: Sequence[str], effort: Effort, tell: Callable[[str], None]) -> Iterator[Figure]:
    """Yield the figures of the scenarios named, of all without names, each with a stand of its own.

    Raises ValueError for a name that there is not, StartError, NoAccounts, OSError.
    """
    for name in parts:
        if name not in SCENARIOS:
            raise ValueError(f"there is no scenario {name!r}; there are {', '.join(SCENARIOS)}")
    for name in parts or SCENARIOS:
        tell(f"{name}: {(SCENARIOS[name].__doc__ or '').splitlines()[0]}")
        with tempfile.TemporaryDirectory(prefix="hushgate-bench-") as folder, programs.vendor(Path(folder)) as stand:
            yield from SCENARIOS[name](stand, effort)

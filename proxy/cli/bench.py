"""`hushgate bench`: what hushgate costs and finds, beside its peers, in one run."""

import argparse
import json
import platform
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from importlib.metadata import version
from typing import TYPE_CHECKING

from proxy.cli.voice import Failure, note

if TYPE_CHECKING:
    from proxy.bench.effort import Effort
    from proxy.bench.figures import Figure

BENCHES = {
    "policy": ("proxy.bench.decisions:run", "a decision at 10, 300 and 5,000 rules, and loading policies"),
    "detect": ("proxy.bench.detection:run", "detectors on 2, 20 and 100 kB of text, beside peers, and on hostile text"),
    "codecs": ("proxy.bench.codecs:run", "reading a request body per kB, putting values back per event"),
    "proxy": ("proxy.bench.session:run", "the proxy under load, beside mitmdump and Squid where installed"),
    "audit": ("proxy.bench.audit:run", "the audit log: records per second, time to acknowledgement, CPU a request"),
    "fingerprint": ("proxy.bench.fingerprint:run", "own code, prose and records: recall, false alarms, cost"),
}
"""Name to `module:function` and a line of help. The function takes the names of the parts to run (none: all), an
`Effort` and somebody to tell what it does, and yields `Figure`s; it raises ValueError for a part that there is not."""

Bench = Callable[[Sequence[str], "Effort", Callable[[str], None]], "Iterator[Figure]"]


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the verb."""
    listed = "\n".join(f"  {name:<12} {help_}" for name, (_, help_) in BENCHES.items())
    parser = subparsers.add_parser(
        "bench",
        help="measure speed and quality, interleaved with peers",
        description=f"benches:\n{listed}",
        epilog="example:\n  hushgate bench proxy requests streams\n  hushgate bench proxy --json > today.json",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("bench", choices=tuple(BENCHES), metavar="BENCH", help=", ".join(BENCHES))
    parser.add_argument("parts", nargs="*", metavar="PART", help="parts of it to run (default: all)")
    parser.add_argument("--rounds", type=int, default=5, metavar="N", help="rounds; figures are their medians (5)")
    parser.add_argument("--scale", type=float, default=1.0, metavar="X", help="factor for the sizes of loads (1)")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="seed of what is random (1)")
    parser.add_argument("--plot", action="store_true", help="bars beside the table")
    parser.add_argument("--json", action="store_true", help="for machines: one object, for a trend")
    parser.set_defaults(func=run)


def run(args: argparse.Namespace) -> int:
    """Run a bench and print its figures; 1 where a goal is missed."""
    from proxy.bench import figures
    from proxy.bench.effort import Effort

    module, _, name = BENCHES[args.bench][0].partition(":")
    bench: Bench = getattr(import_module(module), name)
    found = []
    try:
        for figure in bench(args.parts, Effort(max(1, args.rounds), args.scale, args.seed), note):
            found.append(figure)
            if not args.json:
                print("\n".join(figures.table([figure], width=48)), flush=True)
    except (ValueError, OSError, RuntimeError) as error:
        raise Failure(f"bench {args.bench}: {error}", "hushgate bench --help lists benches and options") from None
    if args.plot:
        print("\n".join(figures.bars(found)))
    if args.json:
        about = {"hushgate": version("hushgate"), "python": platform.python_version(), "machine": platform.machine()}
        settings = {"bench": args.bench, "rounds": args.rounds, "scale": args.scale, "seed": args.seed}
        print(json.dumps({**about, **settings, "figures": [figure.as_json() for figure in found]}, indent=1))
    return 1 if any(figure.met is False for figure in found) else 0

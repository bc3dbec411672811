"""`hushgate audit ship`: the trail as it grows in, an OpenTelemetry collector's logs out; nothing is lost.

How far it came is kept in STATE/shipped.json and moved on only when the collector has taken a batch: after a crash some
records come twice (`log.record.uid` tells), none is missing.
"""

import argparse
import json
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

from proxy.cli.audit_verify import audit_folder
from proxy.cli.voice import Failure, note

if TYPE_CHECKING:
    from proxy.audit.following import Position
    from proxy.audit.otlp import Collector

_EPILOG = """Needs the extra `otlp`: pip install 'hushgate[otlp]'. Headers, certificates and time-outs by the variables
of OpenTelemetry (OTEL_EXPORTER_OTLP_LOGS_HEADERS, …_CERTIFICATE, …). Runs beside `serve`, as the same user, until it is
ended.

examples:
  hushgate audit ship --otlp http://collector:4318
  hushgate audit ship --otlp http://collector:4318 --once     # what there is, then end
"""
_FILE = "shipped.json"
_LONGEST = 60.0  # seconds between tries at a collector that takes nothing


def register(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the verb."""
    parser = verbs.add_parser(
        "ship",
        help="send records to an OpenTelemetry collector as they come",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--otlp", required=True, metavar="URL", help="OTLP over HTTP, for example http://collector:4318"
    )
    parser.add_argument("--once", action="store_true", help="end when all is sent; 1 where the collector takes nothing")
    parser.add_argument("--interval", type=float, default=1.0, metavar="S", help="seconds between looks (1)")
    parser.add_argument("--state", type=Path, default=Path("var"), metavar="DIR", help="state folder (default: var)")
    parser.set_defaults(func=run)


def run(args: argparse.Namespace) -> int:
    """Ship until ended. Raises Failure."""
    from proxy.audit.following import since

    folder, collector = audit_folder(args.state), _collector(args.otlp)
    at, sent, pause = _read(args.state), 0, args.interval
    try:
        while True:
            records, reached = since(folder, at)
            if records and not collector.send(records):
                note(f"{args.otlp} takes nothing")
                if args.once:
                    return 1
                pause = min(max(2 * pause, 1.0), _LONGEST)
                time.sleep(pause)
                continue
            if reached != at:
                _write(args.state, reached)
            at, sent, pause = reached, sent + len(records), args.interval
            if not records:
                if args.once:
                    note(f"{sent} records sent")
                    return 0
                time.sleep(args.interval)
    except KeyboardInterrupt:
        return 0
    except OSError as error:
        raise Failure(f"{error.filename or folder}: {error.strerror or error}", "ask as hushgate's own user") from None
    finally:
        collector.close()


def _collector(url: str) -> "Collector":
    if not url.startswith(("http://", "https://")):
        raise Failure(f"--otlp: {url!r} is no URL", "write http://HOST:4318")
    try:
        from proxy.audit.otlp import Collector
    except ImportError:
        raise Failure("the OpenTelemetry SDK is not installed", "pip install 'hushgate[otlp]'") from None
    return Collector(url)


def _read(state: Path) -> "dict[str, Position]":
    path = state / _FILE
    try:
        return {chain: (int(n), int(b)) for chain, (n, b) in json.loads(path.read_text(encoding="utf-8")).items()}
    except FileNotFoundError:
        return {}
    except (ValueError, TypeError, AttributeError):
        raise Failure(f"{path} cannot be read", "take it away: everything is sent once more") from None


def _write(state: Path, at: "dict[str, Position]") -> None:
    fresh = state / f"{_FILE}.new"
    with fresh.open("w", encoding="utf-8") as file:
        json.dump(at, file)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(state / _FILE)

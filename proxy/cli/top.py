"""`hushgate top`: what goes on right now, from the admin port's metrics and the end of the audit trail."""

import argparse
import json
import shutil
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from proxy.cli.voice import Failure, paint

if TYPE_CHECKING:
    from proxy.pulse import Pulse, Row, Samples

_EPILOG = """keys: Ctrl-C ends it
examples:
  hushgate top
  hushgate top --once --json | jq .rates
  hushgate top --admin http://127.0.0.1:8081 --state /var/lib/hushgate --interval 5"""
_HOME, _CLEAR_BELOW = "\x1b[H", "\x1b[J"
_ENTER, _LEAVE = "\x1b[?1049h\x1b[?25l", "\x1b[?25h\x1b[?1049l"


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the verb."""
    parser = subparsers.add_parser(
        "top", help="watch the proxy", epilog=_EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--admin", default="", metavar="URL", help="admin address (default: of the state folder's run)")
    parser.add_argument("--state", type=Path, default=Path("var"), metavar="DIR", help="state folder (default: var)")
    parser.add_argument("--interval", type=float, default=2.0, metavar="S", help="seconds between looks (2)")
    parser.add_argument("--once", action="store_true", help="one look, then end")
    parser.add_argument("--json", action="store_true", help="for machines: one object a look")
    parser.set_defaults(func=run)


def run(args: argparse.Namespace) -> int:
    """Show looks until Ctrl-C, or one. Raises Failure where the admin port does not answer."""
    from proxy.pulse import pulse

    if args.interval <= 0:
        raise Failure("--interval is a number of seconds above 0")
    address = _address(args)
    live = not (args.once or args.json) and sys.stdout.isatty()
    before, then = _scrape(address), time.monotonic()
    try:
        if live:
            sys.stdout.write(_ENTER)
        while True:
            time.sleep(args.interval)
            now, when = _scrape(address), time.monotonic()
            look = pulse(before, now, when - then)
            _show(look, address, _last(args.state), live=live, as_json=args.json)
            before, then = now, when
            if args.once:
                return 0
    except KeyboardInterrupt:
        return 0
    finally:
        if live:
            sys.stdout.write(_LEAVE)
            sys.stdout.flush()


def _show(look: "Pulse", address: str, last: list[dict[str, Any]], *, live: bool, as_json: bool) -> None:
    if as_json:
        print(json.dumps({**asdict(look), "last": last}, separators=(",", ":")), flush=True)
        return
    size = shutil.get_terminal_size((110, 40))
    lines = frame(look, address, last, time.time(), size.lines if live else 60)
    if live:
        clipped = "\x1b[K\n".join(lines[: size.lines - 1])
        sys.stdout.write(f"{_HOME}{clipped}\x1b[K{_CLEAR_BELOW}")
        sys.stdout.flush()
    else:
        print("\n".join(lines))


def frame(look: "Pulse", address: str, last: list[dict[str, Any]], now: float, height: int) -> list[str]:
    """Return the lines of one look, at most about `height`."""
    rates, levels = look.rates, look.levels
    share = rates["cache_hits"] / rates["cache"] if rates["cache"] else None
    signed = now - levels["signed_at"] if levels["signed_at"] else None
    room = max(3, (height - 10) // 3)
    lines = [
        f"hushgate {look.version}  {address}  policy {look.revision[:19]}  {time.strftime('%X', time.localtime(now))}",
        f"requests {rates['requests']:.1f}/s   {_red('refused', rates['block'])}   changed {rates['redact']:.1f}/s   "
        f"{_red('not wholly read', rates['unread'])}   {_red('turned away', rates['overload'])}",
        f"decision p50 {_ms(look.p50)}  p99 {_ms(look.p99)}   connections {levels['connections']:.0f}   "
        f"scans open {levels['open_scans']:.0f}   tunnels {rates['tunnels']:.1f}/s   "
        f"cache {'-' if share is None else f'{share:.0%}'}   {_red('upstream errors', rates['upstream_errors'])}",
        f"audit {rates['records']:.1f}/s   lag {levels['audit_lag']:.1f} s   waiting {levels['audit_queue']:.0f}   "
        f"{_red('lost', rates['lost'])}   signed {levels['signed']:.0f} records, "
        f"{'never' if signed is None else f'{signed:.0f} s ago'}",
    ]
    if not levels["reload_ok"]:
        lines.append(paint("the last reload of the policy was refused: hushgate policy check", "red"))
    if levels["changed_chains"]:
        lines.append(paint("the audit log was changed behind our back: hushgate audit verify", "red"))
    lines += _table("service", look.services, room) + _table("rule", look.rules, room)
    if last:
        from proxy.cli.audit_search import describe

        lines += ["", paint("newest decisions", "bold"), *(describe(record) for record in last[-room:])]
    return lines


def _table(title: str, rows: Sequence["Row"], room: int) -> list[str]:
    lines = ["", paint(f"{title:<34}{'per s':>8}{'total':>10}  of which", "bold")]
    for row in rows[:room]:
        parts = "  ".join(f"{name} {count:.0f}" for name, count in sorted(row.parts.items(), key=lambda part: -part[1]))
        lines.append(f"{row.name[:33]:<34}{row.rate:>8.1f}{row.total:>10.0f}  {parts}")
    return lines if rows else []


def _red(name: str, rate: float) -> str:
    text = f"{name} {rate:.1f}/s"
    return paint(text, "red") if rate else text


def _ms(seconds: float | None) -> str:
    return "-" if seconds is None else f"{1000 * seconds:.0f} ms"


def _address(args: argparse.Namespace) -> str:
    if args.admin:
        return args.admin if "://" in args.admin else f"http://{args.admin}"
    try:
        host, port = json.loads((args.state / "run.json").read_text(encoding="utf-8"))["admin"]
    except (OSError, ValueError, KeyError):
        return "http://127.0.0.1:8081"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _scrape(address: str) -> "Samples":
    from proxy.metrics import read

    try:
        # The admin port is asked directly, whatever proxy the environment names.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(f"{address.rstrip('/')}/metrics", timeout=10) as answer:
            return read(answer.read())
    except (OSError, ValueError) as error:
        reason = getattr(error, "reason", error)
        raise Failure(
            f"{address} does not answer with metrics: {reason}", "is `hushgate serve` running? see --admin"
        ) from None


def _last(state: Path) -> list[dict[str, Any]]:
    from proxy.audit.recent import recent

    return recent(state / "audit", "decision", 20)

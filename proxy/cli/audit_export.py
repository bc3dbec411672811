"""`hushgate audit export`: a question in, the records that answer it out in a format of the field."""

import argparse
import json
from collections.abc import Callable, Iterable
from typing import Any

from proxy.cli.audit_search import add_question, asked
from proxy.cli.audit_verify import audit_folder
from proxy.cli.voice import Failure, note

FORMATS = {
    "ocsf": "Open Cybersecurity Schema Framework 1.8: HTTP Activity and Data Security Finding, JSON lines",
    "ecs": "Elastic Common Schema, JSON lines",
    "cef": "ArcSight Common Event Format",
    "leef": "QRadar LEEF 2.0",
    "csv": "RFC 4180, with a head line",
    "syslog": "RFC 5424, the record as JSON in the text",
}


def register(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the verb."""
    listed = "\n".join(f"  {name:<7} {help_}" for name, help_ in FORMATS.items())
    parser = verbs.add_parser(
        "export",
        help="write records for a SIEM or a spreadsheet",
        description=f"formats:\n{listed}",
        epilog="example:\n  hushgate audit export --format ocsf --since 24h --type decision > today.jsonl",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--format", required=True, choices=tuple(FORMATS), help=", ".join(FORMATS))
    add_question(parser)
    parser.set_defaults(func=run)


def run(args: argparse.Namespace) -> int:
    """Print the records. Raises Failure."""
    from proxy.audit.search import search

    query = asked(args)
    folder = audit_folder(args.state)
    render = _renderer(args.format)
    records = without = 0
    if args.format == "csv":
        from proxy.audit.lines import COLUMNS

        print(",".join(COLUMNS))
    try:
        for record in search(folder, query):
            lines = list(render(record))
            records, without = records + 1, without + (not lines)
            for line in lines:
                print(line)
    except OSError as error:
        raise Failure(f"{error.filename or error} cannot be read", "ask as the user that runs hushgate") from None
    note(f"{records - without} records exported" + (f", {without} have no form in {args.format}" if without else ""))
    return 0


def _renderer(name: str) -> Callable[[dict[str, Any]], Iterable[str]]:
    from proxy.audit import lines, ocsf

    if name == "ocsf":
        return lambda record: [
            json.dumps(event, ensure_ascii=False, separators=(",", ":")) for event in ocsf.events(record)
        ]
    one = {"ecs": lines.ecs, "cef": lines.cef, "leef": lines.leef, "csv": lines.row, "syslog": lines.syslog}[name]
    return lambda record: (one(record),)

"""`hushgate scan`: run the detectors on text, documents, standard input, or JSON lines, without any policy."""

import argparse
import json
import sys
import time
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from proxy.cli.voice import Failure, complain, paint

if TYPE_CHECKING:
    from detectors.base import Opened, Source
    from detectors.finding import Finding
    from detectors.load import Settings
    from detectors.scan import Scanner
    from proxy.codecs.decode import Decoded
    from proxy.exchange import Unread

_EPILOG = """example:
  echo 'my card is 4111 1111 1111 1111' | hushgate scan
  hushgate scan --show-text notes.txt src/*.py
  hushgate scan plan.docx figures.xlsx archive.zip
  printf '%s\\n' '{"id": 1, "text": "ssn 536-22-1234"}' '{"id": 2, "body": {"input": "hi"}}' | hushgate scan --jsonl

exit codes: 0 nothing found, 1 findings, 2 something could not be read; --jsonl: 0 once each line is answered"""

_FAMILIES = ("views", "secrets", "pii", "labels", "code", "addresses", "names", "documents", "fingerprint")
_COLOUR = {"secret": "red", "pii": "yellow", "code": "blue", "opaque": "dim"}


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the verb."""
    parser = subparsers.add_parser(
        "scan",
        help="run the detectors on text and documents",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("files", nargs="*", metavar="FILE", help="text or a document; - or nothing is standard input")
    shape = parser.add_mutually_exclusive_group()
    shape.add_argument("--json", action="store_true", help="one JSON document for machines")
    shape.add_argument(
        "--jsonl", action="store_true", help='answer each line {"id", "text" | "body" | "wire"} with one of findings'
    )
    parser.add_argument("--show-text", action="store_true", help="show the matched text in the table")
    parser.add_argument("--exit-zero", action="store_true", help="exit 0 even with findings")
    parser.add_argument("--rules", action="append", type=Path, default=[], metavar="PATH", help="further rules (YAML)")
    parser.add_argument(
        "--state", type=Path, metavar="DIR", help="recognise the documents and records that are indexed there too"
    )
    parser.add_argument(
        "--only", action="append", choices=_FAMILIES, metavar="FAMILY", help=f"one of {', '.join(_FAMILIES)}"
    )
    parser.set_defaults(func=run)


def run(args: argparse.Namespace) -> int:
    """Scan what was named; 1 with findings unless `--exit-zero`, 2 where something could not be read."""
    from detectors.load import load
    from detectors.scan import Scanner

    try:
        scanner = Scanner(load(_settings(args)))
    except (ValueError, OSError) as error:
        raise Failure("the detection rules cannot be read", str(error)) from None
    if args.jsonl:
        return _answer_lines(args.files, scanner)
    return _scan_files(args, scanner)


def _settings(args: argparse.Namespace) -> "Settings":
    """Return which detectors are asked for. Raises Failure where the key of an index is not there."""
    from detectors.fingerprint.location import files
    from detectors.load import Settings
    from proxy.keys import KeysError, open_index_key

    families = tuple(dict.fromkeys(("views", "documents", *args.only))) if args.only else _FAMILIES
    indexes = (args.state / "index",) if args.state else ()
    try:
        key = open_index_key(args.state).hex() if files(indexes) else ""
    except KeysError as error:
        raise Failure(str(error), error.hint) from None
    return Settings(rules=tuple(args.rules), families=families, indexes=indexes, index_key=key)


def _scan_files(args: argparse.Namespace, scanner: "Scanner") -> int:
    from detectors.base import Source

    reports: list[dict[str, Any]] = []
    unreadable = False
    for name in args.files or ["-"]:
        try:
            opened = _read(name, scanner)
        except Failure as failure:
            complain(str(failure), failure.hint)
            unreadable = True
            continue
        text = opened.text
        found, failed = _scan_sources([Source(text)], scanner)
        findings = [*((0, label) for label in opened.findings), *found]
        for reason in opened.unread:
            complain(f"not all of {name} could be read: {reason}", _UNREAD.get(reason, ""))
            unreadable = True
        for detector, reason in failed.items():
            complain(f"{detector} did not finish on {name}: {reason}")
            unreadable = True
        if args.json:
            report = {"file": name, "findings": _placed(text, [f for _, f in findings])}
            reports.append(report | ({"unread": list(opened.unread)} if opened.unread else {}))
        else:
            _tell(name if len(args.files) > 1 else "", text, [f for _, f in findings], show=args.show_text)
        args.found = getattr(args, "found", False) or bool(findings)
    if args.json:
        print(json.dumps({"files": reports}, indent=1))
    if unreadable:
        return 2
    return int(getattr(args, "found", False) and not args.exit_zero)


_UNREAD = {
    "media": "pictures, sound and formats without a reader are not looked into",
    "encrypted": "take its password off to have it scanned",
    "undecodable": "the file is broken, or not what it calls itself",
    "too_large": "unpack it, and scan what is in it piece by piece",
}


def _read(name: str, scanner: "Scanner") -> "Opened":
    """Return the text of a file, with the labels that it says of itself and why some of it was not read."""
    from detectors.base import File, Opened, Reader
    from detectors.documents.kinds import kind_of

    try:
        data = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    except OSError as error:
        raise Failure(f"cannot read {name}: {error.strerror}") from None
    suffix = Path(name).suffix[1:].lower()
    if kind_of(data, "", suffix) in ("text", "html"):  # a page is scanned as its source, where its lines are
        try:
            return Opened(data.decode("utf-8-sig"))
        except UnicodeDecodeError:
            pass
    reader = next(detector for detector in scanner.detectors if isinstance(detector, Reader))
    return reader.open(File(data, "", suffix), float("inf"), time.monotonic)


def _scan_sources(
    sources: Sequence["Source"], scanner: "Scanner"
) -> tuple[list[tuple[int, "Finding"]], dict[str, str]]:
    """Run every detector on the sources; return (number of the source, finding), and what failed with why."""
    from detectors.resolve import resolve
    from detectors.scan import Task

    names = tuple(detector.name for detector in scanner.detectors)
    reports = scanner.run([Task(source, names) for source in sources])
    found = [
        (number, finding)
        for number, report in enumerate(reports)
        for finding in resolve(f for group in report.findings.values() for f in group)
    ]
    return found, {name: reason for report in reports for name, reason in report.failed.items()}


def _values(finding: "Finding") -> dict[str, Any]:
    """Return a finding as JSON values: what is set and nothing of the text."""
    values: dict[str, Any] = {
        "entity": finding.entity,
        "category": finding.category,
        "start": finding.start,
        "end": finding.end,
        "score": round(finding.score, 4),
        "detector": finding.detector,
        "evidence": list(finding.evidence),
    }
    for key in ("language", "kind", "lines", "source", "overlap"):
        if value := getattr(finding, key):
            values[key] = value
    return values


def _placed(text: str, findings: Iterable["Finding"]) -> list[dict[str, Any]]:
    """Return the findings as JSON values, each with the line and column of its start, counted from 1."""
    starts = _line_starts(text)
    placed = []
    for finding in findings:
        line = bisect_right(starts, finding.start)
        placed.append(_values(finding) | {"line": line, "column": finding.start - starts[line - 1] + 1})
    return placed


def _line_starts(text: str) -> list[int]:
    starts, at = [0], text.find("\n")
    while at >= 0:
        starts.append(at + 1)
        at = text.find("\n", at + 1)
    return starts


def _tell(name: str, text: str, findings: Sequence["Finding"], *, show: bool) -> None:
    """Print a table for people; the matched text only where it was asked for."""
    rows = []
    for values in _placed(text, findings):
        what = values["entity"]
        if values.get("lines"):
            what += f" ({values.get('language') or values['kind']}, {_count(values['lines'], 'line')})"
        place = f"{name}:" if name else ""
        place += f"{values['line']}:{values['column']}"
        shown = repr(text[values["start"] : values["end"]][:60]) if show else ""
        rows.append((place, values["category"], what, f"{values['score']:.2f}", values["detector"], shown))
    widths = [max((len(row[i]) for row in rows), default=0) for i in range(6)]
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
        cells[1] = paint(cells[1], _COLOUR.get(row[1], "bold"))
        print("  ".join(cells).rstrip())
    total = _count(len(findings), "finding")
    print(f"{name + ': ' if name else ''}{total}", file=sys.stderr)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _answer_lines(files: Sequence[str], scanner: "Scanner") -> int:
    """Answer each line of the files (or of standard input) at once, in order; blank lines are passed over."""
    progress = sys.stderr.isatty()
    done = 0
    for name in files or ["-"]:
        with _opened(name) as lines:
            for line in lines:
                if not line.strip():
                    continue
                print(json.dumps(_answer(line, scanner)), flush=True)
                done += 1
                if progress and done % 50 == 0:
                    print(f"\rhushgate: {done} lines", end="", file=sys.stderr, flush=True)
    if progress and done >= 50:
        print(f"\rhushgate: {done} lines", file=sys.stderr)
    return 0


@contextmanager
def _opened(name: str) -> Iterator[IO[bytes]]:
    if name == "-":
        yield sys.stdin.buffer
        return
    try:
        with Path(name).open("rb") as lines:
            yield lines
    except OSError as error:
        raise Failure(f"cannot read {name}: {error.strerror}") from None


def _answer(line: bytes, scanner: "Scanner") -> dict[str, Any]:
    """Return the answer to one line. What is wrong with a line is in `error`; nothing is raised for any bytes."""
    from detectors.base import Source

    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        return {"id": None, "error": "the line is not JSON in UTF-8", "findings": []}
    if not isinstance(row, dict):
        return {"id": None, "error": "the line is not a JSON object", "findings": []}
    key = next((key for key in ("text", "body", "wire") if key in row), None)
    answer: dict[str, Any] = {"id": row.get("id")}
    if key is None or (key != "body" and not isinstance(row[key], str)):
        wrong = 'write one of "text" (text), "body" (JSON) or "wire" (the text of a JSON body)'
        return {"id": None, "error": wrong, "findings": []}
    if key == "text":
        found, failed = _scan_sources([Source(row["text"])], scanner)
        answer["findings"] = [_values(finding) for _, finding in found]
    else:
        decoded = _decoded(row["body"] if key == "body" else None, row.get("wire", ""))
        answer["findings"], missed, failed = _scan_body(decoded, scanner)
        if unread := (*decoded.prompt.unread, *missed):
            answer["unread"] = [{"path": u.path, "reason": u.reason, "bytes": u.bytes} for u in unread]
    if failed:
        answer["failed"] = failed
    return answer


def _decoded(body: object, wire: str) -> "Decoded":
    """Read a JSON request body as a proxy would that does not know the service."""
    from proxy.codecs.decode import decode
    from proxy.exchange import Exchange

    text = wire
    if body is not None:
        text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    try:
        data = text.encode()
    except UnicodeEncodeError:  # lone surrogates: JSON can hold them as escapes only
        data = json.dumps(body, separators=(",", ":")).encode() if body is not None else text.encode("utf-8", "replace")
    headers = (("content-type", "application/json"),)
    return decode(Exchange("POST", "https", "localhost", 443, "/", headers, data), "generic")


def _scan_body(decoded: "Decoded", scanner: "Scanner") -> tuple[list[dict[str, Any]], list["Unread"], dict[str, str]]:
    """Scan each part and each seam between two; offsets count in the part at `path`, or in its file's text.

    Return the findings, what of files was not read, and the detectors that failed with why.
    """
    from detectors.base import Source
    from detectors.scan import why_unread
    from proxy.exchange import Unread
    from proxy.seams import seams, split

    parts = decoded.prompt.parts
    joints = seams(parts)
    sources = [
        Source(part.text, f"{part.hint} {part.kind}", part.blob.file() if part.blob is not None else None)
        for part in parts
    ]
    found, failed = _scan_sources([*sources, *(seam.source for seam in joints)], scanner)
    missed = [
        Unread(parts[number].path, reason, len(blob.data))
        for number, finding in found
        if number < len(parts) and (blob := parts[number].blob) is not None and (reason := why_unread(finding))
    ]
    placed = [(number, finding) for number, finding in found if number < len(parts) and not why_unread(finding)]
    own = list(placed)
    for number, finding in found:
        if number < len(parts):
            continue
        pieces = split(joints[number - len(parts)], finding)
        if not any(
            n == at and f.category == piece.category and f.touches(piece) for at, piece in pieces for n, f in own
        ):
            placed.extend(pieces)
            own.extend(pieces)
    placed.sort(key=lambda item: (item[0], item[1].start, item[1].end))
    return [{"path": parts[number].path, **_values(finding)} for number, finding in placed], missed, failed

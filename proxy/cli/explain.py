"""`hushgate explain`: what would happen to this request, and why, offline."""

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from proxy.cli.voice import Failure, paint

if TYPE_CHECKING:
    from proxy.exchange import Part
    from proxy.judging.inspection import Judged, Outcome
    from proxy.judging.snapshot import Snapshot

_EPILOG = """example:
  printf 'POST /v1/chat/completions HTTP/1.1\\nHost: api.openai.com\\nContent-Type: application/json\\n\\n
  {"model":"gpt-4o","messages":[{"role":"user","content":"my card is 4111 1111 1111 1111"}]}' | hushgate explain -
  hushgate explain --exchange --json request.json"""


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the verb."""
    parser = subparsers.add_parser(
        "explain",
        help="show what would happen to a request, and why",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("files", nargs="+", metavar="FILE", help="a raw HTTP/1.1 request; - is standard input")
    parser.add_argument("--exchange", action="store_true", help="files hold JSON: {method, url, headers, body or json}")
    parser.add_argument("--policies", action="append", metavar="PATH", help="policies (default: pack:default)")
    parser.add_argument("--services", type=Path, metavar="FILE", help="services.yaml of the deployment")
    parser.add_argument("--user", default="", help="ask as this user")
    parser.add_argument("--group", action="append", default=[], help="ask as a member of this group")
    parser.add_argument("--address", default="127.0.0.1", help="ask from this address")
    parser.add_argument("--json", action="store_true", help="for machines")
    parser.add_argument("--no-text", action="store_true", help="hide the text of the parts")
    parser.set_defaults(func=run)


def run(args: argparse.Namespace) -> int:
    """Explain each request; 2 where one cannot be read."""
    from secrets import token_bytes

    from detectors.finding import keyed_digester
    from detectors.load import Settings, load
    from detectors.scan import Scanner
    from proxy.exchange import Client
    from proxy.judging import drive

    scanner = Scanner(load(Settings()), keyed_digester(token_bytes(32)))  # rules may count different values
    snapshot = _snapshot(args, scanner)
    client = Client(args.address, args.user, tuple(args.group))
    for name in args.files:
        outcome = drive.drive(_exchange(args, name), client, snapshot, scanner)
        if outcome.judged is None:
            raise Failure("the request could not be inspected")
        report = describe(outcome, outcome.judged, snapshot, text=not args.no_text)
        if args.json:
            print(json.dumps(report, ensure_ascii=False, indent=1))
        else:
            _tell(report)
    return 0


def _snapshot(args: argparse.Namespace, scanner: Any) -> "Snapshot":
    from policies import load as policy_load
    from policies.problem import PolicyError
    from proxy.judging.snapshot import Texts, compile_texts, describe

    services = {"services": args.services.read_text(encoding="utf-8")} if args.services else {}
    try:
        texts = policy_load.read_texts(args.policies or ["pack:default"])
        return compile_texts(Texts(texts, services, describe(scanner.detectors)))
    except (PolicyError, ValueError, OSError) as error:
        problems = getattr(error, "problems", None) or [error]
        raise Failure("the policy cannot be read", "\n".join(map(str, problems))) from None


def _exchange(args: argparse.Namespace, name: str) -> Any:
    from proxy import rawrequest

    try:
        data = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
        return rawrequest.from_json(data.decode()) if args.exchange else rawrequest.parse(data)
    except OSError as error:
        raise Failure(f"cannot read {name}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise Failure(f"{name} is not UTF-8") from None
    except rawrequest.RequestError as error:
        raise Failure(f"{name}: {error}", error.hint) from None


def describe(outcome: "Outcome", judged: "Judged", snapshot: "Snapshot", *, text: bool) -> dict[str, Any]:
    """Return the explanation as JSON values: contracts 5, `explain`."""
    from datetime import UTC, datetime

    from policies.sentence import sentence
    from policies.trace import explain

    parts = judged.decoded.prompt.parts
    found: dict[int, list[dict[str, Any]]] = {}
    for number, finding in judged.findings:
        found.setdefault(number, []).append(
            {"entity": finding.entity, "category": finding.category, "start": finding.start, "end": finding.end,
             "score": finding.score, "detector": finding.detector, "evidence": list(finding.evidence)}
        )  # fmt: skip
    body = outcome.body if outcome.body is not None else judged.exchange.body
    sent: dict[str, Any] = {"changed": outcome.body is not None}
    if text:
        sent["body"] = None if outcome.refused else body.decode("utf-8", "replace")
    verdict = judged.verdict
    return {
        "service": judged.match.service.id,
        "endpoint": judged.match.endpoint.id,
        "catalogued": judged.match.catalogued,
        "dialect": judged.match.endpoint.dialect,
        "activity": judged.match.endpoint.activity,
        "parts": [
            {"path": part.path, "role": part.role, "kind": part.kind, "writable": part.writable,
             **_content(part, text), "findings": found.get(number, [])}
            for number, part in enumerate(parts)
        ],
        "unread": [{"path": u.path, "reason": u.reason, "bytes": u.bytes} for u in judged.decoded.prompt.unread],
        "rules": [
            {"id": trace.id, "matched": trace.matched, "failed_key": trace.failed_key, "observed": trace.observed,
             "required": trace.required, "why": sentence(trace)}
            for trace in explain(judged.facts, snapshot.policy, datetime.now(UTC))
        ],
        "verdict": {
            "action": str(verdict.action),
            "rules": [rule.id for rule in verdict.rules],
            "would": str(verdict.would.action) if verdict.would else None,
            "message": verdict.message,
            "class": verdict.data_class,
            "class_because": list(verdict.data_class_because),
        },
        "sent": sent,
    }  # fmt: skip


def _content(part: "Part", text: bool) -> dict[str, Any]:
    """Return what a part holds: its text, or what is known of its file."""
    if part.blob is not None:
        about = {"type": part.blob.type, "bytes": len(part.blob.data)}
        return {"file": about | ({"name": part.blob.name} if text else {})}
    return {"text": part.text} if text and part.kind != "credential" else {}


_COLOUR = {"block": "red", "redact": "yellow", "monitor": "blue", "allow": "green"}


def _tell(report: dict[str, Any]) -> None:
    known = "" if report["catalogued"] else " (not in the catalogue: read by the generic codec)"
    print(f"service   {report['service']}{known}, endpoint {report['endpoint']}, dialect {report['dialect']}")
    print("parts")
    for part in report["parts"]:
        shown = f"  {part['text'][:70]!r}" if "text" in part else ""
        if "file" in part:
            shown = f"  file of {part['file']['bytes']} bytes, {part['file']['type'] or 'no type'}"
        print(f"  {part['path']}  {part['role'] or '-'}/{part['kind']}{'' if part['writable'] else ' (fixed)'}{shown}")
        for finding in part["findings"]:
            print(
                f"    {paint(finding['entity'], 'yellow')} {finding['start']}-{finding['end']} {finding['score']:.2f}"
            )
    for unread in report["unread"]:
        print(f"  {unread['path']}  {paint('unread', 'red')}: {unread['reason']}, {unread['bytes']} bytes")
    print("rules")
    for rule in report["rules"]:
        why = f"  {rule['why']}" if rule["why"] else ""
        print(f"  {_mark(rule['matched'])} {rule['id']}{why}")
    verdict = report["verdict"]
    action = paint(verdict["action"], _COLOUR.get(verdict["action"], "bold"))
    print(f"verdict   {action} by {', '.join(verdict['rules']) or 'default'}")
    if verdict["class"]:
        because = f" ({', '.join(verdict['class_because'])})" if verdict["class_because"] else ""
        print(f"class     {verdict['class']}{because}")
    if verdict["message"]:
        print(f"message   {verdict['message']}")
    if report["sent"]["changed"] and "body" in report["sent"]:
        print(f"sent      {report['sent']['body']}")


def _mark(matched: object) -> str:
    return {True: "yes", False: "no "}.get(matched, "?  ") if isinstance(matched, bool) else "?  "

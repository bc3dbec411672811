"""`hushgate policy prove`: a question in, the proof that nothing gets there or a request that does out."""

import argparse
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from proxy.cli.policy_output import FAILED, OK, Unloadable, load, show
from proxy.cli.voice import Failure, paint

if TYPE_CHECKING:
    from policies.lattice import Answer, Service
    from policies.model import Policy

SUMMARY = "prove that something never gets somewhere, or show how it does"
EXAMPLES = """examples:
  hushgate policy prove 'Restricted in prompt -> unsanctioned' pack:strict
  hushgate policy prove 'Confidential by hr -> not zero_retention' local.yaml --services services.yaml
  hushgate policy prove 'SECRET.* -> anywhere' 'unread -> unknown' pack:default

A question is WHAT [in PART] [by GROUP] -> [not] WHERE [and [not] WHERE ...]. WHAT is a class, an entity, a group of
entities or `unread`; PART a kind of part (prompt, file, ...), without it every kind; WHERE is a status, category,
activity, trust zone, service, attribute of services.yaml, or `anywhere`.
exit codes: 0 all proven, 1 there is a counter-example"""


def add(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("words", nargs="+", metavar="QUESTION|PATH", help="questions (with ->) and policy paths")
    parser.add_argument("--services", type=Path, metavar="FILE", help="services.yaml of the deployment")
    parser.add_argument("--at", metavar="TIME", help="at this time, ISO 8601 (now)")
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(args: argparse.Namespace) -> int:
    """Answer each question; 1 where one has a counter-example."""
    from detectors.entities import catalogue
    from policies.lattice import prove
    from policies.question import QuestionError, parse

    asked = [word for word in args.words if "->" in word]
    if not asked:
        raise Failure("there is no question", "write for example 'Restricted -> unsanctioned'")
    try:
        paths = [word for word in args.words if "->" not in word]
        policy = load(paths or ["pack:default"], "json" if args.json else "text")
    except Unloadable as unloadable:
        return unloadable.code
    services = _services(args.services)
    at = _at(args.at)
    zones = {s.trust_zone for s in services} | _zones(policy)
    attributes = {name for s in services for name in s.attributes}
    apps = {s.id for s in services} | {i for rule in policy.rules for i in rule.match.app.ids}
    answers = []
    for text in asked:
        try:
            question = parse(text, policy, catalogue(), zones - {""}, attributes, apps)
        except QuestionError as error:
            raise Failure(str(error), error.hint) from None
        answers.append(prove(question, policy, services, at))
    if args.json:
        show([_as_json(answer) for answer in answers])
    else:
        for answer in answers:
            _print(answer)
    return OK if all(answer.proven for answer in answers) else FAILED


def _zones(policy: "Policy") -> set[str]:
    return {zone for rule in policy.rules for zone in (*rule.match.app.trust_zone, *rule.match.app.trust_zone_not)}


def _at(text: str | None) -> datetime:
    try:
        return datetime.fromisoformat(text).astimezone(UTC) if text else datetime.now(UTC)
    except ValueError:
        raise Failure(f"{text!r} is not a time", "write 2026-03-01T08:00:00+01:00") from None


def _services(file: Path | None) -> "list[Service]":
    """Return the services of a deployment as it lists them; none without a file: then there is one of each status."""
    if file is None:
        return []
    from policies.lattice import Service
    from proxy.catalogue import catalogue

    try:
        known = catalogue.load((), file)
    except (OSError, ValueError) as error:
        raise Failure(f"the services cannot be read: {error}") from None
    return [
        Service(
            s.id, s.category, known.status(s.id), known.trust_zone(s.id), known.residency(s.id), known.attributes(s.id)
        )
        for s in known.services()
    ]


def _print(answer: "Answer") -> None:
    if answer.proven:
        print(f"{paint('proven', 'green')}: {answer.question.text}: nothing gets there ({answer.tried} cases)")
    else:
        print(f"{paint('counter-example', 'red')}: {answer.question.text}")
        for key, value in _request(answer).items():
            print(f"  {key:<10} {value}")
    for each in answer.assumed:
        print(f"  assumed    {each}")


def _request(answer: "Answer") -> dict[str, str]:
    facts, verdict = answer.counter, answer.verdict
    if facts is None or verdict is None:
        return {}
    found = [
        f"{f.source or f.entity} ({f.score:g}, in {f.place}{'' if f.writable else ', fixed'})" for f in facts.findings
    ]
    told = {
        "service": f"{facts.app}, {facts.status}, {facts.category}"
        + (f", {facts.trust_zone}" * bool(facts.trust_zone)),
        "activity": facts.activity + (" with tools" if facts.tools else ""),
        "groups": ", ".join(facts.groups),
        "user": facts.user,
        "address": facts.address if facts.address != "192.0.2.1" else "",
        "device": facts.device,
        "account": facts.account,
        "tenant": facts.tenant,
        "model": facts.model,
        "found": ", ".join(found),
        "unread": ", ".join(facts.unknown),
        "at": f"{answer.at:%F %R}" if answer.at else "",
        "verdict": f"{verdict.action} by {', '.join(hit.id for hit in verdict.rules) or 'default'}",
    }
    return {key: value for key, value in told.items() if value}


def _as_json(answer: "Answer") -> dict[str, Any]:
    return {
        "question": answer.question.text,
        "proven": answer.proven,
        "tried": answer.tried,
        "assumed": list(answer.assumed),
        "counter_example": _request(answer) or None,
    }

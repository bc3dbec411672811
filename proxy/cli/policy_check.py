"""`hushgate policy check`: policy files in, what is wrong with them, and what their author would want to know, out."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from proxy.cli.policy_output import FAILED, OK, Unloadable, load, plural, show
from proxy.cli.voice import Failure, paint

if TYPE_CHECKING:
    from collections.abc import Sequence

    from policies.deployed import Deployed
    from policies.lint import Advice
    from policies.model import Policy
    from proxy.catalogue.catalogue import Catalogue
    from proxy.config import Config

SUMMARY = "say everything that is wrong with a policy set"
EXAMPLES = """examples:
  hushgate policy check pack:default local.yaml
  hushgate policy check --services services.yaml pack:default local.yaml
  hushgate policy check --config hushgate.yaml
  hushgate policy check --strict -o sarif policies/ > policies.sarif

--strict also fails on rules that can never match or add nothing, that have no test, no counter-test or no message, on
exceptions that ended or end within 30 days, on redactions that cannot be done and on services that there are not;
without it they are warnings. With --services or --config the services, zones, regions, tenants and routes of that
deployment are known; --config also names the policies, where no PATH is given."""


def add(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("paths", nargs="*", metavar="PATH", help="a file, a folder or pack:NAME")
    parser.add_argument("--services", type=Path, metavar="FILE", help="services.yaml of the deployment")
    parser.add_argument("--config", type=Path, metavar="FILE", help="settings of the deployment (serve --config)")
    parser.add_argument("--strict", action="store_true", help="fail on warnings too")
    parser.add_argument("-o", "--output", choices=("text", "json", "sarif"), default="text", help="form (text)")
    parser.add_argument("--json", dest="output", action="store_const", const="json", help="the same as -o json")


def run(args: argparse.Namespace) -> int:
    """Check; 1 where something is wrong."""
    config = _config(args.config)
    names = args.paths or (list(config.policies) if config else [])
    if not names:
        raise Failure("there is no policy to check", "name a file, a folder or pack:NAME, or --config FILE")
    try:
        policy = load(names, args.output)
    except Unloadable as unloadable:
        return unloadable.code
    from datetime import UTC, datetime

    from policies.deployed import unmet
    from policies.lint import lint

    services = args.services or (config.services if config else None)
    known = _catalogue(services, config) if services or config or _speaks_of_services(policy) else None
    advice = lint(policy, datetime.now(UTC), _fixed(known) if known else ())
    if known:
        advice = sorted((*advice, *unmet(policy, _deployed(known, whole=services is not None))), key=place)
    failed = bool(advice) and args.strict
    if args.output == "sarif":
        from policies import sarif

        level = "error" if args.strict else "warning"
        show(sarif.report([sarif.Result(level, each.problem, each.code) for each in advice]))
    elif args.output == "json":
        told = [{"code": each.code, **each.problem.as_json()} for each in advice]
        numbers = _numbers(policy)
        show({"ok": not failed, "problems": [], "advice": told, "revision": policy.revision, **numbers})
    else:
        _print(policy, advice, failed)
    return FAILED if failed else OK


def _print(policy: "Policy", advice: "Sequence[Advice]", failed: bool) -> None:
    for each in advice:
        print(f"{paint('warning', 'yellow', sys.stderr)}: {each}", file=sys.stderr)
    numbers = ", ".join(f"{count} {plural(name, count)}" for name, count in _numbers(policy).items())
    warned = f", {len(advice)} {plural('warning', len(advice))}" if advice else ""
    print(f"{'failed' if failed else 'ok'}: {numbers}{warned}; revision {policy.revision}")


def _numbers(policy: "Policy") -> dict[str, int]:
    return {"rule": len(policy.rules), "exception": len(policy.exceptions), "test": len(policy.tests)}


def place(advice: "Advice") -> tuple[str, int, str]:
    """Return what advice is sorted by: in the order of the files."""
    return advice.problem.file, advice.problem.line, advice.code


def _speaks_of_services(policy: "Policy") -> bool:
    return any(match.app.ids for match in (*(r.match for r in policy.rules), *(e.match for e in policy.exceptions)))


def _config(file: Path | None) -> "Config | None":
    if file is None:
        return None
    from proxy.config import ConfigError
    from proxy.config import load as load_config

    try:
        return load_config({}, file)
    except ConfigError as error:
        raise Failure(str(error), error.hint) from None


def _catalogue(services: Path | None, config: "Config | None") -> "Catalogue":
    from proxy.catalogue import catalogue

    extra = tuple(map(Path, config.catalogue)) if config else ()
    try:
        return catalogue.load(extra, services, config.switch_on if config else ())
    except (OSError, ValueError) as error:
        raise Failure(f"the services cannot be read: {error}") from None


def _deployed(known: "Catalogue", *, whole: bool) -> "Deployed":
    from policies.deployed import Deployed

    ids = [service.id for service in known.services()]
    return Deployed(
        services=frozenset(ids),
        zones=frozenset(known.trust_zones()),
        regions=frozenset(region for each in ids for region in known.residency(each)),
        tenants=frozenset(tenant for each in ids for tenant in known.own_tenants(each)),
        routes=frozenset(known.route_targets()),
        whole=whole,
    )


def _fixed(known: "Catalogue") -> frozenset[str]:
    """Return the services whose every endpoint signs its body."""
    return frozenset(
        service.id
        for service in known.services()
        if service.endpoints and all(endpoint.rewrite == "body-signed" for endpoint in service.endpoints)
    )

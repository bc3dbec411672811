"""`hushgate policy`: know what a policy does before it goes live; a verb of it is `proxy/cli/policy_VERB.py`."""

import argparse
from importlib import import_module

VERBS = ("check", "test", "explain", "simulate", "diff", "prove", "promote", "fmt", "schema")
"""Every one is `proxy/cli/policy_<verb>.py` with SUMMARY, EXAMPLES, `add(parser)` and `run(args) -> exit code`."""

_EXAMPLES = """examples:
  hushgate policy check --strict pack:default local.yaml
  hushgate policy test --junit report.xml policies/
  hushgate policy simulate --audit var/audit --since 30d pack:default local.yaml
  hushgate policy diff pack:default pack:strict
  hushgate policy prove 'Restricted -> unsanctioned' pack:default

PATH is a file, a folder (every .yaml file in it) or pack:NAME; all of them together are one policy set.
exit codes: 0 fine, 1 problems, failed tests or a counter-example, 2 wrong usage or a file that cannot be read
"""


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the verb `policy` with its own verbs."""
    parser = subparsers.add_parser(
        "policy",
        help="check, test, explain, rehearse and promote policies",
        description="Know what a policy does before it goes live.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    verbs = parser.add_subparsers(dest="policy_verb", metavar="VERB", required=True)
    for name in VERBS:
        module = import_module(f"proxy.cli.policy_{name}")
        verb = verbs.add_parser(
            name,
            help=module.SUMMARY,
            description=f"{module.SUMMARY[0].upper()}{module.SUMMARY[1:]}.",
            epilog=module.EXAMPLES,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        module.add(verb)
        verb.set_defaults(func=module.run)

"""`hushgate audit`: everything that is done with the audit trail, one file a verb."""

import argparse
from importlib import import_module

VERBS = ("search", "verify", "export", "verdict", "evidence", "erase", "ship")
"""Every one is `proxy/cli/audit_<verb>.py` with `register(subparsers)`; some bring two."""

_EXAMPLES = """examples:
  hushgate audit search --state var --last 10
  hushgate audit verify --state var
  hushgate audit prove 01KAR4V3W0QJ8Z7S1C5N2M6XTP > proof.json
"""


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the verb `audit` with its own verbs."""
    parser = subparsers.add_parser(
        "audit",
        help="search, verify, prove and export the audit trail",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    verbs = parser.add_subparsers(dest="audit_verb", metavar="VERB", required=True)
    for verb in VERBS:
        import_module(f"proxy.cli.audit_{verb}").register(verbs)

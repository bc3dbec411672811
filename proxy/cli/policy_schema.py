"""`hushgate policy schema`: the JSON Schema for editors."""

import argparse
import sys

SUMMARY = "print the JSON Schema for editors"
EXAMPLES = "example:\n  hushgate policy schema > policy-v1.json"


def add(parser: argparse.ArgumentParser) -> None:
    """Add nothing: the verb has no arguments."""


def run(args: argparse.Namespace) -> int:  # noqa: ARG001 - every verb is called alike
    """Print it."""
    from policies import json_schema

    sys.stdout.write(json_schema.generate())
    return 0

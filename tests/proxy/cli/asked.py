"""`hushgate policy …` in this process, and a good file to begin with."""

import argparse

from proxy.cli import policy

GOOD = """schema: policy/v1
policy: local
rules:
  - id: no-uploads
    mode: enforce
    match: {activity: [upload]}
    action: {type: block}
    tests:
      - {name: an upload is stopped, given: {activity: upload}, expect: {action: block}}
"""


def hushgate(*arguments: str) -> int:
    parser = argparse.ArgumentParser(prog="hushgate")
    policy.register(parser.add_subparsers(required=True))
    args = parser.parse_args(["policy", *arguments])
    code = args.func(args)
    assert isinstance(code, int)
    return code

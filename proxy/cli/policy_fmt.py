"""`hushgate policy fmt`: policy files in, the same files in one layout out; comments stay."""

import argparse
import difflib
import sys
from pathlib import Path

from proxy.cli.policy_output import FAILED, OK, plural
from proxy.cli.voice import Failure

SUMMARY = "write policy files in one layout; comments stay"
EXAMPLES = """examples:
  hushgate policy fmt local.yaml
  hushgate policy fmt --check policies/    # change nothing, exit 1 where something would change"""


def add(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="a file or a folder")
    parser.add_argument("--check", action="store_true", help="change nothing; exit 1 where something would change")
    parser.add_argument("--diff", action="store_true", help="change nothing; print what would change")


def run(args: argparse.Namespace) -> int:
    """Lay the files out."""
    from policies.layout import LayoutError, layout
    from policies.load import SUFFIXES

    changed = 0
    files = [f for p in args.paths for f in (sorted(p.rglob("*")) if p.is_dir() else [p]) if f.suffix in SUFFIXES]
    if not files:
        raise Failure("there is no policy file", "a policy file ends in .yaml")
    for file in files:
        try:
            text = file.read_text(encoding="utf-8")
            fresh = layout(text)
        except OSError as error:
            raise Failure(f"cannot read {file}: {error.strerror}") from None
        except (LayoutError, UnicodeDecodeError) as error:
            raise Failure(f"{file}: {error}", f"hushgate policy check {file}", FAILED) from None
        if fresh == text:
            continue
        changed += 1
        if args.diff:
            lines = (text.splitlines(True), fresh.splitlines(True))
            sys.stdout.writelines(difflib.unified_diff(*lines, str(file), f"{file} (laid out)"))
        elif args.check:
            print(f"would change {file}")
        else:
            file.write_text(fresh, encoding="utf-8")
            print(f"changed {file}")
    print(f"{len(files)} {plural('file', len(files))}, {changed} {'to change' if args.check else 'changed'}")
    return FAILED if changed and args.check else OK

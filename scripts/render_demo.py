"""Runs `hushgate demo` and writes its transcript into docs/demo.md; tests/proxy/demo/test_session.py compares."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "demo.md"

HEAD = """# The demo

`hushgate demo` starts a local stand-in for an AI service and the real proxy on free ports, sends four prompts, and says
what happened to each. Nothing leaves the machine. `--policies FILE` runs it with another policy. What it prints
(references and the key differ from run to run):

```text
"""


def transcript(*arguments: str) -> str:
    """Return what the demo prints, without what differs from run to run."""
    command = [sys.executable, "-P", "-m", "proxy.cli", "demo", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=110, check=False, cwd=ROOT)
    if done.returncode:
        raise SystemExit(done.stderr)
    text = re.sub(r"\b01[0-9A-HJKMNP-TV-Z]{24}\b", "01…", done.stdout)
    return re.sub(r"\bAKIA[A-Z2-7]{16}\b", "AKIA…", text)


def page() -> str:
    """Return the page as it should be."""
    return HEAD + transcript() + "```\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    print(PAGE)

"""The lines of docs/faults.md that `make faults` writes: each replaces the one that begins the same."""

import os

from tests.running import ROOT

FULL = "HUSHGATE_FAULTS" in os.environ
PAGE = ROOT / "docs" / "faults.md"
SOAK = "Soak: "


def write(begins: str, line: str) -> None:
    """Write a line; at the end where none begins so. Nothing in the short form."""
    if not FULL:
        return
    lines = PAGE.read_text(encoding="utf-8").rstrip("\n").split("\n")
    places = [number for number, each in enumerate(lines) if each.startswith(begins)]
    if places:
        lines[places[0]] = line
    else:
        lines.append(line)
    PAGE.write_text("\n".join(lines) + "\n", encoding="utf-8")


def row(fault: str, shown: str, seconds: float, others: str) -> None:
    """Write what a fault did."""
    write(f"| {fault} |", f"| {fault} | {shown} | {seconds:.1f} s | {others} |")

"""Measured values in, figures with their spread out, as lines of a table, as bars and as JSON."""

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_BAR = 30  # characters


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure: the values of its rounds in `unit`, and the goal that their median is held against (None: no goal).

    The median is to be at most the goal, or at least it with `at_least`.
    """

    scenario: str
    name: str
    unit: str
    values: tuple[float, ...]
    goal: float | None = None
    at_least: bool = False

    @property
    def median(self) -> float:
        """Return the median of the rounds."""
        return statistics.median(self.values)

    @property
    def met(self) -> bool | None:
        """Tell whether the goal is met; None without one."""
        if self.goal is None:
            return None
        return self.median >= self.goal if self.at_least else self.median <= self.goal

    def as_json(self) -> dict[str, object]:
        """Return the figure for machines."""
        return {
            "scenario": self.scenario,
            "name": self.name,
            "unit": self.unit,
            "median": self.median,
            "min": min(self.values),
            "max": max(self.values),
            "rounds": list(self.values),
            "goal": self.goal,
            "met": self.met,
        }


def ratio(scenario: str, name: str, over: Sequence[float], under: Sequence[float], goal: float | None = None) -> Figure:
    """Return the ratio of two series, round by round: what both rounds suffered from the machine falls out."""
    return Figure(scenario, name, "x", tuple(a / b for a, b in zip(over, under, strict=True)), goal)


def percentile(values: Iterable[float], share: float) -> float:
    """Return the smallest value that at least `share` (0 to 1) of the values do not exceed. Raises ValueError."""
    ordered = sorted(values)
    if not ordered:
        raise ValueError("no values")
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def table(figures: Sequence[Figure], width: int = 0) -> list[str]:
    """Return lines: name (in a column at least so wide), median, unit, spread, goal and whether it is met."""
    width = max([width, *(len(figure.name) for figure in figures)])
    lines = []
    for figure in figures:
        sign = "≥" if figure.at_least else "≤"
        goal = "" if figure.met is None else f"  goal {sign} {figure.goal:g}: {'met' if figure.met else 'missed'}"
        spread = f"({min(figure.values):.3g} to {max(figure.values):.3g})"
        lines.append(f"{figure.name:<{width}}  {figure.median:>9.3g} {figure.unit:<4} {spread:<20}{goal}".rstrip())
    return lines


def bars(figures: Sequence[Figure]) -> list[str]:
    """Return one bar a figure, figures of one unit to one scale."""
    width = max((len(figure.name) for figure in figures), default=0)
    longest = {f.unit: max(g.median for g in figures if g.unit == f.unit) for f in figures}
    lines = []
    for figure in figures:
        share = figure.median / longest[figure.unit] if longest[figure.unit] > 0 else 0.0
        lines.append(f"{figure.name:<{width}}  {'█' * max(1, round(_BAR * share))} {figure.median:.3g} {figure.unit}")
    return lines

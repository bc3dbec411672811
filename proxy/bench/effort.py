"""How much a benchmark does."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Effort:
    """Rounds, a factor for the sizes of loads (1: as published; less for a look), and the seed of what is random.

    `rest`: seconds for which programs that have just started are left alone: a lone worker's spare starts after ten.
    """

    rounds: int = 5
    scale: float = 1.0
    seed: int = 1
    rest: float = 12.0

    def of(self, number: int) -> int:
        """Return `number`, scaled, at least 2."""
        return max(2, round(number * self.scale))

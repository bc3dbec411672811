"""How much a benchmark does."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Effort:
    """Rounds, a factor for the sizes of loads (1: as published; less for a look), and the seed of what is random."""

    rounds: int = 5
    scale: float = 1.0
    seed: int = 1

    def of(self, number: int) -> int:
        """Return `number`, scaled, at least 2."""
        return max(2, round(number * self.scale))

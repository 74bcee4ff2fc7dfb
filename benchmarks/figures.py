"""One line of the table: what was measured in each round, and between which bounds the median should lie."""

from dataclasses import dataclass, field
from enum import StrEnum
from statistics import median


class Verdict(StrEnum):
    """How a median stands to its bounds."""

    ON_TARGET = "on target"
    ABOVE_FLOOR = "above the floor"
    BELOW_FLOOR = "below the floor"
    NOT_MEASURED = "not measured"


@dataclass(frozen=True)
class Bounds:
    """The worst value that is good enough, and the one that is aimed at. Where `at_most`, less is better."""

    floor: float
    target: float
    at_most: bool = False

    def verdict(self, value: float) -> Verdict:
        """How a value stands."""
        sign = -1 if self.at_most else 1
        if sign * value >= sign * self.target:
            return Verdict.ON_TARGET
        return Verdict.ABOVE_FLOOR if sign * value >= sign * self.floor else Verdict.BELOW_FLOOR


@dataclass
class Figure:
    """What all rounds came to. A ratio is taken within each round, so that slow minutes slow both of its sides."""

    name: str
    bounds: Bounds
    unit: str = ""
    rounds: list[float] = field(default_factory=list)
    ours: list[float] = field(default_factory=list)
    reference: list[float] = field(default_factory=list)
    side_unit: str = "/s"
    note: str = ""

    def add(self, ours: float, reference: float) -> None:
        """Note a round's two sides."""
        self.ours.append(ours)
        self.reference.append(reference)
        self.rounds.append(ours / reference)

    @property
    def value(self) -> float | None:
        """The median of the rounds."""
        return median(self.rounds) if self.rounds else None

    @property
    def verdict(self) -> Verdict:
        """How the median stands to the bounds."""
        return Verdict.NOT_MEASURED if self.value is None else self.bounds.verdict(self.value)

    @property
    def sides(self) -> str:
        """The medians of both sides, in words for the table."""
        if not self.ours:
            return self.note
        sides = f"{_short(median(self.ours))} ÷ {_short(median(self.reference))} {self.side_unit}"
        return f"{sides}; {self.note}" if self.note else sides


def _short(value: float) -> str:
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"

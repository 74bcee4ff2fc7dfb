"""State machines as tables: which fact leads from which states to which, and what event tells of it.

The same rows decide at run time, draw the diagram, make the CHECK constraint and drive exhaustive tests.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

State = TypeVar("State", bound=StrEnum)
Fact = TypeVar("Fact", bound=StrEnum)


class IllegalTransition(AssertionError):
    """A fact was applied in a state that it cannot happen in: our own bug, never the client's."""


@dataclass(frozen=True, slots=True)
class Rule(Generic[State, Fact]):
    """In any of `sources`, `fact` leads to `target`; clients hear of it as `event`."""

    fact: Fact
    sources: Collection[State]
    target: State
    event: str | None = None


class Machine(Generic[State, Fact]):
    """A resource's life, checked when it is declared: one target for each state and fact, no state out of reach."""

    def __init__(
        self,
        name: str,
        states: type[State],
        initial: State,
        rules: Sequence[Rule[State, Fact]],
        *,
        also_initial: Collection[State] = (),
    ) -> None:
        """`also_initial` names further states in which a row may be created."""
        self.name = name
        self.states = states
        self.initial = initial
        self.rules = tuple(rules)
        self.born = (initial, *also_initial)
        self._steps: dict[tuple[str, str], Rule[State, Fact]] = {}
        for rule in self.rules:
            self._learn(rule)
        self._refuse_unreachable_states()

    def step(self, state: str, fact: Fact) -> Rule[State, Fact]:
        """The rule that `fact` follows in `state`; raises IllegalTransition where there is none."""
        rule = self._steps.get((state, fact))
        if rule is None:
            raise IllegalTransition(f"{self.name}: {fact!s} cannot happen in {state!s}")
        return rule

    def can(self, state: str, fact: Fact) -> bool:
        """Whether `fact` may happen in `state`."""
        return (state, fact) in self._steps

    def allowed(self, fact: Fact) -> tuple[State, ...]:
        """The states in which `fact` may happen, in the order in which they are declared."""
        return tuple(state for state in self.states if (state, fact) in self._steps)

    def terminal(self) -> tuple[State, ...]:
        """The states that nothing leads out of."""
        left = {state for state, _ in self._steps}
        return tuple(state for state in self.states if state not in left)

    def transitions(self) -> Iterator[tuple[State, Fact, State]]:
        """Every (state, fact, target), for exhaustive tests."""
        for rule in self.rules:
            for source in rule.sources:
                yield source, rule.fact, rule.target

    def check_sql(self, column: str = "status") -> str:
        """The CHECK constraint's condition: the column holds one of the states."""
        listed = ", ".join(f"'{state}'" for state in self.states)
        return f"{column} IN ({listed})"

    def mermaid(self) -> str:
        """The diagram of the rules, as a mermaid stateDiagram-v2."""
        lines = ["stateDiagram-v2", *(f"    [*] --> {state}" for state in self.born)]
        lines += [f"    {source} --> {target}: {fact}" for source, fact, target in self.transitions()]
        lines += [f"    {state} --> [*]" for state in self.terminal()]
        return "\n".join(lines) + "\n"

    def _learn(self, rule: Rule[State, Fact]) -> None:
        if not rule.sources:
            raise ValueError(f"{self.name}: {rule.fact!s} has no source")
        for source in rule.sources:
            if (source, rule.fact) in self._steps:
                raise ValueError(f"{self.name}: {rule.fact!s} has two targets in {source!s}")
            self._steps[source, rule.fact] = rule

    def _refuse_unreachable_states(self) -> None:
        reached = {*self.born, *(rule.target for rule in self.rules)}
        missing = [state for state in self.states if state not in reached]
        if missing:
            raise ValueError(f"{self.name}: nothing leads to {', '.join(missing)}")

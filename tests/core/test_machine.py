"""A machine is its table: what the rows say happens, and nothing else does."""

from enum import StrEnum

import pytest

from stripe_lite.core.machine import IllegalTransition, Machine, Rule


class Door(StrEnum):
    OPEN = "open"
    SHUT = "shut"
    GONE = "gone"


class Fact(StrEnum):
    PUSHED = "pushed"
    PULLED = "pulled"
    REMOVED = "removed"


RULES = [
    Rule(Fact.PUSHED, {Door.OPEN}, Door.SHUT, "door.shut"),
    Rule(Fact.PULLED, {Door.SHUT}, Door.OPEN, "door.opened"),
    Rule(Fact.REMOVED, [Door.OPEN, Door.SHUT], Door.GONE),
]
DOOR = Machine("door", Door, Door.OPEN, RULES)


def test_every_pair_of_state_and_fact_follows_the_table_or_is_refused() -> None:
    table = {(source, fact): target for source, fact, target in DOOR.transitions()}
    assert len(table) == 4
    for state in Door:
        for fact in Fact:
            assert DOOR.can(state, fact) == ((state, fact) in table)
            if (state, fact) in table:
                assert DOOR.step(state, fact).target is table[state, fact]
            else:
                with pytest.raises(IllegalTransition):
                    DOOR.step(state, fact)


def test_a_state_read_from_the_database_is_plain_text() -> None:
    assert DOOR.step("shut", Fact.PULLED).event == "door.opened"
    with pytest.raises(IllegalTransition, match="door: pulled cannot happen in ajar"):
        DOOR.step("ajar", Fact.PULLED)


def test_it_names_the_states_in_which_a_fact_may_happen_in_their_order() -> None:
    assert DOOR.allowed(Fact.REMOVED) == (Door.OPEN, Door.SHUT)
    assert DOOR.terminal() == (Door.GONE,)


def test_it_writes_its_check_constraint_and_its_diagram() -> None:
    assert DOOR.check_sql() == "status IN ('open', 'shut', 'gone')"
    assert DOOR.mermaid() == (
        "stateDiagram-v2\n"
        "    [*] --> open\n"
        "    open --> shut: pushed\n"
        "    shut --> open: pulled\n"
        "    open --> gone: removed\n"
        "    shut --> gone: removed\n"
        "    gone --> [*]\n"
    )


def test_a_fact_with_two_targets_is_refused_when_declared() -> None:
    with pytest.raises(ValueError, match="two targets in open"):
        Machine("door", Door, Door.OPEN, [*RULES, Rule(Fact.PUSHED, {Door.OPEN}, Door.GONE)])


def test_a_state_that_nothing_leads_to_is_refused_unless_rows_may_be_created_in_it() -> None:
    with pytest.raises(ValueError, match="nothing leads to gone"):
        Machine("door", Door, Door.OPEN, RULES[:2])
    assert Machine("door", Door, Door.OPEN, RULES[:2], also_initial=[Door.GONE]).born == (Door.OPEN, Door.GONE)


def test_a_rule_without_sources_is_refused() -> None:
    nothing: list[Door] = []
    with pytest.raises(ValueError, match="has no source"):
        Machine("door", Door, Door.OPEN, [*RULES, Rule(Fact.PUSHED, nothing, Door.GONE)])

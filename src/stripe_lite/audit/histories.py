"""Invariants of every machine but the payment intents': what became of each row, against what events tell of it.

Events are the only history that these keep. None of the queries needs an order of the events, which a clock that was
set back would spoil.
"""

from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

from stripe_lite.audit.check import Check, values
from stripe_lite.balance.payouts.machine import PAYOUT
from stripe_lite.balance.topups.machine import TOPUP
from stripe_lite.core.machine import Machine, Rule
from stripe_lite.payments.charges.machine import CHARGE
from stripe_lite.payments.disputes.machine import DISPUTE
from stripe_lite.payments.mandates.machine import MANDATE
from stripe_lite.payments.refunds.machine import REFUND
from stripe_lite.payments.reviews.machine import REVIEW
from stripe_lite.payments.setup_intents.machine import SETUP_INTENT
from stripe_lite.payments.sources.machine import SOURCE

AnyMachine: TypeAlias = Machine[Any, Any]

# Each machine, with the rows that live by it. The names are those of the objects.
ROWS: dict[AnyMachine, str] = {
    CHARGE: "charges",
    DISPUTE: "disputes",
    MANDATE: "mandates",
    PAYOUT: "payouts",
    REFUND: "refunds",
    REVIEW: "reviews",
    SETUP_INTENT: "setup_intents",
    SOURCE: "(SELECT account_id, id, source_status AS status FROM payment_methods WHERE source_status IS NOT NULL)",
    TOPUP: "topups",
}
# What is told once, because it is how things begin.
BEGINNINGS = (
    "charge.dispute.created",
    "payout.created",
    "refund.created",
    "review.opened",
    "setup_intent.created",
    "topup.created",
)


def _silent(machine: AnyMachine, rule: Rule[Any, Any]) -> bool:
    """Whether no event tells of the change; of refunds every change is told."""
    return rule.event is None and machine is not REFUND


def _pairs(machine: AnyMachine, follows: Callable[[Rule[Any, Any]], bool]) -> set[tuple[str, str]]:
    """Every state with each one that such rules lead to, itself among them."""
    steps = {(str(source), str(rule.target)) for rule in machine.rules if follows(rule) for source in rule.sources}
    found = {(str(state), str(state)) for state in machine.states}
    while True:
        more = found | {(first, last) for first, middle in found for source, last in steps if source == middle}
        if more == found:
            return found
        found = more


def _reached(machine: AnyMachine) -> set[tuple[str, str]]:
    return _pairs(machine, lambda rule: True)


def _unnoticed(machine: AnyMachine) -> set[tuple[str, str]]:
    return _pairs(machine, lambda rule: _silent(machine, rule))


def _first(machine: AnyMachine) -> set[str]:
    """What the first event may tell: refunds are told of once the bank has answered, whatever it did."""
    if machine is REFUND:
        return {target for source, target in _reached(machine) if source in machine.born}
    return {target for source, target in _next(machine) if source in machine.born}


def _next(machine: AnyMachine) -> set[tuple[str, str]]:
    """What an event may tell after one that told a state: any number of silent steps, then one."""
    told = {
        (str(source), str(rule.target))
        for rule in machine.rules
        if not _silent(machine, rule)
        for source in rule.sources
    }
    unnoticed = _unnoticed(machine)
    return unnoticed | {(first, last) for first, middle in unnoticed for source, last in told if source == middle}


def _once() -> Iterator[str]:
    """The events that are told once of each object: of changes after which the state before cannot come again."""
    yield from BEGINNINGS
    for machine in ROWS:
        reached = _reached(machine)
        for event in {rule.event for rule in machine.rules if rule.event is not None}:
            rules = [rule for rule in machine.rules if rule.event == event]
            back = [(str(rule.target), str(source)) for rule in rules for source in rule.sources]
            if not event.endswith(".updated") and not reached & set(back):
                yield event


def _listed(pairs: Callable[[AnyMachine], set[tuple[str, str]]]) -> str:
    return values([(machine.name, *pair) for machine in ROWS for pair in sorted(pairs(machine))])


_TYPES = " OR ".join(f"e.type LIKE '{machine.name}.%'" for machine in ROWS)
_HISTORIES = f"""
WITH told AS MATERIALIZED (
  SELECT e.account_id AS account, e.object_id AS id, told.object AS machine,
         CASE told.object WHEN 'review' THEN coalesce(told.closed_reason, 'open') ELSE coalesce(told.status, '') END
         AS status
  FROM events e
  CROSS JOIN LATERAL json_to_record(e.data::json -> 'object') AS told (object text, status text, closed_reason text)
  WHERE ({_TYPES} OR e.type LIKE 'customer.source.%')
    AND told.object IN ({", ".join(f"'{machine.name}'" for machine in ROWS)})
  GROUP BY 1, 2, 3, 4
), live AS (
  {
    " UNION ALL ".join(
        f"SELECT '{machine.name}' AS machine, account_id AS account, id, status FROM {rows} AS of_{number}"
        for number, (machine, rows) in enumerate(ROWS.items())
    )
}
)
"""

ILLEGAL_HISTORIES = f"""
{_HISTORIES}, reaches (machine, source, target) AS (VALUES {_listed(_reached)})
SELECT told.machine, told.account, told.id, told.status AS told, live.status
FROM told LEFT JOIN live USING (machine, account, id)
WHERE (told.machine, told.status, coalesce(live.status, '')) NOT IN (SELECT machine, source, target FROM reaches)
UNION ALL
SELECT one.machine, one.account, one.id, one.status, other.status
FROM told one JOIN told other USING (machine, account, id)
WHERE one.status < other.status
  AND (one.machine, one.status, other.status) NOT IN (SELECT machine, source, target FROM reaches)
  AND (one.machine, other.status, one.status) NOT IN (SELECT machine, source, target FROM reaches)
"""

_FIRST = values([(machine.name, state) for machine in ROWS for state in sorted(_first(machine))])
_UNTOLD = values(
    sorted(
        {(machine.name, target) for machine in ROWS for source, target in _unnoticed(machine) if source in machine.born}
    )
)
BROKEN_HISTORIES = f"""
{_HISTORIES}, next (machine, source, target) AS (VALUES {_listed(_next)}),
  unnoticed (machine, source, target) AS (VALUES {_listed(_unnoticed)})
SELECT told.machine, told.account, told.id, told.status AS told, NULL AS status
FROM told
WHERE (told.machine, told.status) NOT IN (VALUES {_FIRST})
  AND NOT EXISTS (
    SELECT FROM told before JOIN next ON next.machine = before.machine AND next.source = before.status
    WHERE before.machine = told.machine AND before.account = told.account AND before.id = told.id
      AND before.status <> told.status AND next.target = told.status
  )
UNION ALL
SELECT live.machine, live.account, live.id, NULL, live.status
FROM live
WHERE (live.machine, live.status) NOT IN (VALUES {_UNTOLD})
  AND NOT EXISTS (
    SELECT FROM told before JOIN unnoticed ON unnoticed.machine = before.machine AND unnoticed.source = before.status
    WHERE before.machine = live.machine AND before.account = live.account AND before.id = live.id
      AND unnoticed.target = live.status
  )
"""

TOLD_TWICE = f"""
SELECT account_id AS account, object_id, type, count(*) AS events
FROM events WHERE type IN ({", ".join(f"'{event}'" for event in sorted(set(_once())))})
GROUP BY 1, 2, 3 HAVING count(*) > 1
"""

CHECKS = (
    Check(6, "what events tell of each other object is a legal history of it", ILLEGAL_HISTORIES),
    Check(6, "the history of each other object is continuous", BROKEN_HISTORIES),
    Check(13, "what happens once is told once", TOLD_TWICE),
)

"""What no query over a database can tell of the invariants, and which tests show it instead."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limit:
    """A part of an invariant, by its number, that the rows alone do not tell of. `shown_by` are files with tests."""

    number: int
    name: str
    why: str
    shown_by: str


LIMITS = (
    Limit(
        3,
        "history was never rewritten",
        "only the rights to do so can be seen; a superuser has them all",
        "tests/invariants/test_invariants.py",
    ),
    Limit(4, "no float in the API", "it is a fact of the code", "tests/contract/test_schema.py"),
    Limit(
        12,
        "another bank agrees",
        "a bank that is reached over HTTP keeps its journal elsewhere",
        "tests/bank/test_http_bank.py",
    ),
    Limit(
        14,
        "nothing invented reaches a receiver",
        "what arrived is known to the receiver only",
        "tests/crash/test_kills.py",
    ),
    Limit(
        16,
        "payloads are sent as they were frozen",
        "what was sent is known to the receiver only",
        "tests/crash/test_kills.py tests/crash/test_database_lost.py",
    ),
    Limit(
        18,
        "one effect at a bank for each request",
        "a journal tells of effects, not of what clients asked for",
        "tests/crash/test_kills.py",
    ),
    Limit(
        19,
        "replays are identical, across servers and restarts",
        "one has to ask again",
        "tests/crash/test_kills.py tests/crash/test_two_servers.py",
    ),
    Limit(
        22,
        "every process reads what any has written",
        "it is about the time between an answer and a question",
        "tests/crash/test_two_servers.py",
    ),
    Limit(
        23,
        "what happens to one object at once equals some order",
        "rows tell of the order that came about, not of the answers that were given",
        "tests/crash/test_two_servers.py tests/payments/test_payment_intents_races.py "
        "tests/payments/test_setup_intents_races.py",
    ),
    Limit(
        24,
        "no secrets in logs",
        "logs are not in the database",
        "tests/kernel/test_card_data.py",
    ),
)

"""`verify` finds each kind of violation, and nothing else."""

import asyncpg
import pytest
from scripts.write_docs import machines

from stripe_lite.audit import histories, keeping
from stripe_lite.audit.limits import LIMITS
from stripe_lite.audit.verify import all_checks
from stripe_lite.audit.views import APPEND_ONLY, UNPROTECT, VIEWS
from stripe_lite.registry import METADATA
from tests.docs.snippets import ROOT
from tests.invariants.conftest import Spoil

# Rights taken away are given back first, as somebody would who means to rewrite history.
MAY = "; ".join(UNPROTECT) + "; "
THE_PAID = "(SELECT id FROM payment_intents WHERE amount_received = 2000)"
ITS_CHARGE = "(SELECT id FROM charges WHERE amount_captured = 2000)"
REFUND = """INSERT INTO refunds (account_id, id, livemode, created_at, status, amount, currency, charge_id, released,
              told, metadata, details, version)
            SELECT account_id, 're_1', livemode, now(), 'succeeded', 500, currency, id, false, true, '{}', '{}', 1
            FROM charges WHERE amount_captured = 2000"""
KEY = """INSERT INTO idempotency_keys
           (account_id, id, created_at, request_id, endpoint, fingerprint, state, status, body)
         SELECT account_id, 'test:k', now() - interval '1 hour', 'req_first', 'POST /v1/x', '', """
JOB = """INSERT INTO jobs (account_id, id, livemode, kind, created_at, run_at, attempts, payload, version)
         SELECT account_id, 'job_1', false, 'bank', now(), now() - interval '1 minute', 0, '{}', 1
         FROM payment_intents"""
LOGGED = """INSERT INTO request_logs (account_id, id, livemode, created_at, method, path, status, duration_ms,
              masked_key, api_version, parameters)
            VALUES ('acct_1', 'req_1', false, now(), 'POST', '/v1/x', 200, 1, 'sk_test_****', 'v', """

LEGAL = "what events tell of each other object is a legal history of it"
CONTINUOUS = "the history of each other object is continuous"
SETUPS_AGREE = "setup intent, attempts and mandate agree"
CHARGES_KNOW = "a charge knows of its disputes, which are within it"

# What is spoilt → which invariants complain.
SPOILT = [
    ("GRANT UPDATE ON events TO CURRENT_USER", {"history is append-only"}),
    ("GRANT DELETE ON payment_intent_transitions TO CURRENT_USER", {"history is append-only"}),
    ("ALTER TABLE customers ADD COLUMN debt numeric", {"no inexact number columns"}),
    (
        MAY
        + f"""INSERT INTO payment_intent_transitions
        SELECT account_id, id || 'x', payment_intent_id, from_status, to_status, fact, request_id, actor, created_at
        FROM payment_intent_transitions WHERE to_status = 'succeeded' AND payment_intent_id = {THE_PAID}""",
        {
            "history is append-only",
            "a payment intent succeeds at most once",
            "the chain of transitions is continuous",
        },
    ),
    (
        "CREATE TABLE twin AS SELECT * FROM charges WHERE amount_captured = 2000; UPDATE twin SET id = 'ch_twin'; "
        "INSERT INTO charges SELECT * FROM twin; DROP TABLE twin",
        {
            "a payment intent succeeds at most once",
            CONTINUOUS,
            "the bank agrees",
            "what was captured is booked, and named by its charge",
        },
    ),
    (
        MAY + "UPDATE payment_intent_transitions SET from_status = 'canceled' WHERE from_status = 'requires_capture'",
        {
            "history is append-only",
            "legal transitions only",
            "the chain of transitions is continuous",
        },
    ),
    (
        "UPDATE payment_intents SET status = 'requires_payment_method' WHERE status = 'canceled'",
        {"the chain of transitions is continuous"},
    ),
    (
        "ALTER TABLE charges DROP CONSTRAINT ck_charges_captured_within_amount, "
        "DROP CONSTRAINT ck_charges_released_rest; "
        f"UPDATE charges SET amount_captured = 2001 WHERE id = {ITS_CHARGE}",
        {
            "captured is within the amount",
            "intent and charge agree",
            "the bank agrees",
            "what was captured is booked, and named by its charge",
        },
    ),
    (
        f"UPDATE charges SET amount_refunded = 1 WHERE id = {ITS_CHARGE}",
        {"refunded is the sum of refunds, within captured"},
    ),
    (
        REFUND,
        {
            "refunded is the sum of refunds, within captured",
            "the bank agrees",
            "the history of each other object is continuous",
            "what was given back is booked, and named by its refund",
        },
    ),
    (
        MAY + "UPDATE ledger_entries SET amount = amount + 1 WHERE book = 'fees' AND amount = 88",
        {"history is append-only", "every posting sums to zero", "the whole ledger sums to zero"},
    ),
    (
        f"UPDATE charges SET balance_transaction_id = NULL WHERE id = {ITS_CHARGE}",
        {"what was captured is booked, and named by its charge"},
    ),
    (
        MAY + "UPDATE balance_transactions SET fee = fee + 1, net = net - 1 WHERE amount = 2000",
        {
            "a balance transaction is what the ledger entered",
            "history is append-only",
            "the balance is the sum of its transactions",
        },
    ),
    (
        "INSERT INTO ledger_snapshots SELECT account_id, 'test/usd/card', false, 'usd', 'card', 1 FROM payment_intents "
        "LIMIT 1",
        {"the balance is the sum of its transactions"},
    ),
    (
        "UPDATE ledger_open_entries SET available_at = now()",
        {"pending becomes available in its time only"},
    ),
    (
        "UPDATE cash_balances SET amount = amount + 1",
        {"a cash balance is the sum of its transactions", "the customers' cash is what the ledger holds for them"},
    ),
    (
        MAY + "UPDATE cash_balance_transactions SET payment_intent_id = (SELECT min(id) FROM payment_intents)",
        {"history is append-only", "what is applied to a payment was taken from the customer's cash"},
    ),
    (
        "UPDATE refunds SET amount = amount + 1 WHERE customer_id IS NOT NULL",
        {"what is returned to a customer was taken from the customer's cash"},
    ),
    (f"UPDATE payment_intents SET amount_received = 1999 WHERE id = {THE_PAID}", {"intent and charge agree"}),
    (
        f"UPDATE charges SET status = 'failed' WHERE id = {ITS_CHARGE}",
        {
            "intent and charge agree",
            "the bank agrees",
            "what was captured is booked, and named by its charge",
            "nothing is left of debits that failed",
            LEGAL,
            CONTINUOUS,
        },
    ),
    (f"UPDATE bank_ops SET authorized = 2001 WHERE ref = {ITS_CHARGE}", {"the bank agrees"}),
    (f"UPDATE bank_ops SET ref = 'ch_other' WHERE ref = {ITS_CHARGE}", {"the bank agrees"}),
    (
        MAY
        + "DELETE FROM events WHERE type = 'payment_intent.canceled'; "
        + "; ".join(f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM CURRENT_USER" for table in APPEND_ONLY),
        {"one event per transition and type, in its transaction", "no delivery without its event"},
    ),
    (
        f"INSERT INTO events SELECT account_id, 'evt_invented', livemode, created_at + interval '1 microsecond', type, "
        f"object_id, request_id, idempotency_key, actor, api_version, data FROM events "
        f"WHERE type = 'payment_intent.succeeded' AND object_id = {THE_PAID}",
        {"no event without its transition"},
    ),
    (
        "UPDATE webhook_endpoints SET subscribed_at = now() - interval '1 hour'; DELETE FROM delivery_attempts; "
        "DELETE FROM deliveries WHERE id = (SELECT min(id) FROM deliveries)",
        {"every subscribed endpoint has its delivery"},
    ),
    (
        "UPDATE deliveries SET status = 'pending', next_attempt_at = now() - interval '1 minute'",
        {"no delivery is overdue"},
    ),
    (
        MAY + "UPDATE events SET data = replace(data, object_id, 'pi_else') WHERE type = 'payment_intent.canceled'",
        {"history is append-only", "payloads are of the object they tell of"},
    ),
    (
        MAY + "UPDATE events SET id = 'evt_z' || id WHERE type = 'payment_intent.created'",
        {
            "history is append-only",
            "events are in the order of their transitions",
            "no delivery without its event",
        },
    ),
    (
        KEY + "'finished', 200, '{}' FROM payment_intents LIMIT 1; INSERT INTO events SELECT account_id, 'evt_second', "
        "livemode, created_at, 'charge.updated', object_id, 'req_second', 'k', actor, api_version, data FROM events "
        "LIMIT 1",
        {"one effect for each idempotency key"},
    ),
    (
        MAY + "UPDATE payment_intent_transitions SET request_id = 'req_same' WHERE fact = 'attempt_started'",
        {
            "history is append-only",
            "no request creates or attempts a payment twice",
        },
    ),
    (KEY + "'finished', NULL, NULL FROM payment_intents LIMIT 1", {"finished keys have their answer"}),
    (KEY + "'started', NULL, NULL FROM payment_intents LIMIT 1", {"nothing is stuck"}),
    (JOB + " LIMIT 1", {"nothing is stuck"}),
    (
        "INSERT INTO setup_intents (account_id, id, livemode, created_at, version, status, usage, attach_to_self, "
        "client_secret, confirmations, metadata, details) SELECT account_id, 'seti_x', livemode, created_at, 1, "
        "'processing', 'off_session', false, 'x', 1, '{}', '{}' FROM payment_intents LIMIT 1",
        {"nothing is stuck", SETUPS_AGREE},
    ),
    (
        MAY + "UPDATE payment_intent_transitions SET created_at = created_at - interval '1 hour'; "
        "UPDATE events SET created_at = created_at - interval '1 hour'; "
        f"UPDATE payment_intents SET asking = 'capture' WHERE id = {THE_PAID}",
        {"history is append-only", "nothing is stuck"},
    ),
    ("UPDATE customers SET livemode = true", {"references stay in one account and mode"}),
    (
        "CREATE TABLE twin AS SELECT * FROM payment_methods LIMIT 1; "
        "UPDATE twin SET account_id = 'acct_2', id = 'pm_alien', customer_id = NULL; "
        "INSERT INTO payment_methods SELECT * FROM twin; DROP TABLE twin; "
        "UPDATE charges SET payment_method_id = 'pm_alien'",
        {"references stay in one account and mode"},
    ),
    (LOGGED + """'{"number": "4242424242424242"}')""", {"no card numbers"}),
    (LOGGED + """'{"key": "sk_test_0123456789abcdef"}')""", {"no whole keys"}),
    (
        MAY + "UPDATE payment_intent_transitions SET request_id = NULL WHERE fact = 'created' AND to_status <> 'x'; "
        "UPDATE events SET request_id = NULL WHERE type = 'payment_intent.created'",
        {"history is append-only", "every change names its request or actor"},
    ),
    ("UPDATE payouts SET status = 'failed' WHERE status = 'canceled'", {LEGAL, CONTINUOUS}),
    (
        "UPDATE payouts SET status = 'in_transit' WHERE status = 'paid'",
        {LEGAL, "the payouts book holds what is on its way", "nothing is stuck"},
    ),
    ("UPDATE payouts SET fee = fee + 1 WHERE status = 'paid'", {"what is paid out is booked, and named by its payout"}),
    (
        "INSERT INTO payout_balance_transactions (account_id, id, payout_id) "
        "SELECT account_id, balance_transaction_id, id FROM payouts WHERE status = 'paid'",
        {"an automatic payout is what it went out with"},
    ),
    (
        "UPDATE topups SET status = 'reversed'",
        {CONTINUOUS, "what is topped up is booked, and named by its top-up"},
    ),
    (
        "UPDATE topups SET status = 'pending'",
        {LEGAL, "what is topped up is booked, and named by its top-up", "nothing is stuck"},
    ),
    (
        "UPDATE disputes SET status = 'lost' WHERE status = 'needs_response'",
        {CONTINUOUS, "the disputes book holds what is withdrawn and not decided"},
    ),
    (
        "UPDATE disputes SET amount = amount - 1 WHERE status = 'lost'",
        {"what is disputed is booked while it is withdrawn"},
    ),
    ("DELETE FROM jobs WHERE kind = 'dispute_decision'", {"nothing is stuck"}),
    ("UPDATE charges SET disputed = false WHERE disputed", {CHARGES_KNOW}),
    ("UPDATE charges SET details = details - 'charged_back'", {CHARGES_KNOW}),
    (
        "UPDATE charges SET failure_balance_transaction_id = NULL",
        {"nothing is left of debits that failed"},
    ),
    (
        "UPDATE bank_ops SET due_at = now() + interval '1 year' WHERE kind = 'authorize' AND result = 'pending'",
        {"a pending debit is not available before it is expected"},
    ),
    (
        "INSERT INTO events SELECT account_id, 'evt_again', livemode, created_at - interval '1 hour', type, object_id, "
        "request_id, idempotency_key, actor, api_version, data FROM events WHERE type = 'payout.paid'",
        {"what happens once is told once"},
    ),
    ("UPDATE setup_attempts SET status = 'failed' WHERE status = 'succeeded'", {SETUPS_AGREE}),
    ("UPDATE setup_intents SET status = 'canceled' WHERE status = 'succeeded'", {LEGAL, CONTINUOUS, SETUPS_AGREE}),
    (
        "UPDATE bank_ops SET result = 'declined' WHERE ref LIKE 'setatt%' AND result = 'approved'",
        {"the bank agrees on what is set up"},
    ),
    (
        f"""UPDATE charges SET details = details || '{{"mandate": "mandate_x"}}' WHERE id = {ITS_CHARGE}""",
        {"charges are made under mandates of their account"},
    ),
    (
        "CREATE TABLE twin AS SELECT * FROM mandates LIMIT 1; "
        "UPDATE twin SET account_id = 'acct_2', id = 'mandate_alien', payment_method_id = 'pm_x'; "
        "INSERT INTO mandates SELECT * FROM twin; DROP TABLE twin; "
        "UPDATE setup_intents SET single_use_mandate_id = 'mandate_alien', mandate_id = NULL WHERE mandate_id <> ''",
        {"references stay in one account and mode", SETUPS_AGREE},
    ),
]


async def test_what_the_program_wrote_breaks_nothing(spoil: Spoil) -> None:
    assert await spoil("") == {}


@pytest.mark.parametrize(("sql", "complaints"), SPOILT, ids=lambda value: min(value) if isinstance(value, set) else "")
async def test_a_violation_is_found(spoil: Spoil, sql: str, complaints: set[str]) -> None:
    assert set(await spoil(sql)) == complaints


def test_every_check_is_proven() -> None:
    proven = set().union(*(complaints for _, complaints in SPOILT))
    assert {check.name for check in all_checks()} == proven


def test_every_invariant_is_checked_or_said_to_be_out_of_reach() -> None:
    checked = {check.number for check in all_checks()}
    assert checked | {limit.number for limit in LIMITS} == set(range(1, 26))
    for limit in LIMITS:
        for name in limit.shown_by.split():
            assert (ROOT / name).exists(), name


def test_every_machine_has_its_history_checked() -> None:
    told_by_another = {"payment_intent", "setup_attempt"}  # By transitions of its own, and by the setup intent.
    assert {machine.name for machine in histories.ROWS} == {each.name for each in machines()} - told_by_another


def test_every_reference_is_checked_or_of_no_table() -> None:
    checked = {(table.name, column.name) for table, column, _ in keeping.references()}
    for table in METADATA.sorted_tables:
        if not {"account_id", "id"} <= set(table.columns.keys()):
            continue
        for column in table.columns:
            if column.name.endswith("_id") and column.name not in {"account_id", *keeping.OF_NO_TABLE}:
                assert (table.name, column.name) in checked


async def test_a_long_number_that_is_no_card_is_let_be(spoil: Spoil) -> None:
    assert await spoil(LOGGED + """'{"number": "4242424242424241"}')""") == {}


@pytest.mark.parametrize("table", APPEND_ONLY)
@pytest.mark.parametrize("statement", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
async def test_history_cannot_be_rewritten(dsn: str, table: str, statement: str) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(statement.format(table))
    finally:
        await connection.close()


@pytest.mark.parametrize("view", VIEWS)
async def test_the_views_are_read_only(dsn: str, view: str) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        with pytest.raises((asyncpg.ObjectNotInPrerequisiteStateError, asyncpg.FeatureNotSupportedError)):
            await connection.execute(f"DELETE FROM audit.{view}")
    finally:
        await connection.close()


EXPECTED = {
    "pi_transitions": "pi from_status to_status request_id created",
    "charges": "id account pi status amount amount_captured amount_refunded currency balance_transaction",
    "refunds": "id account charge amount status balance_transaction",
    "balance_transactions": "id account livemode source type amount fee net currency status available_on created",
    "ledger_entries": "entry_id txn_id account livemode ledger_account currency amount",
    "events": "id account type object_id created payload_sha256",
    "deliveries": "event endpoint status attempts next_attempt_at delivered_at",
    "idempotency_keys": "account livemode key state status body_sha256 created",
    "bank_ops": "ref kind amount currency result created",
}


async def test_the_views_have_exactly_their_columns(dsn: str) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        rows = await connection.fetch(
            "SELECT table_name, string_agg(column_name, ' ' ORDER BY ordinal_position) AS columns "
            "FROM information_schema.columns WHERE table_schema = 'audit' GROUP BY 1"
        )
    finally:
        await connection.close()
    assert {row["table_name"]: row["columns"] for row in rows} == EXPECTED

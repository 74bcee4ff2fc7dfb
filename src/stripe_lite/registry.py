"""What stripe_lite serves, one line each; who answers the bank, and who reacts to which event."""

from collections.abc import Mapping, Sequence

from stripe_lite.balance import balances, schedule
from stripe_lite.balance.accounts import router as accounts_router
from stripe_lite.balance.accounts import service as accounts
from stripe_lite.balance.balance import announcing as balance_announcing
from stripe_lite.balance.balance import router as balance_router
from stripe_lite.balance.balance_settings import router as balance_settings_router
from stripe_lite.balance.balance_transactions import router as balance_transactions_router
from stripe_lite.balance.balance_transactions import service as balance_transactions
from stripe_lite.balance.external_accounts import links as external_account_links
from stripe_lite.balance.external_accounts import router as external_accounts_router
from stripe_lite.balance.model import LedgerEntry, LedgerSnapshot, OpenEntry
from stripe_lite.balance.payouts import automatic as automatic_payouts
from stripe_lite.balance.payouts import making as payout_making
from stripe_lite.balance.payouts import router as payouts_router
from stripe_lite.balance.payouts import service as payouts
from stripe_lite.balance.topups import router as topups_router
from stripe_lite.balance.topups import service as topups
from stripe_lite.bank.model import BankOp
from stripe_lite.core.terms import Terms
from stripe_lite.customers.balance_transactions import router as customer_balance_transactions_router
from stripe_lite.customers.balance_transactions import service as customer_balance_transactions
from stripe_lite.customers.cash_balances import router as cash_balances_router
from stripe_lite.customers.cash_balances import service as cash_balances
from stripe_lite.customers.cash_balances import sweeping as cash_sweeping
from stripe_lite.customers.cash_balances.model import CashBalance
from stripe_lite.customers.customer_sessions import router as customer_sessions_router
from stripe_lite.customers.customers import links
from stripe_lite.customers.customers import location as customer_location
from stripe_lite.customers.customers import router as customers_router
from stripe_lite.customers.customers import service as customers
from stripe_lite.customers.ephemeral_keys import router as ephemeral_keys_router
from stripe_lite.customers.tax_ids import registration
from stripe_lite.customers.tax_ids import router as tax_ids_router
from stripe_lite.customers.tax_ids import service as tax_ids
from stripe_lite.db.base import Base
from stripe_lite.db.jobs import BatchHandler, Job, JobHandler
from stripe_lite.db.plan import Plan, Reaction
from stripe_lite.db.sending import GroupCommit
from stripe_lite.events import outbox
from stripe_lite.events.deliveries.model import Delivery, DeliveryAttempt
from stripe_lite.events.endpoints import router as webhook_endpoints_router
from stripe_lite.events.events import router as events_router
from stripe_lite.events.events import service as events
from stripe_lite.http.expand import Served
from stripe_lite.http.idempotency import IdempotencyKey
from stripe_lite.http.keys import Account
from stripe_lite.http.permissions import EVERYTHING
from stripe_lite.http.questions import Recorder
from stripe_lite.http.rate_limits import RateBucket
from stripe_lite.http.request_log import RequestLog
from stripe_lite.http.route import Operation, Router
from stripe_lite.payments.charges import announcing, direct, expiry
from stripe_lite.payments.charges import router as charges_router
from stripe_lite.payments.charges import service as charges
from stripe_lite.payments.confirmation_tokens import router as confirmation_tokens_router
from stripe_lite.payments.confirmation_tokens import service as confirmation_tokens
from stripe_lite.payments.disputes import opening as dispute_opening
from stripe_lite.payments.disputes import router as disputes_router
from stripe_lite.payments.disputes import service as disputes
from stripe_lite.payments.early_fraud_warnings import router as early_fraud_warnings_router
from stripe_lite.payments.early_fraud_warnings import service as early_fraud_warnings
from stripe_lite.payments.mandates import router as mandates_router
from stripe_lite.payments.mandates import service as mandates
from stripe_lite.payments.payment_intents import agreement, attempts, captures, endings, funding, increments, line_items
from stripe_lite.payments.payment_intents import router as payment_intents_router
from stripe_lite.payments.payment_intents import service as payment_intents
from stripe_lite.payments.payment_method_configurations import router as payment_method_configurations_router
from stripe_lite.payments.payment_method_domains import router as payment_method_domains_router
from stripe_lite.payments.payment_methods import attachment
from stripe_lite.payments.payment_methods import router as payment_methods_router
from stripe_lite.payments.payment_methods import service as payment_methods
from stripe_lite.payments.refunds import answers as refund_answers
from stripe_lite.payments.refunds import payers as refund_payers
from stripe_lite.payments.refunds import references, returns
from stripe_lite.payments.refunds import router as refunds_router
from stripe_lite.payments.refunds import service as refunds
from stripe_lite.payments.reviews import router as reviews_router
from stripe_lite.payments.reviews import service as reviews
from stripe_lite.payments.setup_attempts import router as setup_attempts_router
from stripe_lite.payments.setup_attempts import service as setup_attempts
from stripe_lite.payments.setup_intents import attempts as setups
from stripe_lite.payments.setup_intents import endings as setup_endings
from stripe_lite.payments.setup_intents import router as setup_intents_router
from stripe_lite.payments.setup_intents import service as setup_intents
from stripe_lite.payments.source_mandate_notifications import router as source_mandate_notifications_router
from stripe_lite.payments.source_transactions import router as source_transactions_router
from stripe_lite.payments.source_transactions import service as source_transactions
from stripe_lite.payments.sources import aliases as source_aliases
from stripe_lite.payments.sources import life as source_life
from stripe_lite.payments.sources import object_router as source_objects_router
from stripe_lite.payments.sources import objects as source_objects
from stripe_lite.payments.sources import router as sources_router
from stripe_lite.payments.sources import service as sources
from stripe_lite.payments.tokens import external as external_account_tokens
from stripe_lite.payments.tokens import router as tokens_router
from stripe_lite.payments.tokens import service as tokens

# Objects that are found by their id: for `expand`, and for answers that wait for the bank.
RESOURCES: Sequence[Served] = (
    Served("account", "acct", accounts.show),
    Served("balance_transaction", "txn", balance_transactions.show),
    Served("bank_account", "ba", sources.show),
    Served("card", "card", sources.show),
    Served("charge", "ch", charges.show, {"refunds": refunds.included}),
    Served("confirmation_token", "ctoken", confirmation_tokens.show),
    Served(
        "customer",
        "cus",
        customers.show,
        {
            "cash_balance": cash_balances.include,
            "invoice_credit_balance": customer_balance_transactions.include,
            "sources": sources.included,
            "subscriptions": customers.include_subscriptions,
            "tax": customer_location.include,
            "tax_ids": tax_ids.include,
        },
    ),
    Served("customer_balance_transaction", "cbtxn", customer_balance_transactions.show),
    Served("customer_cash_balance_transaction", "ccsbtxn", cash_balances.show),
    Served("dispute", "du", disputes.show),
    Served("event", "evt", events.show),
    Served("mandate", "mandate", mandates.show),
    Served(
        "payment_intent",
        "pi",
        payment_intents.load,
        {"amount_details.line_items": line_items.include_line_items},
    ),
    Served("payment_method", "pm", payment_methods.show),
    Served("payout", "po", payouts.show),
    Served("radar.early_fraud_warning", "issfr", early_fraud_warnings.show),
    Served("refund", "re", refunds.show),
    Served("setup_attempt", "setatt", setup_attempts.show),
    Served("setup_intent", "seti", setup_intents.load),
    Served("review", "prv", reviews.show),
    Served("rule", "manual_review_if_elevated", reviews.show_rule),
    Served("source", "src", source_objects.show),
    Served("tax_id", "txi", tax_ids.show),
    Served("token", "tok", tokens.show),
    Served("topup", "tu", topups.show),
)

ROUTERS: Sequence[Router] = (
    accounts_router.router,
    balance_router.router,
    balance_settings_router.router,
    balance_transactions_router.router,
    cash_balances_router.router,
    charges_router.router,
    confirmation_tokens_router.router,
    customer_balance_transactions_router.router,
    customer_sessions_router.router,
    customers_router.router,
    ephemeral_keys_router.router,
    disputes_router.router,
    early_fraud_warnings_router.router,
    events_router.router,
    external_accounts_router.router,
    mandates_router.router,
    payment_intents_router.router,
    payment_method_configurations_router.router,
    payment_method_domains_router.router,
    payment_methods_router.router,
    payouts_router.router,
    refunds_router.router,
    reviews_router.router,
    source_aliases.router,
    setup_attempts_router.router,
    setup_intents_router.router,
    source_mandate_notifications_router.router,
    source_objects_router.router,
    source_transactions_router.router,
    sources_router.router,
    tax_ids_router.router,
    tokens_router.router,
    topups_router.router,
    webhook_endpoints_router.router,
)

# Question kind → who records the bank's answer.
RECORDERS: Mapping[str, Recorder] = {
    attempts.PAYMENT: attempts.record_payment,
    captures.CANCELLATION: captures.record_cancellation,
    captures.CAPTURE: captures.record_capture,
    increments.INCREMENT: increments.record_increment,
    attachment.VERIFICATION: attachment.record_verification,
    direct.CHARGE_CAPTURED: direct.record_capture,
    direct.CHARGE_MADE: direct.record_charge,
    expiry.EXPIRY: expiry.record_expiry,
    setups.SETUP: setups.record_setup,
    refunds.REFUND_MADE: refunds.record_refund,
    refunds.RELEASE: refunds.record_release,
}

# Job kind → who does it when its time has come.
JOBS: Mapping[str, JobHandler] = {
    cash_sweeping.JOB: cash_sweeping.sweep,
    payout_making.JOB: payouts.advance,
    schedule.JOB: automatic_payouts.run,
    topups.JOB: topups.settle,
    charges.EXPIRY_JOB: expiry.expire,
    dispute_opening.OPENING_JOB: dispute_opening.open_due,
    disputes.DECISION_JOB: disputes.decide_due,
    refund_payers.EXPIRY_JOB: refund_answers.expire_due,
    endings.JOB: endings.end,
    returns.ARRIVAL_JOB: refund_answers.arrive,
    mandates.JOB: mandates.decide,
    setup_endings.JOB: setup_endings.end,
    source_life.EXPIRY_JOB: source_life.expire,
    source_transactions.FUNDING_JOB: source_transactions.fund,
    registration.VERIFICATION_JOB: registration.verify,
}

# The same for kinds of which many are due at once.
BATCHES: Mapping[str, BatchHandler] = {
    announcing.ANNOUNCEMENT_JOB: announcing.announce,
    balances.ANNOUNCEMENT_JOB: balance_announcing.announce,
    references.REFERENCE_JOB: references.announce,
}

# Event type → who reacts to it, in order, in the same transaction.
REACTIONS: Mapping[str, tuple[Reaction, ...]] = {
    "charge.captured": (dispute_opening.expect,),
    "charge.dispute.created": (reviews.close_disputed, agreement.end_disputed),
    "charge.expired": (reviews.close_expired,),
    "charge.refunded": (dispute_opening.close_inquiries, reviews.close_refunded),
    "charge.succeeded": (dispute_opening.expect, reviews.open_new),
    "customer.deleted": (sources.forget_all,),
    cash_balances.CAME_IN: (funding.reconcile,),
    links.ATTACH_PAYMENT_METHOD: (attachment.attach_to_customer,),
    links.ATTACH_SOURCE: (sources.attach,),
    links.CHECK_DEFAULT_PAYMENT_METHOD: (attachment.check_default,),
    external_account_links.READ: (external_account_tokens.read,),
    "refund.created": (source_transactions.give_back,),
    links.SET_DEFAULT_SOURCE: (sources.set_default,),
    "payment_intent.canceled": (reviews.close_canceled,),
    "payment_method.detached": (mandates.end_all,),
    payment_intents.CALLED_OFF: (funding.give_back,),
}

# Importing a model is what puts its table into the metadata; tables that no resource above brings along stand here.
TABLES = (
    Account,
    BankOp,
    CashBalance,
    Delivery,
    DeliveryAttempt,
    IdempotencyKey,
    Job,
    LedgerEntry,
    LedgerSnapshot,
    OpenEntry,
    RateBucket,
    RequestLog,
)

METADATA = Base.metadata


def operations() -> list[Operation]:
    """Every operation that is served."""
    return [operation for router in ROUTERS for operation in router.operations]


def permissions() -> frozenset[str]:
    """What a restricted key can be allowed: every resource that is served, and `*` for all of them."""
    return frozenset({EVERYTHING, *(operation.permission for operation in operations())})


def plan(
    *,
    single_statements: bool = False,
    private_targets: bool = True,
    terms: Terms | None = None,
    above: Mapping[str, tuple[Reaction, ...]] | None = None,
    commits: GroupCommit | None = None,
) -> Plan:
    """What belongs to every unit of work; `above` are the reactions of rooms above this one, which come last."""
    reactions = dict(REACTIONS)
    for type, answered in (above or {}).items():
        reactions[type] = (*reactions.get(type, ()), *answered)
    return Plan(
        reactions,
        (outbox.deliveries,),
        single_statements,
        private_targets=private_targets,
        terms=terms or Terms(),
        commits=commits or GroupCommit(),
    )
